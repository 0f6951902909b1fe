"""A design counted from recorded events: the treated place as one, what it may be compared with, what would be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from upstream.assess.design import (
    Planned,
    comes_by_itself,
    comparisons_by_fit,
    not_yet_begun,
    smallest_effect,
)
from upstream.assess.finding import Refused
from upstream.assess.of_records import named
from upstream.assess.panel import Panel
from upstream.errors import BadInput
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.events import Events, EventsOf, events
from upstream.measures.result import TableVersion
from upstream.periods import Month, months
from upstream.store import ReadingScope, Store

TREATED: Final = "The treated place"
PROPOSED: Final = 20
"""So many of the best are proposed as the comparison, or as many as are treated: synthetic control asks for 19."""
SHOWN: Final = 40
"""Candidates that are kept; the rest are counted. Ours."""


@dataclass(frozen=True, slots=True)
class DesignAsked:
    """What is to be judged, before it starts.

    Attributes
    ----------
    first, last
        Months looked at, both included, all before it begins.
    treated
        Codes of small areas.
    candidates
        Name of each place that it may be compared with, and its small areas; none of them treated or near by.
    types
        Types as plans name them, or categories of the records; empty: every crime.
    force
        Slug of the force, where a table holds several.
    effect
        The effect hoped for, as a share.
    chosen_by
        Months whose counts the place was chosen by.
    phase_in
        Months from the start in which it will still be coming in.
    """

    first: Month
    last: Month
    treated: tuple[str, ...]
    candidates: Mapping[str, tuple[str, ...]]
    types: tuple[str, ...] = ()
    force: str | None = None
    effect: float = 0.2
    chosen_by: int = 3
    phase_in: int = 0


@dataclass(frozen=True, slots=True)
class Designed:
    """A design with what it rests on.

    Attributes
    ----------
    planned
        Candidates, the best first, at most :data:`SHOWN`; power curves; what comes by itself.
    outcome
        What is counted, in words.
    counted
        Events in the treated place in the months looked at.
    proposed
        Names of the candidates that are proposed together as the comparison.
    others
        Candidates beyond those shown.
    """

    planned: Planned
    outcome: str
    counted: int
    proposed: tuple[str, ...]
    others: int
    tables: tuple[TableVersion, ...]
    engine_version: str


def design_records(asked: DesignAsked, store: Store, scope: ReadingScope, **options: Any) -> Designed:
    """Count, rank the candidates, and say what would be seen and what comes by itself."""
    of = EventsOf(asked.first.first_day, asked.last.last_day, types=asked.types, force=asked.force)
    read = events(of, store, scope, need="small area", **options)
    panel = panel_before(read, asked)
    return designed(panel, asked, read.tables)


def designed(panel: Panel, asked: DesignAsked, tables: tuple[TableVersion, ...] = ()) -> Designed:
    """The design of a panel in which the treated place is one unit."""
    ranked = comparisons_by_fit(panel)
    serve = tuple(one.unit for one in ranked if one.fit is not None and not one.fit.drifts)
    proposed = serve[: max(PROPOSED, len(asked.treated))]
    against = ((), proposed) if proposed else ((),)
    curves = tuple(smallest_effect(panel, compared, effect=asked.effect) for compared in against)
    try:
        by_itself, why_not = comes_by_itself(panel, periods=asked.chosen_by), ""
    except BadInput as refused:
        by_itself, why_not = None, str(refused)
    counted = int(panel.counts[panel.treated].sum())
    planned = Planned(ranked[:SHOWN], curves, by_itself, why_not)
    return Designed(planned, panel.outcome, counted, proposed, len(ranked[SHOWN:]), tables, ENGINE_VERSION)


def panel_before(read: Events, asked: DesignAsked) -> Panel:
    """Counts by place and month; a place counts per small area, so that a large and a small one can be set side by
    side. A month that is not held is refused."""
    if read.missing:
        raise Refused(
            f"Nothing is held of {read.missing[0].label}.",
            allowed="every month looked at",
            remedy="Add the records of that month, or look at months after it: a month not held is not nought.",
        )
    places = {TREATED: asked.treated, **asked.candidates}
    at = {code: i for i, codes in enumerate(places.values()) for code in codes}
    every = tuple(months(asked.first, asked.last))
    counts = np.zeros((len(places), len(every)), np.int64)
    rows = np.array([at.get(code, -1) for code in read.small_area.tolist()], np.int64)
    known = rows >= 0
    np.add.at(counts, (rows[known], read.month[known] - asked.first.index), 1)
    panel = not_yet_begun(
        ((name, str(month), float(counts[i, j])) for i, name in enumerate(places) for j, month in enumerate(every)),
        outcome=named(read.table, asked.types),
        treated=(TREATED,),
    )
    sizes = np.array([[float(len(codes))] for codes in places.values()])
    return replace(panel, phase_in=asked.phase_in, exposure=np.broadcast_to(sizes, panel.counts.shape).copy())
