"""The record of each method on placebos, as shipped: every cell is a share, and what does not hold is refused."""

from __future__ import annotations

import numpy as np

from upstream.assess.ladder import MOST_FALSE, answer, standings
from upstream.assess.methods import METHODS
from upstream.assess.panel import panel_of

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]


def test_every_cell_is_a_share_of_enough_placebos() -> None:
    rows = standings()
    assert {row.method for row in rows} <= {method.key for method in METHODS}
    assert len(rows) > 20
    assert all(row.analyses >= 100 and 0 <= row.false_positives <= 1 and 0 <= row.coverage <= 1 for row in rows)
    assert len({(row.method, row.step, row.before, row.mean) for row in rows}) == len(rows)


def test_before_and_after_alone_is_refused_where_it_did_not_hold() -> None:
    rows = [row for row in standings() if row.method == "before_after" and row.false_positives > MOST_FALSE]
    assert rows
    worst = max(rows, key=lambda row: (row.before, row.mean))
    rng = np.random.default_rng(1)
    units = {f"u{k}": rng.poisson(worst.mean + 10, 36) for k in range(6)}
    panel = panel_of(
        [(unit, month, float(n)) for unit, counts in units.items() for month, n in zip(MONTHS, counts, strict=True)],
        outcome="burglaries",
        treated=["u0"],
        start=MONTHS[min(worst.before, 24)],
    )
    refused = {one.key: one.why for one in answer(panel, METHODS).not_used}
    assert "real placebos like these" in refused["before_after"]
