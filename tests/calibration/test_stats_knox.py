"""Knox's test rejects as often as it says when nothing is there, and finds what was planted."""

from __future__ import annotations

import numpy as np

from upstream.stats.knox import knox

BANDS = {"distance_breaks": [0, 200], "lag_breaks": [0, 14], "permutations": 99}


def test_five_per_cent_of_nothing_is_found() -> None:
    rng = np.random.default_rng(20_260)
    p_values = []
    for _ in range(600):
        x, y = rng.uniform(0, 2_000, (2, 150))
        p_values.append(knox(x, y, rng.integers(0, 365, 150), rng=rng, **BANDS).p_more[0, 0])
    rejected = float(np.mean(np.array(p_values) <= 0.05))
    # at most 5%, less for ties of a small count; three standard errors above 5% are 2.7 points
    assert 0.02 < rejected < 0.077


def test_planted_repeats_are_found() -> None:
    rng = np.random.default_rng(20_261)
    found = 0  # chance gives about 35 near pairs, so 30 more are five standard deviations
    for _ in range(60):
        x, y, t = rng.uniform(0, 2_000, 150), rng.uniform(0, 2_000, 150), rng.integers(0, 350, 150)
        again = rng.choice(150, 30, replace=False)
        x = np.concatenate([x, x[again] + rng.normal(0, 50, 30)])
        y = np.concatenate([y, y[again] + rng.normal(0, 50, 30)])
        t = np.concatenate([t, t[again] + rng.integers(1, 8, 30)])
        found += knox(x, y, t, rng=rng, **BANDS).p_more[0, 0] <= 0.05
    assert found >= 57
