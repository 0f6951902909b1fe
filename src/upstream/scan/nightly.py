"""One night's look: every kind of signal that the records held allow, grouped and ranked by harm."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Final

import numpy as np

from upstream.errors import BadInput, NotHeld
from upstream.measures.asked import ENGINE_VERSION
from upstream.places.outlines import outlines, touching, vintages_held
from upstream.places.tables import AREAS
from upstream.scan import data_faults, point_signals, volumes
from upstream.scan.merging import grouped
from upstream.scan.night import Night
from upstream.scan.signals import Signal, Signals
from upstream.store import ReadingScope, Store

RECORDS: Final = ("crimes", "incidents", "street_crimes")
"""Tables of records that signals are of; open data only where the force's own crimes are not held."""
MONTHS: Final = "months"
LOOKS: Final = (MONTHS, "clusters", "near repeats", "hot spots")
"""What may be looked for: exceptional volumes and faults of the data by month, and what points show."""
TABLES_READ: Final = frozenset({*RECORDS, "people_in_crimes"})
"""Tables that a reading scope must name; people are read only to leave out what rests on one of them."""


def propose(
    store: Store,
    *,
    to: dt.date,
    scope: ReadingScope,
    areas: Mapping[str, str] | None = None,
    force: str | None = None,
    force_name: str = "the force",
    only: Collection[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Signals:
    """Everything in the records to a day that a person should look at.

    Question: what is new, exceptional or wrong in the records to this day, and where?

    Parameters: ``store``; ``to`` the last day looked at; ``scope`` whose areas bound what is looked at and whose
    purpose is logged; ``areas`` name by code of the policing areas; ``force``, ``force_name`` slug and name;
    ``only`` some of :data:`LOOKS`; ``progress`` is told what is being looked for.

    Assumes: as each kind's method says. Nothing about one person or one household is ever a signal
    (:mod:`~upstream.scan.households`).

    When not to use: to judge people, or how well anybody did: a signal is a question.

    Raises
    ------
    NotHeld
        No records are held.
    BadInput
        ``only`` names what cannot be looked for.
    """
    wanted = tuple(only or LOOKS)
    if unknown := [name for name in wanted if name not in LOOKS]:
        raise BadInput(f"{', '.join(unknown)} cannot be looked for.", allowed=", ".join(LOOKS))
    night = Night(store, to, scope, areas or {}, force, force_name)
    tables = tables_of(store)
    if not tables:
        raise NotHeld("No records of crimes or incidents are held.", remedy="Add records first.")
    tell = progress or (lambda _words: None)
    found: list[Signal] = []
    looked_at: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    without: dict[str, str] = {}
    versions = {name: store.version(name) for name in (*tables, *([AREAS.name] if store.holds(AREAS.name) else []))}
    for table in tables if MONTHS in wanted else ():
        tell(f"Looking at the months of {table}")
        found += data_faults.data_faults(night, table)
        looked = volumes.volumes(night, table)
        if looked is None:
            without[f"volumes of {table}"] = f"{night.last_month.label} is not held."
            continue
        found += looked.signals
        looked_at["volumes"] += looked.looked_at
        looked_at["lasting changes"] += looked.lasting_looked_at
        left_out += looked.left_out
    found += data_faults.not_yet_held(night, tables) if MONTHS in wanted else ()
    of_points = [name for name in wanted if name != MONTHS]
    if of_points and point_signals.TABLE in tables:
        points = point_signals.point_signals(night, of_points, tell)
        found += points.signals
        looked_at += points.looked_at
        left_out += points.left_out
        without |= points.not_looked_for
    elif of_points:
        without[", ".join(of_points)] = "Only the force's own crimes have points of their own."
    groups = grouped(found, _beside(store))
    return Signals(to, groups, dict(looked_at), dict(left_out), without, versions, ENGINE_VERSION)


def _beside(store: Store) -> dict[str, tuple[str, ...]]:
    """Codes of the small areas that adjoin each, of the newest census of which outlines are held."""
    held = vintages_held(store)
    if not held:
        return {}
    found = outlines(store, max(held))
    beside = touching(found.outlines)
    rows = np.split(found.codes[beside.index], beside.start[1:-1])
    return {str(code): tuple(map(str, row)) for code, row in zip(found.codes, rows, strict=True)}


def tables_of(store: Store) -> tuple[str, ...]:
    """Tables that signals are looked for in: open data holds the force's crimes again, so only without those."""
    held = [name for name in RECORDS if store.holds(name)]
    return tuple(name for name in held if name != "street_crimes" or "crimes" not in held)
