"""Where and when patrols would stop: recounted in plain Python, and refused where nothing can be said."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from fixtures_events import made
from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.reports.document import Chart
from upstream.reports.patrol_pages import day_sheet, day_tables, dose_blocks
from upstream.reports.pdf import render_pdf
from upstream.respond.patrol import HotSpot, PatrolPlan, Shift, Stop, Visit, dose, dose_by_week, patrol_plan
from upstream.respond.patrol_places import LEAST_EVENTS, busy_hours, patrol_places


def town(**changed: object) -> Events:
    """A busy square, a less busy one, one household with most of all, and noise."""
    rng = np.random.default_rng(9)
    corners = [((400_000, 300_000), 60), ((400_400, 300_600), 30), ((401_000, 300_000), 12)]
    x = [np.full(90, 402_050.0), rng.uniform(390_000, 399_000, 80)]
    y = [np.full(90, 302_050.0), rng.uniform(290_000, 299_000, 80)]
    for (east, north), number in corners:
        x.append(east + rng.uniform(1, 199, number))
        y.append(north + rng.uniform(1, 199, number))
    x, y = np.concatenate(x), np.concatenate(y)
    hours = np.where(np.arange(len(x)) % 3 == 0, 3.0, rng.uniform(20, 23.9, len(x)))
    return made(x, y, rng.integers(0, 365, len(x)), hours=hours, **changed)


def test_squares_are_those_with_most_events_and_never_one_household() -> None:
    events = town()
    found = patrol_places(events, count=2, hours=4)
    square = Counter((int(x // 200), int(y // 200)) for x, y in zip(events.easting, events.northing, strict=True))
    household = (402_050 // 200, 302_050 // 200)
    assert square.pop(household) == 90
    expected = [n for _, n in square.most_common(2)]
    assert found.events.tolist() == expected
    assert [(spot.easting, spot.northing) for spot in found.spots] == [(400_100, 300_100), (400_500, 300_700)]
    assert found.of_all == pytest.approx(sum(expected) / len(events.day))
    assert found.squares == len(square) + 1
    assert found.passed_over == 1


def test_the_hours_are_the_run_that_holds_most() -> None:
    events = town()
    found = patrol_places(events, count=3, hours=4).busy
    assert found is not None
    assert (found.begin, found.hours) == (20, 4)
    inside = [
        int(hour)
        for x, hour in zip(events.easting, (events.start - events.day).astype(int) // 60, strict=True)
        if 400_000 <= x < 401_200
    ]
    assert found.known == len(inside)
    assert found.share == pytest.approx(sum(hour >= 20 for hour in inside) / len(inside))
    assert found.by_hour.sum() == pytest.approx(len(inside))


def test_a_run_of_hours_may_pass_midnight_and_ranges_are_spread() -> None:
    start = np.array(["2022-01-01T23:30", "2022-01-02T00:10", "2022-01-02T12:00"], "datetime64[m]")
    end = np.array(["2022-01-02T01:30", "2022-01-02T00:10", "2022-01-04T12:00"], "datetime64[m]")
    found = busy_hours(start, end, 2)
    assert found is not None
    assert found.known == 2  # two days say nothing about the hour
    assert found.by_hour[[23, 0, 1]].tolist() == pytest.approx([0.25, 1.5, 0.25])
    # 23:00 and 00:00 hold as much as 00:00 and 01:00: the earlier hour of the clock is taken
    assert (found.begin, found.share) == (0, pytest.approx(1.75 / 2))
    assert busy_hours(start[2:], end[2:], 2) is None


@pytest.mark.parametrize(("count", "hours"), [(0, 4), (41, 4), (3, 0), (3, 25)])
def test_numbers_that_cannot_be_are_refused(count: int, hours: int) -> None:
    with pytest.raises(BadInput, match="cannot be chosen"):
        patrol_places(town(), count=count, hours=hours)


def test_open_data_few_events_and_none_are_refused() -> None:
    with pytest.raises(BadInput, match="shared map points"):
        patrol_places(town(table="street_crimes"), count=3, hours=4)
    few = made(np.arange(LEAST_EVENTS - 1) + 0.5, np.zeros(LEAST_EVENTS - 1), np.zeros(LEAST_EVENTS - 1))
    with pytest.raises(BadInput, match="No square of 200 metres"):
        patrol_places(few, count=3, hours=4)
    one_point = made(np.full(50, 5.0), np.full(50, 5.0), np.zeros(50))
    with pytest.raises(BadInput, match="two points or more"):
        patrol_places(one_point, count=3, hours=4)
    with pytest.raises(BadInput, match="No square"):
        patrol_places(made([], [], []), count=3, hours=4)


SPOTS = (HotSpot("1", "1. Quay", 0, 0, 2), HotSpot("2", "2. Mill", 500, 0, 1))


def moment(day: str, hour: int) -> dt.datetime:
    """On the clock of the place."""
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour))


def planned() -> PatrolPlan:
    """A fortnight of evenings."""
    begin = moment("2026-03-04", 18)
    shifts = [Shift(begin + dt.timedelta(days=day), 120, 1) for day in range(14)]
    return patrol_plan(SPOTS, shifts, rng=np.random.default_rng(1))


def test_the_dose_of_the_weeks_adds_up_to_the_dose_of_the_places() -> None:
    plan = planned()
    visits = [Visit(stop.spot, stop.start, 12.0) for stop in plan.stops[::2]] + [
        Visit("1", moment("2026-04-01", 9), 40.0)
    ]
    weeks, places = dose_by_week(plan.stops, visits), dose(plan, visits)
    assert [week.monday for week in weeks] == [dt.date(2026, 3, 2) + dt.timedelta(days=7 * n) for n in range(5)]
    for of in ("planned", "delivered", "visits_planned", "visits", "in_band"):
        assert sum(getattr(week, of) for week in weeks) == sum(getattr(place, of) for place in places)
    assert (weeks[3].planned, weeks[3].visits) == (0, 0)
    assert dose_by_week([], []) == ()


def test_charts_and_sheet_have_the_same_figures() -> None:
    plan = planned()
    visits = [Visit(stop.spot, stop.start, 12.0) for stop in plan.stops[:5]]
    place, week = dose_blocks(dose(plan, visits), dose_by_week(plan.stops, visits), {s.key: s.name for s in SPOTS})
    assert isinstance(place, Chart)
    assert isinstance(week, Chart)
    total = sum(plan.planned.values())
    assert f"60 minutes delivered of {total:,} due" in place.description
    assert f"60 minutes delivered of {total:,} due" in week.description
    assert sum(int(row.cells[1].text.replace(",", "")) for row in place.data.rows) == total
    day = [stop for stop in plan.stops if stop.start.date() == dt.date(2026, 3, 5)]
    (table,) = day_tables(day, SPOTS)
    assert [row.cells[0].text for row in table.rows] == [f"{stop.start:%H:%M}" for stop in day]
    assert {row.cells[3].text for row in table.rows} <= {"1. Quay", "2. Mill"}
    paper = day_sheet("Quay", dt.date(2026, 3, 5), [table], force="Test", marking="OFFICIAL",
                      created=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))  # fmt: skip
    assert paper.title == "Quay, 5 March 2026"
    assert render_pdf(paper).startswith(b"%PDF")


def test_the_sheet_has_a_table_a_team() -> None:
    stops = [Stop(2, "2", moment("2026-03-05", 19), 15), Stop(1, "1", moment("2026-03-05", 18), 10)]
    tables = day_tables(stops, SPOTS)
    assert [table.title for table in tables] == ["Team 1", "Team 2"]
    assert [cell.text for cell in tables[0].rows[0].cells][:4] == ["18:00", "18:10", "1", "1. Quay"]
