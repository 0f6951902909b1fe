"""The ladder: which method answers, which are refused, and what they disagree about."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from upstream.assess.finding import Finding, Line, Refused, maryland, ratio_of
from upstream.assess.in_words import effect, sureness
from upstream.assess.kept import as_data, from_data
from upstream.assess.ladder import Method, Needs, answer, why_not
from upstream.assess.panel import Panel, panel_of
from upstream.assess.standing import Standing, standing_of, with_spread
from upstream.errors import BadInput
from upstream.stats.intervals import Interval

MONTHS = [f"2022-{month:02d}" for month in range(1, 13)]


def panel() -> Panel:
    rows = [(unit, month, 6.0) for unit in "ABC" for month in MONTHS]
    return panel_of(rows, outcome="burglaries", treated=["A"], start="2022-09")


def method(key: str, ratio: float, error: float = 0.1, **needs: object) -> Method:
    def run(_: Panel) -> Finding:
        some = np.array([1.0, 2.0, math.nan])
        return Finding(
            key, key.upper(), "q", "e", "burglaries", "lower", 20.0, 20 / ratio, ratio_of(math.log(ratio), error), None,
            0.04, 0.98 if ratio < 1 else 0.02, maryland(before_and_after=True), ("a",), ("b",), ("c",), {"x": 1.5},
            Line(("1", "2", "3"), some, some, some, some, 1),
        )  # fmt: skip

    return Method(key, key.upper(), Needs(**needs), run)


def test_the_highest_method_that_the_data_carry_answers_and_the_rest_check() -> None:
    got = answer(
        panel(),
        [method("long", 0.8, before=24), method("high", 0.82), method("mid", 0.79), method("low", 0.8)],
        [],
    )
    assert got.main.method == "high"
    assert [one.method for one in got.checks] == ["mid", "low"]
    assert [(one.key, one.why) for one in got.not_used] == [("long", "it needs 24 months before; 8 are held")]
    assert got.disagreements == ()


@pytest.mark.parametrize(
    ("needs", "why"),
    [
        ({"after": 5}, "5 months after; 4 are held"),
        ({"comparisons": 3}, "3 comparison places; 2 are given"),
        ({"mean": 6.5}, "6.5 burglaries a month before; there were 6.0"),
        ({"buffer": True}, "places near by"),
    ],
)
def test_a_method_says_what_it_lacks(needs: dict[str, object], why: str) -> None:
    with pytest.raises(Refused, match=why):
        answer(panel(), [method("m", 0.8, **needs)], [])
    everywhere = panel_of(
        [(unit, month, 6.0) for unit in "AB" for month in MONTHS],
        outcome="burglaries", treated={"A": "2022-03", "B": "2022-05"},
    )  # fmt: skip
    with pytest.raises(Refused, match="began at the same time"):
        answer(everywhere, [method("m", 0.8, at_once=True)], [])


def standing(**changed: object) -> Standing:
    held = {"method": "m", "step": "month", "places": 1, "before": 6, "mean": 5.0, "analyses": 2000, "raw": 0.05}
    return Standing(**{**held, "spread": 0.0, "false_positives": 0.05, "coverage": 0.95, **changed})


def test_a_method_that_is_wrong_too_often_on_placebos_is_refused() -> None:
    rows = [standing(false_positives=0.11), standing(before=24)]
    pair = [method("m", 0.8), method("n", 0.8)]
    got = answer(panel(), pair, rows)
    assert got.main.method == "n"
    assert "wrong 11.0% of the time" in got.not_used[0].why
    for spared in (
        standing(false_positives=0.07),
        standing(false_positives=0.11, step="day"),
        standing(false_positives=0.11, mean=50.0),
        standing(false_positives=0.11, places=2),
    ):
        assert answer(panel(), pair, [spared]).main.method == "m"


def test_the_row_is_the_one_with_the_most_that_the_panel_reaches() -> None:
    rows = [standing(before=6), standing(before=8, mean=2.0), standing(before=8), standing(before=9)]
    assert standing_of("m", panel(), rows) == standing(before=8)
    two = panel_of(
        [(unit, month, 6.0) for unit in "ABC" for month in MONTHS],
        outcome="burglaries", treated=["A", "B"], start="2022-09",
    )  # fmt: skip
    assert standing_of("m", two, [*rows, standing(places=2, before=3)]) == standing(places=2, before=3)
    assert standing_of("n", panel(), rows) is None


def test_a_finding_is_widened_by_what_places_do_by_themselves() -> None:
    plain = method("m", 0.8).run(panel())
    got = answer(panel(), [method("m", 0.8)], [standing(raw=0.2, spread=0.1)]).main
    # errors of 0.1 and 0.1 add as variances: the interval is wider by the root of two
    assert got.ratio is not None
    assert math.log(got.ratio.upper / 0.8) == pytest.approx(math.sqrt(2) * 1.96 * 0.1, abs=1e-4)
    assert math.log(0.8 / got.ratio.lower) == pytest.approx(math.sqrt(2) * 1.96 * 0.1, abs=1e-4)
    z = math.log(0.8) / (0.1 * math.sqrt(2))
    assert got.p == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), abs=1e-6)
    assert got.probability_of_benefit == pytest.approx(1 - got.p / 2)
    assert got.figures["spread of places left alone"] == 0.1
    assert "was wrong 20% of the time; widened, 5%" in got.caveats[-1]
    untouched = answer(panel(), [method("m", 0.8)], [standing()]).main
    assert (untouched.ratio, untouched.caveats) == (plain.ratio, plain.caveats)
    unknown = answer(panel(), [method("m", 0.8)], []).main
    assert unknown.ratio == plain.ratio
    assert "has not been measured" in unknown.caveats[-1]


def test_a_difference_is_widened_as_a_share_of_what_was_to_be_expected() -> None:
    base = replace(method("m", 0.8).run(panel()), ratio=None, counterfactual=25.0, difference=Interval(-5, -9, -1))
    wide = with_spread(replace(base, probability_of_benefit=0.9), 0.1)
    assert wide.difference is not None
    half = math.hypot(4, 1.959964 * 0.1 * 25)
    assert (wide.difference.lower, wide.difference.upper) == pytest.approx((-5 - half, -5 + half), abs=1e-4)
    assert wide.p is not None
    assert (wide.p < 0.05) == (wide.difference.upper < 0)
    both = with_spread(replace(base, ratio=Interval(0.8, 0.6, 0.9)), 0.2)
    assert both.ratio is not None
    assert both.difference is not None
    assert both.difference.upper == pytest.approx(25 * (both.ratio.upper - 1))
    assert (both.ratio.upper < 1) == (both.difference.upper < 0)


@pytest.mark.parametrize(
    ("ratio", "rejects"),
    [(Interval(0.0, 0.0, 0.7), True), (Interval(0.0, 0.0, 0.9), False), (Interval(math.inf, 1.5, math.inf), True)],
)
def test_where_nothing_was_counted_the_limit_that_there_is_moves(ratio: Interval, rejects: bool) -> None:
    wide = with_spread(replace(method("m", 0.8).run(panel()), ratio=ratio), 0.1)
    assert wide.ratio is not None
    assert wide.p is not None
    assert (wide.p < 0.05) == rejects == (wide.ratio.upper < 1 or wide.ratio.lower > 1)
    moved = math.exp(1.959964 * 0.1)
    limits = (ratio.lower / moved, ratio.upper * moved)
    assert (wide.ratio.lower, wide.ratio.upper) == pytest.approx(limits, rel=1e-6)


def test_a_method_that_fails_is_said_and_the_next_answers() -> None:
    def fails(_: Panel) -> Finding:
        raise BadInput("It does not converge.")

    got = answer(panel(), [Method("f", "F", Needs(), fails), method("low", 0.8)], [])
    assert got.main.method == "low"
    assert got.not_used[0].why == "It does not converge."


def test_a_method_without_an_effect_does_not_answer() -> None:
    empty = method("none", 0.8)
    nothing = Interval(math.nan, 0.0, math.inf)
    without = Method("none", "NONE", Needs(), lambda panel: replace(empty.run(panel), ratio=nothing))
    got = answer(panel(), [without, method("low", 0.8)], [])
    assert got.main.method == "low"
    assert got.not_used[0].why == "Too little was counted for an effect."
    assert "nan" not in effect(replace(empty.run(panel()), difference=nothing))


def test_why_a_method_was_not_used_is_a_reason_and_no_answer_to_a_mistake() -> None:
    error = BadInput("All treated units began at once.", allowed="two starts or more", remedy="Use the plain form.")
    assert why_not(error) == "All treated units began at once; it takes two starts or more."


def test_disagreement_is_said_aloud() -> None:
    against = answer(panel(), [method("high", 0.8), method("low", 1.3)], [])
    assert against.disagreements == (
        "HIGH finds a benefit 98% (almost certain), LOW 2% (remote chance): they point different ways.",
    )
    apart = answer(panel(), [method("high", 0.9, 0.01), method("low", 0.5, 0.01)], [])
    assert "not on the size" in apart.disagreements[0]


def test_an_answer_is_kept_and_read_back() -> None:
    got = answer(panel(), [method("long", 0.8, before=24), method("high", 0.8), method("low", 1.3)], [])
    written = json.dumps(as_data(got), allow_nan=False)
    again = from_data(json.loads(written))
    assert json.dumps(as_data(again)) == written
    assert again.main.ratio == got.main.ratio
    assert again.not_used == got.not_used
    assert again.main.line is not None
    assert math.isnan(again.main.line.low[2])


def test_an_effect_in_words() -> None:
    one = method("high", 0.8).run(panel())
    assert effect(one) == "Burglaries were 20% lower than without it (95% interval: 34% to 3% lower)."
    assert "98% (almost certain)" in sureness(one)
    assert "Level 2 of 5" in sureness(one)
    moved = Interval(-8.25, -40.0, 1234.4)
    shown = Finding(
        "m", "M", "q", "e", "calls", "lower", 1.0, 2.0, Interval(1.004, 0.5, math.inf), moved, None, 0.5,
        maryland(before_and_after=True), ("a",), ("b",),
    )  # fmt: skip
    assert effect(shown) == (
        "Calls were 0.4% higher than without it (95% interval: 50% lower to without limit higher), "
        "8.2 fewer (95% interval: 40 fewer to 1,234 more)."
    )
    assert effect(shown, counts=False).endswith("50% lower to without limit higher).")
    assert effect(replace(shown, ratio=None), counts=False) == ""
