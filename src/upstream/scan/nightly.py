"""One night's look: every kind of signal that the records held allow, grouped and ranked by harm."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from upstream.errors import NotHeld
from upstream.measures.asked import ENGINE_VERSION
from upstream.places.tables import AREAS
from upstream.scan import data_faults, volumes
from upstream.scan.merging import grouped
from upstream.scan.night import Night
from upstream.scan.signals import Signal, Signals
from upstream.store import ReadingScope, Store

RECORDS: Final = ("crimes", "incidents", "street_crimes")
"""Tables of records that signals are of; open data only where the force's own crimes are not held."""
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
    progress: Callable[[str], None] | None = None,
) -> Signals:
    """Everything in the records to a day that a person should look at.

    Question: what is new, exceptional or wrong in the records to this day, and where?

    Parameters: ``store``; ``to`` the last day looked at; ``scope`` whose areas bound what is looked at and whose
    purpose is logged; ``areas`` name by code of the policing areas; ``force``, ``force_name`` slug and name;
    ``progress`` is told what is being looked for.

    Assumes: as each kind's method says. Nothing about one person or one household is ever a signal
    (:mod:`~upstream.scan.households`).

    When not to use: to judge people, or how well anybody did: a signal is a question.

    Raises
    ------
    NotHeld
        No records are held.
    """
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
    for table in tables:
        tell(f"Looking at the months of {table}")
        found += data_faults.data_faults(night, table)
        looked = volumes.volumes(night, table)
        if looked is None:
            without[f"volumes of {table}"] = f"{night.last_month.label} is not held."
            continue
        found += looked.signals
        looked_at["volumes"] += looked.looked_at
        left_out += looked.left_out
    found += data_faults.not_yet_held(night, tables)
    return Signals(to, grouped(found), dict(looked_at), dict(left_out), without, versions, ENGINE_VERSION)


def tables_of(store: Store) -> tuple[str, ...]:
    """Tables that signals are looked for in: open data holds the force's crimes again, so only without those."""
    held = [name for name in RECORDS if store.holds(name)]
    return tuple(name for name in held if name != "street_crimes" or "crimes" not in held)
