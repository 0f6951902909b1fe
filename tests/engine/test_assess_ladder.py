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
from upstream.assess.ladder import Method, Needs, Standing, answer
from upstream.assess.panel import Panel, panel_of
from upstream.errors import BadInput
from upstream.stats.intervals import Interval

MONTHS = [f"2022-{month:02d}" for month in range(1, 13)]


def panel() -> Panel:
    rows = [(unit, month, 6.0) for unit in "ABC" for month in MONTHS]
    return panel_of(rows, outcome="burglaries", treated=["A"], start="2022-09")


def method(key: str, height: int, ratio: float, error: float = 0.1, **needs: object) -> Method:
    def run(_: Panel) -> Finding:
        some = np.array([1.0, 2.0, math.nan])
        return Finding(
            key, key.upper(), "q", "e", "burglaries", "lower", 20.0, 20 / ratio, ratio_of(math.log(ratio), error), None,
            0.04, 0.98 if ratio < 1 else 0.02, maryland(before_and_after=True), ("a",), ("b",), ("c",), {"x": 1.5},
            Line(("1", "2", "3"), some, some, some, some, 1),
        )  # fmt: skip

    return Method(key, key.upper(), height, Needs(**needs), run)


def test_the_highest_method_that_the_data_carry_answers_and_the_rest_check() -> None:
    got = answer(
        panel(),
        [method("low", 1, 0.8), method("long", 9, 0.8, before=24), method("high", 5, 0.82), method("mid", 3, 0.79)],
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
        answer(panel(), [method("m", 1, 0.8, **needs)], [])
    everywhere = panel_of(
        [(unit, month, 6.0) for unit in "AB" for month in MONTHS],
        outcome="burglaries", treated={"A": "2022-03", "B": "2022-05"},
    )  # fmt: skip
    with pytest.raises(Refused, match="began at the same time"):
        answer(everywhere, [method("m", 1, 0.8, at_once=True)], [])


def test_a_method_that_is_wrong_too_often_on_placebos_is_refused() -> None:
    rows = [Standing("m", "month", 6, 5, 2000, 0.11, 0.9), Standing("m", "month", 24, 5, 2000, 0.05, 0.95)]
    pair = [method("m", 2, 0.8), method("n", 1, 0.8)]
    got = answer(panel(), pair, rows)
    assert got.main.method == "n"
    assert "wrong 11.0% of the time" in got.not_used[0].why
    for spared in (
        Standing("m", "month", 6, 5, 2000, 0.07, 0.93),
        Standing("m", "day", 6, 5, 2000, 0.11, 0.9),
        Standing("m", "month", 6, 50, 2000, 0.11, 0.9),
    ):
        assert answer(panel(), pair, [spared]).main.method == "m"


def test_a_method_that_fails_is_said_and_the_next_answers() -> None:
    def fails(_: Panel) -> Finding:
        raise BadInput("It does not converge.")

    got = answer(panel(), [Method("f", "F", 9, Needs(), fails), method("low", 1, 0.8)], [])
    assert got.main.method == "low"
    assert got.not_used[0].why == "It does not converge."


def test_a_method_without_an_effect_does_not_answer() -> None:
    empty = method("none", 9, 0.8)
    nothing = Interval(math.nan, 0.0, math.inf)
    without = Method("none", "NONE", 9, Needs(), lambda panel: replace(empty.run(panel), ratio=nothing))
    got = answer(panel(), [without, method("low", 1, 0.8)], [])
    assert got.main.method == "low"
    assert got.not_used[0].why == "Too little was counted for an effect."
    assert "nan" not in effect(replace(empty.run(panel()), difference=nothing))


def test_disagreement_is_said_aloud() -> None:
    against = answer(panel(), [method("high", 2, 0.8), method("low", 1, 1.3)], [])
    assert against.disagreements == (
        "HIGH finds a benefit 98% (almost certain), LOW 2% (remote chance): they point different ways.",
    )
    apart = answer(panel(), [method("high", 2, 0.9, 0.01), method("low", 1, 0.5, 0.01)], [])
    assert "not on the size" in apart.disagreements[0]


def test_an_answer_is_kept_and_read_back() -> None:
    got = answer(panel(), [method("high", 2, 0.8), method("long", 9, 0.8, before=24), method("low", 1, 1.3)], [])
    written = json.dumps(as_data(got), allow_nan=False)
    again = from_data(json.loads(written))
    assert json.dumps(as_data(again)) == written
    assert again.main.ratio == got.main.ratio
    assert again.not_used == got.not_used
    assert again.main.line is not None
    assert math.isnan(again.main.line.low[2])


def test_an_effect_in_words() -> None:
    one = method("high", 2, 0.8).run(panel())
    assert effect(one) == "Burglaries were 20% lower than without it (95% interval: 34% lower to 3% lower)."
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
