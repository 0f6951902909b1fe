"""One night's look: every kind of signal that the records held allow, grouped and ranked by harm."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from upstream.errors import BadInput, NotHeld
from upstream.measures.asked import ENGINE_VERSION
from upstream.places.outlines import outlines, touching, vintages_held
from upstream.places.tables import AREAS
from upstream.scan import data_faults, partner_only, point_signals, repeat_locations, volumes
from upstream.scan.merging import grouped
from upstream.scan.night import Night
from upstream.scan.signals import Signal, Signals
from upstream.store import ReadingScope, Store

RECORDS: Final = ("crimes", "incidents", "street_crimes")
"""Tables of records that signals are of; open data only where the force's own crimes are not held."""
MONTHS: Final = "months"
REPEATS: Final = "repeat locations"
PARTNERS: Final = "partner violence"
LOOKS: Final = (MONTHS, "clusters", "near repeats", "hot spots", REPEATS, PARTNERS)
"""What may be looked for: exceptional volumes and faults of the data by month, what points show, and violence that
partners alone know of."""
TABLES_READ: Final = frozenset({*RECORDS, *partner_only.TABLES, repeat_locations.PREMISES, "people_in_crimes"})
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
    into = _Found()
    held = (*tables, *(name for name in (AREAS.name, *_BESIDE) if store.holds(name)))
    versions = {name: store.version(name) for name in held}
    if MONTHS in wanted:
        _months(night, tables, tell, into)
    of_points = [name for name in wanted if name not in (MONTHS, PARTNERS)]
    if of_points and point_signals.TABLE in tables:
        _points(night, of_points, tell, into)
    elif of_points:
        into.without[", ".join(of_points)] = "Only the force's own crimes have points of their own."
    if PARTNERS in wanted and any(store.holds(name) for name in partner_only.TABLES):
        tell("Comparing violence with what partners know")
        partners = partner_only.partner_only(night)
        into.take(partners.signals, {PARTNERS: partners.looked_at}, {}, partners.not_looked_for)
    groups = grouped(into.signals, _beside(store))
    return Signals(to, groups, dict(into.looked_at), dict(into.left_out), into.without, versions, ENGINE_VERSION)


@dataclass
class _Found:
    """What was found so far."""

    signals: list[Signal] = field(default_factory=list)
    looked_at: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    without: dict[str, str] = field(default_factory=dict)

    def take(
        self, signals: Iterable[Signal], looked_at: Mapping[str, int], left_out: Mapping[str, int],
        without: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Add what one look gave."""
        self.signals += signals
        self.looked_at.update(looked_at)
        self.left_out.update(left_out)
        self.without |= without


def _months(night: Night, tables: Sequence[str], tell: Callable[[str], None], into: _Found) -> None:
    """Faults and exceptional volumes of every table."""
    for table in tables:
        tell(f"Looking at the months of {table}")
        into.signals += data_faults.data_faults(night, table)
        looked = volumes.volumes(night, table)
        if looked is None:
            into.without[f"volumes of {table}"] = f"{night.last_month.label} is not held."
            continue
        counts = {"volumes": looked.looked_at, "lasting changes": looked.lasting_looked_at}
        into.take(looked.signals, counts, looked.left_out, {})
    into.signals += data_faults.not_yet_held(night, tables)


def _points(night: Night, wanted: Sequence[str], tell: Callable[[str], None], into: _Found) -> None:
    """What the points of the force's own crimes show."""
    if of_patterns := [name for name in wanted if name != REPEATS]:
        points = point_signals.point_signals(night, of_patterns, tell)
        into.take(points.signals, points.looked_at, points.left_out, points.not_looked_for)
    if REPEATS not in wanted:
        return
    try:
        repeats = repeat_locations.repeat_locations(night, tell)
    except (BadInput, NotHeld) as error:
        into.without[REPEATS] = str(error)
        return
    into.take(repeats.signals, {REPEATS: repeats.looked_at}, repeats.left_out, {})


def _beside(store: Store) -> dict[str, tuple[str, ...]]:
    """Codes of the small areas that adjoin each, of the newest census of which outlines are held."""
    held = vintages_held(store)
    if not held:
        return {}
    found = outlines(store, max(held))
    beside = touching(found.outlines)
    rows = np.split(found.codes[beside.index], beside.start[1:-1])
    return {str(code): tuple(map(str, row)) for code, row in zip(found.codes, rows, strict=True)}


_BESIDE: Final = tuple(sorted(TABLES_READ - {*RECORDS}))


def versions_of(store: Store) -> dict[str, int]:
    """The newest version of every table whose change may change what is proposed."""
    return {name: store.version(name) for name in (*tables_of(store), *_BESIDE) if store.holds(name)}


def tables_of(store: Store) -> tuple[str, ...]:
    """Tables that signals are looked for in: open data holds the force's crimes again, so only without those."""
    held = [name for name in RECORDS if store.holds(name)]
    return tuple(name for name in held if name != "street_crimes" or "crimes" not in held)
