"""The wall kernel against the plain functions, one series at a time, and against DuckDB."""

from __future__ import annotations

from fractions import Fraction

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from upstream.errors import BadInput
from upstream.stats.limits import sd_limits, xmr_limits
from upstream.stats.wall import ABOVE, BELOW, MISSING, NO_SUM, XMR_ABOVE, XMR_BELOW, room_for, wall

MONTHS, BASELINE = 40, (12, 24)


def cube(seed: int, series: int = 300) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(1.0, 6.0, size=(series, 1)), size=(series, MONTHS)).astype(np.int32)


@pytest.mark.parametrize("absent", [[], [14], [0, 5, 13, 30]], ids=["none", "one", "several"])
def test_kernel_equals_the_plain_functions(absent: list[int]) -> None:
    counts = cube(1)
    missing = np.zeros(MONTHS, np.bool_)
    missing[absent] = True
    found = wall(counts, *BASELINE, missing=missing)
    for i, row in enumerate(counts):
        values = np.where(missing, np.nan, row)
        baseline = values[slice(*BASELINE)]
        sd, xmr = sd_limits(baseline), xmr_limits(baseline)
        assert found.centre[i] == pytest.approx(sd.centre)
        assert found.upper[i] == pytest.approx(sd.upper)
        assert found.lower[i] == pytest.approx(sd.lower)
        assert found.centre[i] + 2.66 * found.moving_range[i] == pytest.approx(xmr.upper)
        exact = exactly_outside(baseline, values)
        for j, value in enumerate(values):
            if missing[j]:
                assert (found.flags[i, j], found.rolling[i, j]) == (MISSING, NO_SUM)
                continue
            wanted = exact[j] | XMR_ABOVE * (value > xmr.upper) | XMR_BELOW * (value < xmr.lower)
            assert found.flags[i, j] == wanted
            year = values[j - 11 : j + 1] if j >= 11 else [np.nan]
            assert found.rolling[i, j] == (NO_SUM if np.isnan(year).any() else sum(year))


def exactly_outside(baseline: np.ndarray, values: np.ndarray) -> list[int]:
    """ABOVE, BELOW or 0 by exact fractions: |x - mean| against 2 SD, squared."""
    held = [Fraction(int(b)) for b in baseline if np.isfinite(b)]
    mean = sum(held) / len(held)
    variance = sum((h - mean) ** 2 for h in held) / (len(held) - 1)
    found = []
    for value in values:
        away = Fraction(int(value)) - mean if np.isfinite(value) else Fraction(0)
        found.append(0 if away**2 <= 4 * variance else ABOVE if away > 0 else BELOW)
    return found


def test_a_count_exactly_on_its_limit_is_inside() -> None:
    # mean 10, squared deviations 44 over 11: SD exactly 2, limits exactly 6 and 14
    baseline = [14, 6, 12, 8, 11, 9, 11, 9, 10, 10, 10, 10]
    found = wall(np.array([[*baseline, 14, 15, 6, 5]], dtype=np.int32), 0, 12)
    assert (found.lower[0], found.upper[0]) == (6, 14)
    assert (found.flags[0] & (ABOVE | BELOW)).tolist() == [0] * 12 + [0, ABOVE, 0, BELOW]


def test_flags_equal_duckdbs() -> None:
    counts = cube(2, 2000)
    found = wall(counts, *BASELINE)
    table = pa.table(
        {
            "s": np.repeat(np.arange(counts.shape[0]), MONTHS),
            "m": np.tile(np.arange(MONTHS), counts.shape[0]),
            "n": counts.ravel(),
        }
    )
    query = """
    with sums as (
      select s, count(*) as k, sum(n)::bigint as t, sum(n::bigint * n)::bigint as q from cells
      where m >= 12 and m < 24 group by s
    )
    select case when (k * n - t) * (k * n - t) * (k - 1) <= 4 * k * (k * q - t * t) then 0
                when k * n > t then 1 else 2 end as flag
    from cells join sums using (s) order by s, m
    """
    with duckdb.connect() as database:
        database.register("cells", table)
        theirs = database.execute(query).fetchnumpy()["flag"]
    assert np.array_equal(np.asarray(theirs).reshape(counts.shape), found.flags & (ABOVE | BELOW))
    assert (found.flags & ABOVE).any()
    assert (found.flags & BELOW).any()


def test_room_given_is_used_and_leaves_nothing_behind() -> None:
    counts, other = cube(3), cube(4)
    room = room_for(*counts.shape)
    missing = np.arange(MONTHS) == 7
    wall(other, *BASELINE, missing=missing, room=room)
    again = wall(counts, *BASELINE, room=room)
    fresh = wall(counts, *BASELINE)
    assert again.flags is room.flags
    assert np.array_equal(again.flags, fresh.flags)
    assert np.array_equal(again.rolling, fresh.rolling)


def test_nine_baseline_months_are_refused() -> None:
    missing = np.zeros(MONTHS, np.bool_)
    missing[12:15] = True
    with pytest.raises(BadInput, match="9"):
        wall(cube(5), *BASELINE, missing=missing)
    missing[12] = False
    assert wall(cube(5), *BASELINE, missing=missing).baseline_n == 10
