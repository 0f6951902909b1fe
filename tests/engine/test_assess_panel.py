"""What an assessment rests on: panels, what they refuse, and what a finding must say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from upstream.assess.finding import (
    Finding,
    Line,
    Refused,
    chance_of_benefit,
    difference_of,
    maryland,
    ratio_of,
)
from upstream.assess.in_words import did_it_work
from upstream.assess.panel import NEVER, Marker, Panel, panel_of, rebaselined
from upstream.assess.period_labels import calendar_of
from upstream.errors import BadInput
from upstream.stats.intervals import Interval

MONTHS = ("2022-11", "2022-12", "2023-01", "2023-02", "2023-03")
ROWS = [(unit, month, float(10 * place + at)) for place, unit in enumerate("ABCD") for at, month in enumerate(MONTHS)]


def panel(rows: list[tuple[str, str, float]] = ROWS, **other: object) -> Panel:
    asked: dict[str, object] = {"outcome": "burglaries", "treated": ["B"], "start": "2023-01", **other}
    return panel_of(rows, **asked)


def finding(**other: object) -> Finding:
    asked: dict[str, object] = {
        "method": "m", "title": "M", "question": "q", "estimand": "e", "unit": "burglaries", "better": "lower",
        "observed": 80.0, "counterfactual": 100.0, "ratio": ratio_of(math.log(0.8), 0.1), "difference": None, "p": 0.03,
        "probability_of_benefit": 0.98, "maryland": maryland(before_and_after=True), "assumes": ("a",),
        "overturned_by": ("b",), **other,
    }  # fmt: skip
    return Finding(**asked)


def test_a_panel_holds_what_was_given_in_whatever_order() -> None:
    one = panel(ROWS[::-1], treated=["B"], buffer=["C"])
    assert one.periods == MONTHS
    assert (one.step, one.in_a_year, one.start) == ("month", 12, 2)
    assert one.series("treated").tolist() == [10, 11, 12, 13, 14]
    assert one.series("buffer").tolist() == [20, 21, 22, 23, 24]
    assert one.series("comparison").tolist() == [30, 32, 34, 36, 38]  # A and D: every other unit
    assert one.exposed("comparison").tolist() == [2] * 5
    assert sorted(one.starts.tolist()) == [NEVER, NEVER, NEVER, 2]
    assert not one.staggered
    assert panel(treated={"B": "2023-01", "C": "2023-02"}).staggered
    assert panel(comparison=["A"]).roles == ("comparison", "treated", "unused", "unused")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"start": "2024-01"}, "outside the data"),
        ({"start": None}, "outside the data"),
        ({"start": "2022-11"}, "nothing before"),
        ({"comparison": ["A", "B"]}, "both treated and comparison"),
        ({"buffer": ["A"], "comparison": ["A"]}, "both buffer and comparison"),
        ({"treated": ["Z"]}, "has no rows"),
        ({"treated": []}, "No unit is treated"),
        ({"rows": []}, "no rows"),
        ({"rows": [*ROWS, ("A", "2023-01", 3.0)]}, "2 rows for 2023-01"),
        ({"rows": [row for row in ROWS if row[:2] != ("A", "2022-12")]}, "no count for 2022-12"),
        ({"rows": [row for row in ROWS if row[1] != "2022-12"]}, "no month right after 2022-11"),
        ({"rows": [(u, m, 0.0 if u == "B" else n) for u, m, n in ROWS]}, "in the treated units"),
        ({"rows": [(u, m, n if u == "B" else 0.0) for u, m, n in ROWS]}, "in the comparison units"),
        ({"rows": [*ROWS[:-1], ("D", "2023-03", -1.0)]}, "below nought"),
        ({"rows": [*ROWS[:-1], ("D", "2023-03", math.nan)]}, "not a number"),
        ({"rows": [*ROWS[:-1], ("D", "March", 1.0)]}, "not a period"),
        ({"rows": [*ROWS[:-1], ("D", "2023-13", 1.0)]}, "not a period"),
        ({"rows": [*ROWS[:-1], ("D", "2023", 1.0)]}, "2 kinds"),
        ({"exposure": {(u, m): 0.0 for u, m, _ in ROWS}}, "exposure is below"),
    ],
)
def test_what_cannot_be_assessed_is_refused_with_what_to_do(change: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says):
        panel(**change)


def test_periods_of_every_kind_follow_one_another() -> None:
    assert calendar_of(["2022-12-31", "2023-01-01"]).step == "day"
    assert calendar_of(["2022-12-26", "2023-01-02", "2023-01-09"]).step == "week"  # by their Mondays
    assert calendar_of(["2020-W53", "2021-W01"]).labels == ("2020-W53", "2021-W01")
    assert calendar_of(["2022-Q4", "2023-Q1"]).step == "quarter"
    assert calendar_of(["2021", "2020"]).labels == ("2020", "2021")
    with pytest.raises(Refused, match="no week right after 2022-12-26"):
        calendar_of(["2022-12-26", "2023-01-09", "2023-01-16"])
    with pytest.raises(Refused, match="not in the calendar"):
        calendar_of(["2021-W53"])


def test_a_change_of_rule_is_said_and_before_it_is_cut_away() -> None:
    one = panel(markers=[Marker("2022-12", "new codes"), Marker("2023-02", "new system"), Marker("2030-01", "later")])
    assert [words[:12] for words in one.caveats] == ["From 2022-12", "From 2023-02"]
    since = rebaselined(one)
    assert (since.periods[0], since.start, since.counts.shape) == ("2022-12", 1, (4, 4))
    assert since.series("treated").tolist() == [11, 12, 13, 14]
    assert [marker.period for marker in since.markers] == ["2023-02"]
    assert rebaselined(panel()).periods == MONTHS


def test_the_maryland_level_is_earned() -> None:
    earned = [
        maryland(before_and_after=False).level,
        maryland(before_and_after=False, comparison="controlled").level,
        maryland(before_and_after=True).level,
        maryland(before_and_after=True, comparison="unproven").level,
        maryland(before_and_after=True, comparison="comparable").level,
        maryland(before_and_after=True, comparison="controlled").level,
        maryland(before_and_after=True, comparison="unproven", random=True).level,
        maryland(before_and_after=True, random=True).level,
    ]
    assert earned == [1, 2, 2, 2, 3, 4, 5, 2]
    assert not maryland(before_and_after=False).compared
    assert not maryland(before_and_after=True, random=True).compared
    assert maryland(before_and_after=True, comparison="unproven").compared


def test_a_finding_pools_on_the_log_scale() -> None:
    one = finding()
    assert one.log_ratio is not None
    assert one.log_ratio.estimate == pytest.approx(math.log(0.8))
    assert one.log_ratio.error == pytest.approx(0.1)  # read off the interval
    own = finding(log_ratio_error=0.2).log_ratio
    assert own is not None
    assert own.error == 0.2
    assert finding(ratio=None, difference=difference_of(-3, 1)).log_ratio is None
    assert finding(ratio=Interval(0.0, 0.0, 1.2)).log_ratio is None
    assert one.verdict.band.term == "Almost certain"


def test_a_finding_must_say_what_it_rests_on() -> None:
    for wrong in (
        {"ratio": None}, {"probability_of_benefit": 1.2}, {"p": -0.1}, {"assumes": ()}, {"overturned_by": ()},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            finding(**wrong)
    some = np.ones(3)
    Line(("a", "b", "c"), some, some, some, some, 1)
    for periods, start in ((("a", "b"), 1), (("a", "b", "c"), 0), (("a", "b", "c"), 3)):
        with pytest.raises(BadInput, match="differ in length"):
            Line(periods, some, some, some, some, start)


def test_benefit_is_on_the_good_side() -> None:
    assert chance_of_benefit(-1.959964, 1.0, "lower") == pytest.approx(0.975, abs=1e-6)
    assert chance_of_benefit(-1.959964, 1.0, "higher") == pytest.approx(0.025, abs=1e-6)
    with pytest.raises(BadInput, match="nought"):
        chance_of_benefit(1.0, 0.0, "lower")


@pytest.mark.parametrize(
    ("change", "agreed", "says"),
    [
        ({"ratio": ratio_of(math.log(0.8), math.inf)}, True, "Not known"),
        ({"ratio": ratio_of(math.log(0.9), 0.1)}, True, "Not shown: no change at all"),
        ({}, True, "Perhaps: 20% fewer burglaries"),  # before and after alone
        ({"maryland": maryland(before_and_after=True, comparison="comparable")}, True, "Yes, if what"),
        ({"maryland": maryland(before_and_after=True, comparison="comparable")}, False, "methods do not agree"),
        (
            {"maryland": maryland(before_and_after=True, comparison="comparable"), "better": "higher"},
            True,
            "No, if what",
        ),
        ({"ratio": ratio_of(math.log(1.5), 0.1)}, True, "Perhaps not: 50% more burglaries"),
    ],
)
def test_the_answer_says_no_more_than_was_found(change: dict[str, object], agreed: bool, says: str) -> None:
    assert says in did_it_work(finding(**change), agreed=agreed)
