"""When: planted patterns are found, noise is called noise, and what cannot be told is said."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from commands import ended
from fixtures_events import made
from stores import filled
from upstream.analyse.calendar import Span
from upstream.analyse.timing import WEEKDAYS, as_plain, timing
from upstream.errors import BadInput
from upstream.measures.events import Events

FIRST = dt.date(2020, 1, 1)
SPAN = 731


def noise(seed: int, number: int = 400) -> Events:
    """Any hour of any day of two years."""
    rng = np.random.default_rng(seed)
    at = np.full((2, number), 4e5) + rng.uniform(0, 9e3, (2, number))
    return made(*at, rng.integers(0, SPAN, number), hours=rng.uniform(0, 24, number), span=SPAN, first=FIRST)


def pattern(events: Events, name: str):
    return next(one for one in timing(events).patterns if one.name == name)


def test_noise_is_called_noise() -> None:
    real = [[one.name for one in timing(noise(seed)).patterns if one.real] for seed in range(8)]
    assert sum(map(bool, real)) <= 2  # 5% of eight, and chance
    assert {one.name for one in timing(noise(0)).patterns} >= {
        "weekday", "hour", "weekday and hour", "time of year", "daylight", "payday", "bank holiday, England and Wales",
    }  # fmt: skip


def test_a_planted_hour_and_weekday_are_found() -> None:
    events, rng = noise(1, 700), np.random.default_rng(2)
    days = (events.day - np.datetime64(FIRST)).astype(int)
    hours = rng.uniform(0, 24, 700)
    friday = (days + 2) % 7 == 4  # 1 January 2020 was a Wednesday
    hours[friday] = rng.normal(22, 0.7, friday.sum()) % 24
    keep = friday | (rng.random(700) < 0.5)
    planted = made(events.easting[keep], events.northing[keep], days[keep], hours=hours[keep], span=SPAN, first=FIRST)
    found = {one.name: one for one in timing(planted).patterns}
    assert found["hour"].real
    assert found["weekday and hour"].real
    assert found["weekday"].real
    assert "Fridays" in found["weekday"].said
    assert "Fridays from 21:00" in found["weekday and hour"].said


def test_a_planted_season_is_found() -> None:
    rng = np.random.default_rng(6)
    days = rng.integers(0, 3 * 365 + 1, 1_500)
    summer = np.isin((np.datetime64(FIRST) + days).astype("datetime64[M]").astype(int) % 12, (5, 6, 7))
    days = days[summer | (rng.random(1_500) < 0.5)]
    found = pattern(made(*np.full((2, len(days)), 4e5), days, span=3 * 365 + 1, first=FIRST), "time of year")
    assert found.p < 0.02
    assert found.said.split()[4].rstrip(",") in ("June", "July", "August")


def test_paydays_are_found_where_they_matter() -> None:
    rng = np.random.default_rng(3)
    ends = [(np.datetime64("2020-01") + at + 1).astype("datetime64[D]") - 1 for at in range(24)]
    paid = np.array([(day - np.datetime64(FIRST)).astype(int) for day in ends])
    days = np.concatenate([rng.integers(0, SPAN, 500), np.repeat(paid, 5)])
    found = pattern(made(*np.full((2, len(days)), 4e5), days, span=SPAN, first=FIRST), "payday")
    assert found.real
    assert "times the" in found.said


def test_days_beyond_the_table_are_compared_with_nothing() -> None:
    weeks = [FIRST + dt.timedelta(days=100 + 14 * at) for at in range(10)]
    terms = [Span("school_term", "", week, week + dt.timedelta(days=6), "Here", "a test") for week in weeks]
    inside = np.arange(100, 100 + 14 * 9 + 7)
    days = np.concatenate([inside, np.repeat(np.setdiff1d(np.arange(SPAN), inside), 9)])
    found = timing(made(*np.full((2, len(days)), 4e5), days, span=SPAN, first=FIRST), days=terms).patterns
    term = next(one for one in found if one.name == "school term, Here")
    assert term.events == len(inside)
    assert term.p == 1


def test_the_dark_is_told_from_the_hour() -> None:
    rng = np.random.default_rng(4)
    days = rng.integers(0, SPAN, 600)
    month = (np.datetime64(FIRST) + days).astype("datetime64[M]").astype(int) % 12
    hours = np.full(600, 18.5)
    winter = np.isin(month, (10, 11, 0, 1))
    any_month = pattern(made(*np.full((2, 600), 4e5), days, hours=hours, span=SPAN, first=FIRST), "daylight")
    assert not any_month.real, "one hour all year is dark as often as that hour is"
    hours[~winter] = 12.0  # at half past six only in winter: in the dark more than those hours by themselves would be
    chosen = pattern(made(*np.full((2, 600), 4e5), days, hours=hours, span=SPAN, first=FIRST), "daylight")
    assert chosen.real


def test_few_events_have_an_exact_test_and_long_ranges_are_left_out_of_tests() -> None:
    days = np.array([0, 7, 14, 15])
    events = made(*np.full((2, 4), 4e5), days, span=28, lasted=[0, 0, 0, 40 * 60])
    found = pattern(events, "weekday")
    assert found.events == 3
    assert found.p == pytest.approx(7 / 7**3)
    assert "exact" in found.method
    week = timing(events).week
    assert (week.events, week.uncertain) == (4, 1)


def test_what_cannot_be_tested_is_said() -> None:
    short = timing(made([4e5], [4e5], [1], span=3))
    assert "less than a week" in short.not_tested["weekday"]
    assert "2 whole years" in short.not_tested["time of year"]
    assert "Fewer than two events" in short.not_tested["daylight"]
    with pytest.raises(BadInput, match="Open data knows the month"):
        timing(made([4e5], [4e5], [1], table="street_crimes"))
    with pytest.raises(BadInput, match="None of 0 events has a time"):
        timing(made([], [], []))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    rng = np.random.default_rng(5)
    rows = [
        {
            "crime_ref": f"C{at}", "record_kind": "crime", "status": "recorded", "area": "A", "lsoa": "S1",
            "category": "residential_burglary", "recorded_on": dt.date(2022, 1, 1) + dt.timedelta(days=at),
            "committed_from": dt.datetime(2022, 1, 1, int(rng.integers(18, 22)), tzinfo=dt.UTC) + dt.timedelta(days=at),
        }
        for at in range(150)
    ]  # fmt: skip
    filled(tmp_path / "store", {"crimes": rows})
    (tmp_path / "upstream.toml").write_text("", "utf-8")
    (tmp_path / "public.toml").write_text('[report]\ndisclosure = "public"\n', "utf-8")

    def run(*arguments: str, settings: str = "upstream.toml") -> int:
        return ended("--config", str(tmp_path / settings), "analyse", "when", *arguments)

    asked = ("--type", "Burglary", "--from", "2022-01-01", "--to", "2022-05-30")
    assert run(*asked, "--out", str(tmp_path / "week.csv")) == 0
    assert "<0.001*" in capsys.readouterr().out
    assert len((tmp_path / "week.csv").read_text().splitlines()) == 1 + 168
    assert run(*asked, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(cell["events"] for cell in found["week"]) == pytest.approx(150)
    assert {cell["weekday"] for cell in found["week"]} == set(WEEKDAYS)
    assert sum(month["events"] for month in found["months"]) == 150
    for arguments, settings, code in (
        ((*asked, "--out", str(tmp_path / "x.geojson")), "upstream.toml", 2),
        ((*asked, "--days", str(tmp_path / "upstream.toml")), "upstream.toml", 2),
        (("--from", "2022-05-01", "--to", "2022-05-30"), "public.toml", 2),
        (("--from", "2022-05-30", "--to", "2022-05-01"), "upstream.toml", 2),
    ):
        assert run(*arguments, settings=settings) == code, arguments
    assert as_plain(timing(noise(1)))["patterns"][0]["name"] == "weekday"
