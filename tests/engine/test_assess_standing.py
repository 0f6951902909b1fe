"""The record of each method on placebos, as shipped: every cell is a share, and what does not hold is refused."""

from __future__ import annotations

import numpy as np

from upstream.assess.ladder import answer
from upstream.assess.methods import METHODS
from upstream.assess.panel import panel_of
from upstream.assess.standing import MOST_FALSE, distrusted, standing_of, standings

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]


def test_every_cell_is_a_share_of_enough_placebos() -> None:
    rows = standings()
    assert {row.method for row in rows} <= {method.key for method in METHODS}
    assert len(rows) > 20
    for row in rows:
        assert row.analyses >= 100
        assert all(0 <= share <= 1 for share in (row.raw, row.false_positives, row.coverage))
        assert 0 <= row.spread < 2
    assert len({(row.method, row.step, row.places, row.before, row.mean) for row in rows}) == len(rows)


def test_every_method_has_a_record_that_holds_or_is_refused_in_words() -> None:
    rows = standings()
    assert {row.method for row in rows} == {method.key for method in METHODS}
    for row in rows:
        assert (distrusted(row) is not None) == (row.false_positives > MOST_FALSE)


def test_a_year_before_and_twenty_a_month_is_answered() -> None:
    """Where nearly every method was refused once: a method with a comparison answers, widened by what it lacks."""
    rng = np.random.default_rng(1)
    units = {f"u{k}": rng.poisson(30, 24) for k in range(9)}
    panel = panel_of(
        [(unit, month, float(n)) for unit, counts in units.items() for month, n in zip(MONTHS, counts, strict=False)],
        outcome="burglaries",
        treated=["u0"],
        start=MONTHS[12],
    )
    got = answer(panel, METHODS)
    assert got.main.method == "difference_in_differences"
    own = standing_of("difference_in_differences", panel, standings())
    assert own is not None
    assert (own.before, own.mean) == (12, 20.0)
    alone = next(one for one in got.checks if one.method == "before_after")
    assert float(alone.figures["spread of places left alone"]) > own.spread
