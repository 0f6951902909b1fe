"""Clock times of the force and instants in UTC, as SQL expressions.

Since 1972 British Summer Time has begun in March and ended in October, so that only times in those two months need
the time zone database; every other month is known, which makes a large file several times quicker to read.
Source: the Summer Time Act 1972 and the orders under it; IANA time zone database, zone Europe/London.
"""

from __future__ import annotations

from typing import Final

from upstream.store.duckdb_session import quoted

LOCAL_ZONE: Final = "Europe/London"
_KNOWN_FROM: Final = "TIMESTAMP '1972-11-01'"
_SUMMER: Final = "BETWEEN 4 AND 9"
_WINTER: Final = "IN (11, 12, 1, 2)"


def instant_of(utc_clock: str) -> str:
    """The instant of a clock that shows UTC."""
    return f"make_timestamptz(epoch_us({utc_clock}))"


def utc_clock(instant: str) -> str:
    """What a clock that shows UTC reads at an instant."""
    return f"make_timestamp(epoch_us({instant}))"


def local_clock(instant: str) -> str:
    """What a clock in London reads at an instant."""
    utc = utc_clock(instant)
    return (
        f"CASE WHEN {utc} >= {_KNOWN_FROM} AND month({utc}) {_SUMMER} THEN {utc} + INTERVAL 1 HOUR "
        f"WHEN {utc} >= {_KNOWN_FROM} AND month({utc}) {_WINTER} THEN {utc} "
        f"ELSE timezone({quoted(LOCAL_ZONE)}, {instant}) END"
    )


def summer_instant(wall: str) -> str:
    """The instant of a London clock reading, if it shows summer time."""
    return instant_of(f"{wall} - INTERVAL 1 HOUR")


def in_summer(wall: str) -> str:
    """Whether a London clock shows this reading in summer time."""
    return _shown(wall, summer_instant(wall), "true", "false")


def in_winter(wall: str) -> str:
    """Whether a London clock shows this reading in winter time; both are true of the hour that occurs twice."""
    return _shown(wall, instant_of(wall), "false", "true")


def _shown(wall: str, instant: str, summer: str, winter: str) -> str:
    return (
        f"CASE WHEN {wall} >= {_KNOWN_FROM} AND month({wall}) {_SUMMER} THEN {summer} "
        f"WHEN {wall} >= {_KNOWN_FROM} AND month({wall}) {_WINTER} THEN {winter} "
        f"ELSE timezone({quoted(LOCAL_ZONE)}, {instant}) = {wall} END"
    )
