"""Patrol plans, their dose, and the commands of respond."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from commands import ended
from fixtures_needs import NeedsForce
from upstream.errors import BadInput
from upstream.respond.allocation import travel_from_middle
from upstream.respond.patrol import HotSpot, PatrolPlan, Shift, Stop, Visit, dose, patrol_plan

START = dt.datetime(2022, 7, 1, 18, 0)  # noqa: DTZ001 (the clock of the place)
SPOTS = [HotSpot(f"h{i}", f"Spot {i}", 1000.0 * i, 0.0, float(4 - i)) for i in range(4)]


def run(folder: Path, *arguments: str) -> int:
    return ended("--config", str(folder / "upstream.toml"), "respond", *arguments)


def test_a_plan_can_be_walked() -> None:
    shifts = [Shift(START + dt.timedelta(days=day), 240, 2) for day in range(5)]
    plan = patrol_plan(SPOTS, shifts, rng=np.random.default_rng(1))
    for shift in shifts:
        end = shift.start + dt.timedelta(minutes=240)
        own = [stop for stop in plan.stops if shift.start <= stop.start < end]
        for team in (1, 2):
            each = [stop for stop in own if stop.team == team]
            for one, then in pairwise(each):
                metres = 1000 * abs(int(one.spot[1]) - int(then.spot[1]))
                assert then.start - one.start >= dt.timedelta(minutes=15 + metres / 1000 * 2 - 1e-9)
                assert one.spot != then.spot
            assert each[-1].start + dt.timedelta(minutes=15) <= end
        for one in own:  # no two teams at one place at once
            there = [other.start for other in own if other is not one and other.spot == one.spot]
            assert all(abs(start - one.start) >= dt.timedelta(minutes=15) for start in there)
    assert sum(plan.planned.values()) == 15 * len(plan.stops)
    assert sum(plan.planned.values()) + plan.travel <= plan.minutes == 5 * 2 * 240
    # the heaviest place has somewhat less than its share, because no team stops there twice running
    assert plan.planned["h0"] > plan.planned["h3"] > 0
    assert all(abs(plan.planned[key] - wanted) <= 0.2 * wanted for key, wanted in plan.wanted.items())
    assert patrol_plan(SPOTS, shifts, rng=np.random.default_rng(2)).stops != plan.stops
    assert patrol_plan(SPOTS, shifts, rng=np.random.default_rng(1)).stops == plan.stops


def test_the_dose_is_what_places_got() -> None:
    stops = tuple(Stop(1, spot, START + dt.timedelta(minutes=at), 15) for spot, at in (("a", 0), ("a", 60), ("b", 30)))
    plan = PatrolPlan(stops, {"a": 30, "b": 15}, {"a": 30.0, "b": 15.0}, 0, 120)
    visits = [
        Visit("a", START + dt.timedelta(minutes=10), 12), Visit("a", START + dt.timedelta(minutes=14), 40),
        Visit("c", START, 5),
    ]  # fmt: skip
    a, b, c = dose(plan, visits)
    assert (a.planned, a.delivered, a.visits_planned, a.visits, a.as_planned, a.in_band) == (30, 52, 2, 2, 1, 1)
    assert a.share == pytest.approx(52 / 30)
    assert (b.planned, b.delivered, b.visits) == (15, 0, 0)
    assert (c.spot, c.planned, c.delivered, c.in_band) == ("c", 0, 5, 0)
    assert c.share != c.share


@pytest.mark.parametrize(
    ("spots", "shift", "stop"),
    [([], Shift(START, 60, 1), 15), (SPOTS, Shift(START, 60, 1), 30), (SPOTS, Shift(START, 5, 1), 15),
     (SPOTS * 2, Shift(START, 60, 1), 15), ([HotSpot("a", "", float("nan"), 0, 1)], Shift(START, 60, 1), 15),
     ([HotSpot("a", "", 0, 0, -1)], Shift(START, 60, 1), 15), (SPOTS, Shift(START, 60, 0), 15)],
)  # fmt: skip
def test_plans_that_cannot_be(spots: list[HotSpot], shift: Shift, stop: int) -> None:
    with pytest.raises(BadInput):
        patrol_plan(spots, [shift], rng=np.random.default_rng(1), stop=stop)


def test_posts_by_the_index_and_by_a_file(
    needs_force: NeedsForce, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(needs_force.folder, "allocate", "--posts", "10", "--least", "2", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    ways = {way["way"]: way for way in made["ways"]}
    assert len(ways) == 6
    assert all(sum(way["by_group"].values()) == 10 for way in ways.values())
    assert ways["The first 5 of each policing area"]["by_group"] == {"Northing": 5, "Southing": 5}
    assert all(way["share_of_best"] <= 1 + 1e-9 for way in made["ways"][2:])
    need = tmp_path / "need.csv"
    need.write_text("code,name,group,need,residents,travel\nX,Ex,A,5,100,0\nY,Wy,A,9,100,400\nZ,Zed,B,1,50,0\n")
    out = tmp_path / "posts.csv"
    assert run(needs_force.folder, "allocate", "--posts", "2", "--need", str(need), "--out", str(out)) == 0
    assert "an assumption" in capsys.readouterr().out
    assert out.read_text().splitlines()[2].startswith("Y,Wy,A,9.0,100,1")  # by rank alone, however far
    need.write_text("code,name,group,need,residents\nX,Ex,A,much,100\n")
    assert run(needs_force.folder, "allocate", "--posts", "1", "--need", str(need)) == BadInput.exit_code
    need.write_text("code,name\nX,Ex\n")
    assert run(needs_force.folder, "allocate", "--posts", "1", "--need", str(need)) == BadInput.exit_code


def test_a_patrol_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "upstream.toml").touch()
    spots, visits, out = tmp_path / "hot.csv", tmp_path / "visits.csv", tmp_path / "plan.csv"
    spots.write_text("key,name,easting,northing,weight\na,High Street,0,0,3\nb,Station,500,0,1\n")
    options = ["patrol", "--spots", str(spots), "--from", "2022-07-01T18:00", "--minutes", "120"]
    assert run(tmp_path, *options, "--out", str(out), "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert len(out.read_text().splitlines()) == len(made["stops"]) + 1 > 5
    first = made["stops"][0]
    visits.write_text(f"spot,start,minutes\n{first['spot']},{first['start']},12\n")
    assert run(tmp_path, *options, "--visits", str(visits)) == 0
    assert "1 of 1" in capsys.readouterr().out
    visits.write_text("spot,start,minutes\na,yesterday,12\n")
    assert run(tmp_path, *options, "--visits", str(visits)) == BadInput.exit_code
    spots.write_text("key,name,easting,northing,weight\na,High Street,x,0,3\n")
    assert run(tmp_path, *options) == BadInput.exit_code


def test_travel_is_from_the_middle_of_the_residents() -> None:
    x, y = np.array([0.0, 10_000.0, 0.0, 4_000.0]), np.zeros(4)
    minutes = travel_from_middle(x, y, ["A", "A", "B", "B"], np.array([3.0, 1.0, 0.0, 0.0]))
    # A's middle is at 2.5 km, B's (where nobody lives) half way; two minutes a kilometre
    assert minutes.tolist() == pytest.approx([5.0, 15.0, 4.0, 4.0])
