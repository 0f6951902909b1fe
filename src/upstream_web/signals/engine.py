"""The only door of signals to the engine: looking for them, and drawing what they rest on."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upstream.errors import NotHeld
from upstream.periods import Month, months
from upstream.records.quality import month_facts
from upstream.reports.document import Block
from upstream.reports.rows_out import rows_as
from upstream.reports.signals import signal_blocks
from upstream.scan.calibration import Simulated, simulated
from upstream.scan.merging import continues
from upstream.scan.nightly import TABLES_READ, propose, tables_of, versions_of
from upstream.scan.signal_rows import shapes, signal_row
from upstream.scan.signals import all_plain, from_plain
from upstream.stats.intervals import wilson_interval
from upstream.store import ReadingScope
from upstream_web.measures.engine.store import Force, force

PURPOSE = "Signals, looked for over the whole force"
MOST_MONTHS = 12
"""Months looked at in one go."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found, as plain data: each group a list of signals, the one with most harm first.

    areas : name by code of the policing areas, as the records have them
    """

    to: datetime.date
    groups: list[list[dict[str, Any]]]
    looked_at: dict[str, int]
    left_out: dict[str, int]
    not_looked_for: dict[str, str]
    tables: dict[str, int]
    engine_version: str
    areas: dict[str, str]


def look(to: datetime.date, who: str, say: Callable[[str], None]) -> Found:
    """Look for signals to a day."""
    of = force()
    scope = ReadingScope(who, PURPOSE, TABLES_READ, personal=True)
    found = propose(
        of.store, to=to, scope=scope, areas=of.areas, force=of.settings.force_key, force_name=of.name, progress=say
    )
    plain = all_plain(found)
    return Found(
        found.to, plain["groups"], plain["looked_at"], plain["left_out"], plain["not_looked_for"], plain["tables"],
        found.engine_version, of.areas,
    )  # fmt: skip


def days_due(looked_to: datetime.date | None) -> tuple[datetime.date, ...]:
    """The last days of the months that came since the last day looked at, oldest first; the newest one always.

    A first look is at the newest month alone, and no look is at more than the last :data:`MOST_MONTHS`.
    """
    newest = newest_day(force())
    if newest is None:
        raise NotHeld("No records of crimes or incidents are held.", remedy="Add records first.")
    if looked_to is None or looked_to >= newest:
        return (newest,)
    last = Month.of(newest)
    since = [month.last_day for month in months(max(Month.of(looked_to), last - (MOST_MONTHS - 1)), last)]
    return (*(day for day in since if looked_to < day < newest), newest)


def newest_day(of: Force) -> datetime.date | None:
    """The last day of the newest month that any table of records holds."""
    last = [
        facts[-1].month.last_day
        for name in tables_of(of.store)
        if (facts := month_facts(of.store, name, of.settings.force_key))
    ]
    return max(last, default=None)


def versions_now() -> dict[str, int]:
    """The newest version of every table that signals are looked for in."""
    return versions_of(force().store)


def says_again(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether a signal says again, of a later period, what another said."""
    return continues(from_plain(new), from_plain(old))


def drawn(lead: Mapping[str, Any]) -> tuple[Block, ...]:
    """The chart and the map of a signal, each with its figures as a table."""
    return signal_blocks(from_plain(lead), force().store)


def simulated_of(lead: Mapping[str, Any]) -> Simulated | None:
    """How often a look shows such a signal though nothing is happening, as simulated; `None` where nobody has."""
    return simulated(from_plain(lead).kind)


def as_file(signals: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], ending: str) -> bytes:
    """Signals as a file, CSV or GeoJSON: what the site knows of each, and the signal itself."""
    found = [from_plain(lead) for _, lead in signals]
    rows = [{**own, **signal_row(one, one.key)} for (own, _), one in zip(signals, found, strict=True)]
    return rows_as(f".{ending}", rows, shapes=shapes(found, force().store) if ending == "geojson" else None)


@dataclass(frozen=True, slots=True)
class Share:
    """A share with the interval that it lies in (95%), 0 to 1."""

    share: float
    low: float
    high: float


def share_of(some: int, every: int) -> Share | None:
    """How sure a share is; `None` of nothing."""
    if not every:
        return None
    interval = wilson_interval(some, every)
    return Share(some / every, float(interval.lower), float(interval.upper))
