"""The panel of an assessment, counted from recorded events by small area and month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from upstream.assess.finding import Refused
from upstream.assess.ladder import Answer, answer
from upstream.assess.methods import METHODS
from upstream.assess.panel import Marker, Panel, panel_of, rebaselined
from upstream.harm.totals import Counted
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.crime_types import OWN_CATEGORIES, type_label, types_in
from upstream.measures.events import Events, EventsOf, events
from upstream.measures.loading import load_packs
from upstream.measures.result import TableVersion
from upstream.periods import Month, months
from upstream.store import ReadingScope, Store


@dataclass(frozen=True, slots=True)
class AskedOf:
    """What is assessed.

    Attributes
    ----------
    first, start, last
        Months, all included: where the time before begins, the first month after it began, the last month.
    treated
        Codes of small areas.
    comparison
        Codes of small areas that were left alone; ``None``: every other one.
    types
        Types as plans name them; empty: every crime.
    force
        Slug of the force, where a table holds several.
    buffer
        Codes of small areas near the treated ones, where the problem may move to: in no comparison.
    phase_in
        Months from the start in which it was still coming in.
    later
        Code of each treated small area that began later, and its own first month.
    also_began
        Months in which something else began there.
    rule_changes
        Changes of how it is recorded here, beside those that the definitions of measures tell.
    """

    first: Month
    start: Month
    last: Month
    treated: tuple[str, ...]
    comparison: tuple[str, ...] | None = None
    types: tuple[str, ...] = ()
    force: str | None = None
    buffer: tuple[str, ...] = ()
    phase_in: int = 0
    later: Mapping[str, Month] = field(default_factory=dict)
    also_began: tuple[Month, ...] = ()
    rule_changes: tuple[Marker, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessed:
    """An answer with what it rests on.

    Attributes
    ----------
    table, kinds
        What was counted in the treated place, before and after, by category: what an event of it costs.
    """

    answer: Answer
    panel: Panel
    tables: tuple[TableVersion, ...]
    engine_version: str
    table: str
    kinds: tuple[Counted, ...]


def assess_records(asked: AskedOf, store: Store, scope: ReadingScope, **options: Any) -> Assessed:
    """Count, and ask every method that the counts carry."""
    of = EventsOf(asked.first.first_day, asked.last.last_day, types=asked.types, force=asked.force)
    read = events(of, store, scope, need="small area", **options)
    panel = rebaselined(panel_of_events(read, asked))
    kinds = kinds_of_events(read, asked)
    return Assessed(answer(panel, METHODS), panel, read.tables, ENGINE_VERSION, read.table, kinds)


def kinds_of_events(read: Events, asked: AskedOf) -> tuple[Counted, ...]:
    """What was counted in the treated place, by category, most first; records' codes are not among events."""
    inside = np.isin(read.small_area, asked.treated)
    return tuple(Counted(name, None, number) for name, number in Counter(read.type[inside].tolist()).most_common())


def panel_of_events(read: Events, asked: AskedOf) -> Panel:
    """Counts by small area and month; a place where nothing was recorded counts nought, a month not held is refused."""
    if read.missing:
        raise Refused(
            f"Nothing is held of {read.missing[0].label}.",
            allowed="every month from before to after",
            remedy="Add the records of that month, or begin after it: a month not held is not nought.",
        )
    every = tuple(months(asked.first, asked.last))
    units = sorted({*read.small_area.tolist(), *asked.treated, *(asked.comparison or ()), *asked.buffer} - {""})
    place = {unit: at for at, unit in enumerate(units)}
    known = read.small_area != ""
    counts = np.zeros((len(units), len(every)), np.int64)
    rows = np.array([place[unit] for unit in read.small_area[known].tolist()], np.int64)
    np.add.at(counts, (rows, read.month[known] - asked.first.index), 1)
    return panel_of(
        ((unit, str(month), float(counts[i, j])) for i, unit in enumerate(units) for j, month in enumerate(every)),
        outcome=named(read.table, asked.types),
        treated={code: str(asked.later.get(code, asked.start)) for code in asked.treated},
        comparison=asked.comparison,
        buffer=asked.buffer,
        phase_in=asked.phase_in,
        markers=_markers(rule_changes(read.table, asked.types), asked.rule_changes),
        also_began=[str(month) for month in asked.also_began if asked.first < month <= asked.last],
    )


def _markers(*told: Sequence[Marker]) -> list[Marker]:
    """Changes in order of time, one a month: the first that tells of a month is kept."""
    by_month = {one.period: one for markers in reversed(told) for one in markers}
    return [by_month[period] for period in sorted(by_month)]


def rule_changes(table: str, types: Sequence[str]) -> tuple[Marker, ...]:
    """Changes of how the types are recorded, as the definitions of measures tell them; those of everywhere."""
    values = types_in(table, types) or OWN_CATEGORIES
    keys = {"asb"} if table == "incidents" else {f"crime_{value}" for value in values} if table == "crimes" else set()
    found = {
        str(change.start): Marker(str(change.start), change.what)
        for pack in load_packs()
        for definition in pack.definitions
        for change in definition.breaks
        if definition.key in keys and not change.areas
    }
    return tuple(found[period] for period in sorted(found))


def named(table: str, types: Sequence[str]) -> str:
    """What is counted, in words."""
    kind = "incidents" if table == "incidents" else "crimes"
    if not types:
        return f"recorded {kind}"
    labels = (label[:1].lower() + label[1:] for label in (type_label(table, one) for one in types))
    return f"recorded {kind} of {' and '.join(labels)}"
