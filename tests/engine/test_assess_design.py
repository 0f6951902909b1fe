"""Before it starts: comparisons and why, what would be seen, what comes by itself, and what is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import shapely

from upstream.assess.design import (
    LEAST_EVENTS,
    comes_by_itself,
    comparisons_by_fit,
    design_of,
    not_yet_begun,
    said_of_design,
    said_of_return,
    smallest_effect,
)
from upstream.assess.design_of_records import PROPOSED, SHOWN, DesignAsked, designed
from upstream.assess.finding import Refused
from upstream.assess.kept import plain, planned_from_data
from upstream.assess.panel import Panel
from upstream.errors import BadInput
from upstream.periods import Month
from upstream.places.outlines import Outlines, within_metres
from upstream.stats.falling_back import expected_return
from upstream.stats.power import Design, chance_of_seeing, smallest_ratio

MONTHS = [f"{2021 + at // 12}-{at % 12 + 1:02d}" for at in range(24)]


def series(level: float, *, growth: float = 1.0, wobble: float = 0.0) -> list[float]:
    return [
        round(level * (1 + 0.3 * math.sin(at / 2)) * growth**at * (1 + wobble * (-1) ** (at // 5))) for at in range(24)
    ]


PLACES = {
    "Marsh Green": series(40),
    "Twin": series(80),
    "Rough": series(60, wobble=0.4),
    "Rising": series(30, growth=1.06),
    "Quiet": [1.0 if at % 4 == 0 else 0.0 for at in range(24)],
    "Next door": series(40),
}


def panel(places: dict[str, list[float]] = PLACES, **other: object) -> Panel:
    rows = [(place, month, count) for place, held in places.items() for month, count in zip(MONTHS, held, strict=False)]
    asked = {"outcome": "burglaries", "treated": ["Marsh Green"], "buffer": ["Next door"], **other}
    return not_yet_begun(rows, **asked)


def test_all_of_it_lies_before() -> None:
    assert panel().start == len(MONTHS)


def test_the_place_that_followed_best_comes_first_and_those_that_cannot_serve_last_with_why() -> None:
    found = comparisons_by_fit(panel())
    assert [one.unit for one in found] == ["Twin", "Rough", "Rising", "Next door", "Quiet"]
    twin, rough, rising = (one.fit for one in found[:3])
    assert twin is not None
    assert rough is not None
    assert rising is not None
    assert twin.level == pytest.approx(2, abs=0.03)
    assert twin.together > 0.9 > rough.together
    assert twin.over_a_year
    assert twin.apart < rough.apart
    assert rising.drifts
    assert not twin.drifts
    assert rising.drift.estimate == pytest.approx(1 / 1.06, abs=0.02)
    assert found[3].fit is None
    assert "near by" in found[3].reasons[0]
    assert f"{LEAST_EVENTS} or more" in found[4].reasons[0]


def test_rates_are_compared_where_exposure_moves() -> None:
    doubled = {"Marsh Green": series(40), "Twin": [count * (1 + (at >= 12)) for at, count in enumerate(series(40))]}
    made = panel(doubled, buffer=())
    before = comparisons_by_fit(made)[0].fit
    assert before is not None
    assert before.drifts
    made.exposure[1, 12:] *= 2
    fit = comparisons_by_fit(made)[0].fit
    assert fit is not None
    assert not fit.drifts
    assert fit.level == pytest.approx(1)


def test_longer_and_larger_sees_smaller() -> None:
    alone = smallest_effect(panel(), effect=0.2)
    found = [one.smallest for one in alone.seen]
    assert [one.months for one in alone.seen] == [3, 6, 12]
    assert None not in found
    assert found == sorted(found, reverse=True)
    assert [one.chance for one in alone.seen] == sorted(one.chance for one in alone.seen)
    large = panel({place: [10 * count for count in held] for place, held in PLACES.items()})
    assert smallest_effect(large, ["Twin"]).seen[2].smallest < smallest_effect(panel(), ["Twin"]).seen[2].smallest


def test_a_rise_is_looked_for_where_more_is_good() -> None:
    up = smallest_effect(panel(better="higher"), ["Twin"], effect=0.2).seen[2]
    down = smallest_effect(panel(), ["Twin"], effect=0.2).seen[2]
    assert up.smallest is not None
    assert up.smallest != down.smallest
    assert up.chance != down.chance


def test_of_next_to_no_events_no_effect_is_seen() -> None:
    assert smallest_ratio(Design(0.1, 12, 3)) is None
    assert smallest_ratio(Design(0.02, 12, 3), fewer=False) is None
    assert chance_of_seeing(Design(0.1, 12, 3), 0.5)[0] < 0.1


def test_a_bad_time_is_warned_of_and_an_ordinary_one_is_not() -> None:
    rng = np.random.default_rng(5)
    places = {f"Place {at}": rng.poisson(20, 24).astype(float).tolist() for at in range(12)}
    places["Marsh Green"] = [20.0] * 21 + [40.0] * 3
    bad = panel(places, buffer=())
    made = comes_by_itself(bad, periods=3)
    assert made.recent == 120
    assert made.expected.lower < made.expected.estimate < 75 < made.recent
    assert "comes by itself" in said_of_return(made, bad)
    assert "the next 3 months would count" in said_of_return(made, bad)
    ordinary = panel({**places, "Marsh Green": [20.0] * 24}, buffer=())
    assert "comes by itself" not in said_of_return(comes_by_itself(ordinary, periods=3), ordinary)


def test_the_whole_answer_is_said_and_kept() -> None:
    made = design_of(panel(), effect=0.25)
    said = "\n".join(said_of_design(made, panel()))
    for part in ("Compare with Twin", "Rather not with Rising", "Not with Quiet", "Before and after alone",
                 "Against 2 places together", "one of 25% has a chance", "With nothing done"):  # fmt: skip
        assert part in said
    assert json.loads(json.dumps(plain(made)))["candidates"][0]["unit"] == "Twin"
    few = design_of(panel({"Marsh Green": series(40), "Twin": series(80)}, buffer=()))
    assert few.by_itself is None
    assert "every place" in few.why_not


@pytest.mark.parametrize("months", [2, 3])
def test_too_short_a_time_before_is_refused(months: int) -> None:
    short = panel({place: held[:months] for place, held in PLACES.items() if place != "Quiet"})
    with pytest.raises(Refused, match="periods before"):
        comparisons_by_fit(short)
    with pytest.raises(Refused, match="how much counts vary"):
        smallest_effect(short)


def test_what_cannot_be_compared_with_or_asked_about_is_refused() -> None:
    with pytest.raises(Refused, match="Nowhere cannot be compared"):
        smallest_effect(panel(), ["Nowhere"])
    with pytest.raises(Refused, match="treated place cannot be compared"):
        smallest_effect(panel(), ["Marsh Green"])
    with pytest.raises(Refused, match="effect of 20"):
        smallest_effect(panel(), effect=20)
    with pytest.raises(Refused, match="2 treated"):
        comes_by_itself(panel(treated=["Marsh Green", "Twin"]))


@pytest.mark.parametrize(
    "wrong", [{"mean": 0.0}, {"after": 0}, {"dispersion": 0.5}, {"compared": -1.0}, {"degrees": 0.0}]
)
def test_designs_that_are_none(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Design(**{"mean": 5.0, "before": 12, "after": 12, **wrong})


def test_ratios_chances_and_places_that_are_none() -> None:
    with pytest.raises(BadInput):
        chance_of_seeing(Design(5.0, 12, 12), 0.0)
    with pytest.raises(BadInput):
        smallest_ratio(Design(5.0, 12, 12), chance=1.0)
    with pytest.raises(BadInput, match="every place"):
        expected_return(np.ones((4, 12)), 0)
    with pytest.raises(BadInput):
        expected_return(np.ones((6, 12)), 6)
    with pytest.raises(BadInput):
        expected_return(np.ones((6, 12)), 0, exposure=0.0)


def test_a_design_of_records_proposes_the_best_and_is_kept_exactly() -> None:
    places = {**PLACES, **{f"Street {at}": series(30 + at, wobble=0.01 * at) for at in range(50)}}
    asked = DesignAsked(Month(2021, 1), Month(2022, 12), ("Marsh Green",), {}, effect=0.25, chosen_by=2)
    made = designed(panel(places), asked)
    best = [one.unit for one in comparisons_by_fit(panel(places)) if one.fit is not None and not one.fit.drifts]
    assert made.proposed == tuple(best[:PROPOSED])
    assert len(made.planned.candidates) == SHOWN
    assert made.others == len(places) - 1 - SHOWN
    assert [curve.compared for curve in made.planned.curves] == [(), made.proposed]
    kept = json.loads(json.dumps(plain(made.planned)))
    assert plain(planned_from_data(kept)) == plain(made.planned)


def test_nothing_alike_leaves_before_and_after_alone() -> None:
    asked = DesignAsked(Month(2021, 1), Month(2022, 12), ("Marsh Green",), {})
    made = designed(panel({name: PLACES[name] for name in ("Marsh Green", "Quiet", "Next door")}), asked)
    assert (made.proposed, [curve.compared for curve in made.planned.curves]) == ((), [()])
    assert made.planned.by_itself is None
    assert "5 or more" in made.planned.why_not


def test_small_areas_near_by_are_found_by_their_outlines() -> None:
    squares = np.array([shapely.box(100 * at, 0, 100 * at + 100, 100) for at in range(6)], object)
    codes = np.array([f"S{at}" for at in range(6)])
    held = Outlines(2021, codes, codes, squares)
    assert within_metres(held, ["S1"], 0) == ("S0", "S2")
    assert within_metres(held, ["S1", "S2"], 150) == ("S0", "S3", "S4")
    assert within_metres(held, [], 500) == ()
