"""Perfect separation: one side has nothing before or after. A refusal or a caveat, and never a number by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from upstream.assess.counts import before_and_after, before_and_after_compared
from upstream.assess.differences import difference_in_differences
from upstream.assess.finding import Refused
from upstream.assess.in_words import effect
from upstream.assess.ladder import answer
from upstream.assess.methods import METHODS
from upstream.assess.panel import Panel, panel_of

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]
START = 24
NOTHING = {
    "treated before": lambda treated, before: treated and before,
    "treated after": lambda treated, before: treated and not before,
    "comparison before": lambda treated, before: not treated and before,
    "comparison after": lambda treated, before: not treated and not before,
}


def separated(case: str) -> Panel:
    rng = np.random.default_rng(7)
    rows = [
        (unit, month, 0.0 if NOTHING[case](unit == "A", at < START) else float(rng.poisson(9)))
        for unit in "ABCDEFG"
        for at, month in enumerate(MONTHS)
    ]
    return panel_of(rows, outcome="thefts", treated="A", start=MONTHS[START])


@pytest.mark.parametrize("case", NOTHING)
def test_every_number_has_its_uncertainty_and_the_answer_says_what_was_nil(case: str) -> None:
    found = answer(separated(case), METHODS)
    side, when = case.split()
    for one in (found.main, *found.checks):
        assert one.counterfactual > 0
        for interval in (one.ratio, one.difference):
            assert interval is None or interval.lower < interval.upper
        assert "not known" not in effect(one)
        assert any(f"No thefts were counted in the {side} places {when} it began" in said for said in one.caveats)
    refused = {one.key: one.why for one in found.not_used}
    assert f"No event was counted in the {'treated units' if side == 'treated' else 'others'} {when}" in refused[
        "difference_in_differences"
    ]  # fmt: skip


@pytest.mark.parametrize("case", ["treated before", "comparison before", "comparison after"])
def test_a_change_from_or_beside_nothing_is_refused_by_the_methods_themselves(case: str) -> None:
    with pytest.raises(Refused, match="nothing to hold a change against"):
        before_and_after_compared(separated(case))
    with pytest.raises(Refused, match="factor of change has no finite estimate"):
        difference_in_differences(separated(case))
    if case == "treated before":
        with pytest.raises(Refused, match="nothing to hold a change against"):
            before_and_after(separated(case))


def test_all_gone_keeps_the_limit_that_can_be_told() -> None:
    found = before_and_after_compared(separated("treated after"))
    assert found.ratio is not None
    assert found.difference is not None
    assert (found.ratio.estimate, found.ratio.lower) == (0, 0)
    assert 0 < found.ratio.upper < 0.5
    assert math.isclose(found.difference.estimate, -found.counterfactual)


@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_anywhere_is_records_that_begin_late_or_end_early(when: str) -> None:
    rows = [(u, m, 5.0 * ((at < START) != (when == "before"))) for u in "AB" for at, m in enumerate(MONTHS)]
    with pytest.raises(Refused, match=f"counted anywhere {when} it began"):
        panel_of(rows, outcome="thefts", treated="A", start=MONTHS[START])
