"""The clock arithmetic beside Python's time zone database, hour by hour and on the nights the clocks change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from upstream.records.local_time import in_summer, in_winter, instant_of, local_clock, summer_instant
from upstream.store.duckdb_session import duckdb_session

LONDON = ZoneInfo("Europe/London")


def moments(first: dt.datetime, last: dt.datetime, step: dt.timedelta) -> list[dt.datetime]:
    return [first + number * step for number in range((last - first) // step)]


@pytest.mark.parametrize("year", [1965, 1970, 1972, 1973, 1985, 1996, 2021, 2022, 2037])
def test_clock_readings_and_instants(year: int) -> None:
    start = dt.datetime(year, 1, 1, 0, 30, tzinfo=dt.UTC).replace(tzinfo=None)
    walls = moments(start, start + dt.timedelta(days=366), dt.timedelta(hours=1))
    with duckdb_session([]) as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest($walls::TIMESTAMP[]) AS w", {"walls": walls})
        rows = connection.execute(
            f"SELECT w, {in_summer('w')}, {in_winter('w')}, epoch_us({summer_instant('w')}), "
            f"epoch_us({instant_of('w')}), {local_clock(instant_of('w'))} FROM t"
        ).fetchall()
    assert len(rows) == len(walls)
    for wall, summer, winter, as_summer, as_winter, shown in rows:
        utc = wall.replace(tzinfo=dt.UTC)
        assert shown == utc.astimezone(LONDON).replace(tzinfo=None)
        assert summer == ((utc - dt.timedelta(hours=1)).astimezone(LONDON).replace(tzinfo=None) == wall)
        assert winter == (utc.astimezone(LONDON).replace(tzinfo=None) == wall)
        assert as_winter == int(utc.timestamp()) * 1_000_000
        assert as_summer == as_winter - 3_600_000_000
