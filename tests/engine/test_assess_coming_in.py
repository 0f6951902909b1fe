"""Periods of coming in count neither as before nor as after; a figure and its graph are one, in every method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from upstream.assess.finding import Refused
from upstream.assess.ladder import Method
from upstream.assess.methods import METHODS
from upstream.assess.panel import Panel, panel_of
from upstream.assess.rollout import dealt_by_chance

MONTHS = [f"{2019 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]
START, TREATED = 24, 4


def panel(phase_in: int, *, staggered: bool = False, buffer: tuple[str, ...] = ()) -> Panel:
    rng = np.random.default_rng(11)
    counts = rng.poisson(rng.uniform(6, 10, (130, 1)) * np.ones(36)).astype(float)
    counts[:TREATED, START:] = rng.binomial(counts[:TREATED, START:].astype(int), 0.7)
    units = [f"u{k}" for k in range(130)]
    treated = {f"u{k}": MONTHS[START + (3 * (k % 2) if staggered else 0)] for k in range(TREATED)}
    return panel_of(
        [(unit, month, counts[i, j]) for i, unit in enumerate(units) for j, month in enumerate(MONTHS)],
        outcome="thefts", treated=treated, buffer=buffer, phase_in=phase_in,
    )  # fmt: skip


def shaken(one: Panel) -> Panel:
    """The same with everything that was counted while it came in made larger."""
    counts: NDArray[np.float64] = one.counts.copy()
    starts = np.where(one.treated, one.starts, one.start)
    for row, start in zip(counts, starts, strict=True):
        row[start : start + one.phase_in] += 40
    return replace(one, counts=counts)


@pytest.mark.parametrize("method", METHODS, ids=lambda one: one.key)
def test_what_was_counted_while_it_came_in_changes_nothing(method: Method) -> None:
    one = panel(2, staggered=method.key == "staggered")
    if method.key == "staggered":  # later steps' places are compared in the earlier ones' months of coming in
        pulled = one.counts.copy()
        for at, start in enumerate(one.starts[:TREATED]):
            pulled[at, start : start + 2] += 40
        other = replace(one, counts=pulled)
    else:
        other = shaken(one)
    found, again = method.run(one), method.run(other)
    for a, b in ((found.ratio, again.ratio), (found.difference, again.difference)):
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            assert (b.estimate, b.lower, b.upper) == pytest.approx((a.estimate, a.lower, a.upper))
    assert again.p == pytest.approx(found.p)
    assert again.observed == found.observed
    assert (found.method, found.title) == (method.key, method.title)
    assert any("coming in" in caveat for caveat in found.caveats)
    without = method.run(panel(0, staggered=method.key == "staggered"))
    assert without.observed > found.observed


@pytest.mark.parametrize("phase_in", [0, 2])
@pytest.mark.parametrize("method", [one for one in METHODS if one.key != "staggered"], ids=lambda one: one.key)
def test_the_graph_adds_up_to_the_figure(method: Method, phase_in: int) -> None:
    near = ("u5", "u6") if method.key == "displacement_difference" else ()
    one = panel(phase_in, buffer=near)
    found = method.run(one)
    assert found.line is not None
    after = slice(one.counted, None)
    assert found.line.expected[after].sum() == pytest.approx(found.counterfactual)
    assert found.line.observed[after].sum() == pytest.approx(found.observed)
    assert np.isnan(found.line.expected[one.start : one.counted]).all()
    assert np.isfinite(found.line.expected[after]).all()
    assert (found.line.low[after] <= found.line.expected[after]).all()


def test_something_must_be_left_after_it_came_in() -> None:
    with pytest.raises(Refused, match="nothing is left after"):
        panel(12)
    with pytest.raises(Refused, match="nothing is left after"):
        panel(-1)
    assert panel(11).counted == 35
    with pytest.raises(Refused, match="not modelled"):
        dealt_by_chance(panel(2, staggered=True))
