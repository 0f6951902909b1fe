"""What must hold of forecasts, probabilities and scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstream.errors import BadInput
from upstream.stats.backtest import backtest, drifting_series
from upstream.stats.forecast import (
    Scale,
    forecast,
    month_paths,
    probability,
    projection,
    seasonal_naive,
    total_paths,
)
from upstream.stats.scores import (
    brier_score,
    calibration_error,
    calibration_error_interval,
    reliability,
)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def counts(months: int = 30, seed: int = 2) -> np.ndarray:
    return drifting_series(rng(seed), months=months, level=120, season=0.15, wander=0.02, dispersion=1.5)


def test_the_same_seed_makes_the_same_paths_and_inputs_stay_as_they_were() -> None:
    values = counts()
    kept = values.copy()
    one, two = (forecast(values, 6, rng=rng(), first_calendar_month=4) for _ in range(2))
    assert np.array_equal(one.paths, two.paths)
    assert np.array_equal(values, kept)
    assert not np.array_equal(one.paths, forecast(values, 6, rng=rng(9), first_calendar_month=4).paths)


def test_paths_of_counts_are_counts_and_intervals_nest_and_widen() -> None:
    made = forecast(counts(), 9, rng=rng(), first_calendar_month=4)
    assert made.paths.min() >= 0
    assert np.array_equal(made.paths, np.rint(made.paths))
    found = projection(made)
    assert found.levels == (0.8, 0.95)
    assert np.all(found.lower[1] <= found.lower[0])
    assert np.all(found.upper[0] <= found.upper[1])
    assert np.all((found.lower[0] <= found.median) & (found.median <= found.upper[0]))
    width = found.upper[0] - found.lower[0]
    assert width[-1] > width[0]


def test_means_of_counts_are_not_rounded() -> None:
    made = forecast(counts() / 30, 3, rng=rng(), first_calendar_month=4)
    assert not np.array_equal(made.paths, np.rint(made.paths))


def test_missing_months_are_simulated_and_known_ones_kept_in_sums() -> None:
    values = counts()
    values[25] = np.nan
    made = forecast(values, 6, rng=rng(), first_calendar_month=4)
    assert made.months.tolist() == [25, *range(30, 36)]
    known = total_paths(made, 20, 24)
    assert np.all(known == values[20:25].sum())
    rolling = total_paths(made, 19, 30)
    direct = np.nansum(values[19:]) + made.paths[:, 0] + month_paths(made, 1)
    assert np.array_equal(rolling, direct)
    assert np.array_equal(total_paths(made, 18, 29), np.nansum(values[18:]) + made.paths[:, 0])


def test_sums_keep_the_covariance_of_their_months() -> None:
    made = forecast(counts(), 6, rng=rng(), first_calendar_month=4)
    apart = sum(np.var(month_paths(made, h)) for h in range(1, 7))
    assert np.var(total_paths(made, 30, 35)) > 1.3 * apart


@given(st.floats(50, 200), st.floats(0, 60))
def test_probability_rises_with_the_target(target: float, more: float) -> None:
    at = month_paths(MADE, 3)
    assert probability(at, target, "at_most") <= probability(at, target + more, "at_most")
    exactly = float(np.mean(at == target))
    assert probability(at, target, "at_most") + probability(at, target, "at_least") == pytest.approx(1 + exactly)


MADE = forecast(counts(), 6, rng=rng(), first_calendar_month=4)


def test_a_dated_break_leaves_the_old_level_behind() -> None:
    values = np.concatenate((counts(24, 3), 2.0 * counts(12, 3)))
    told = forecast(values, 3, rng=rng(), first_calendar_month=4, breaks=[24])
    after = values[24:].mean()
    assert abs(np.median(month_paths(told, 1)) / after - 1) < 0.25
    untold = forecast(values, 3, rng=rng(), first_calendar_month=4)
    wide, narrow = (np.ptp(np.quantile(month_paths(m, 3), [0.1, 0.9])) for m in (untold, told))
    assert narrow < wide


@pytest.mark.parametrize(
    ("scale", "values", "low", "high"),
    [
        ("proportion", np.linspace(0.90, 0.99, 24), 0.0, 1.0),
        ("proportion", np.r_[np.ones(20), np.zeros(4)], 0.0, 1.0),
        ("positive", np.linspace(700, 900, 24), 0.0, np.inf),
        ("plain", np.linspace(-3, 3, 24), -np.inf, np.inf),
        ("plain", np.full(24, 5.0), -np.inf, np.inf),
        ("count", np.zeros(24), 0.0, np.inf),
    ],
)
def test_every_scale_stays_in_its_range(scale: Scale, values: np.ndarray, low: float, high: float) -> None:
    made = forecast(values, 6, rng=rng(), first_calendar_month=1, scale=scale)
    assert np.isfinite(made.paths).all()
    assert low <= made.paths.min() <= made.paths.max() <= high


@pytest.mark.parametrize(
    ("values", "horizon", "month", "scale"),
    [
        ([5.0] * 9, 3, 4, "count"),
        ([5.0] * 9 + [np.nan] * 9, 3, 4, "count"),
        ([5.0] * 20, 0, 4, "count"),
        ([5.0] * 20, 25, 4, "count"),
        ([5.0] * 20, 3, 13, "count"),
        ([-1.0] * 20, 3, 4, "count"),
        ([1.5] * 20, 3, 4, "proportion"),
        ([0.0] * 20, 3, 4, "positive"),
    ],
)
def test_refusals(values: list[float], horizon: int, month: int, scale: Scale) -> None:
    with pytest.raises(BadInput):
        forecast(values, horizon, rng=rng(), first_calendar_month=month, scale=scale)


def test_months_that_were_not_forecast_are_refused() -> None:
    with pytest.raises(BadInput):
        month_paths(MADE, 7)
    with pytest.raises(BadInput):
        total_paths(MADE, 20, 36)
    with pytest.raises(BadInput):
        seasonal_naive(counts(11), 3, rng=rng())


def test_seasonal_naive_centres_on_last_year() -> None:
    values = counts(36)
    made = seasonal_naive(values, 12, rng=rng())
    assert np.median(made.paths, axis=0) == pytest.approx(values[24:], rel=0.05)


def test_back_test_never_looks_ahead() -> None:
    values = counts(30)
    changed = values.copy()
    changed[20:] *= 3
    early = [backtest(v, rng=rng(), first_calendar_month=4, origins=[20], horizons=[1, 4]) for v in (values, changed)]
    assert np.array_equal(early[0].probability, early[1].probability)
    assert np.array_equal(early[0].naive, early[1].naive)
    assert not np.array_equal(early[0].met, early[1].met)


def test_back_test_passes_over_what_it_must() -> None:
    values = counts(30)
    values[[14, 16, 18]] = np.nan
    assert backtest(values, rng=rng(), first_calendar_month=4, origins=[20], horizons=[1]).met.size == 0
    values[14] = 100
    values[20] = np.nan
    scored = backtest(values, rng=rng(), first_calendar_month=4, origins=[20], horizons=[1, 2])
    assert set(scored.horizon.tolist()) == {2}
    small = backtest(values / 100, rng=rng(), first_calendar_month=4, origins=[20], horizons=[2])
    assert small.met.size == 0


def test_scores_by_hand() -> None:
    p, y = [0.1, 0.1, 0.9, 0.9], [0, 1, 1, 1]
    assert brier_score(p, y) == pytest.approx((0.01 + 0.81 + 0.01 + 0.01) / 4)
    assert calibration_error(p, y) == pytest.approx((2 * 0.4 + 2 * 0.1) / 4)
    rows = reliability(p, y)
    assert [r.n for r in rows] == [0, 2, 0, 0, 0, 0, 0, 0, 0, 2]
    assert rows[1].happened.estimate == 0.5
    with pytest.raises(BadInput):
        brier_score([0.5], [2])


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_every_forecast_is_in_one_bin_and_perfect_ones_have_no_error(pairs: list[tuple[float, bool]]) -> None:
    p, y = zip(*pairs, strict=True)
    assert sum(r.n for r in reliability(p, y)) == len(pairs)
    assert 0 <= calibration_error(p, y) <= 1
    assert calibration_error([float(v) for v in y], y) == brier_score([float(v) for v in y], y) == 0


def test_one_block_has_no_spread_and_many_hold_the_error() -> None:
    draw = rng()
    p = draw.random(2000)
    y = draw.random(2000) < p
    one = calibration_error_interval(p, y, np.zeros(2000), rng=rng())
    assert one.lower == one.upper == pytest.approx(one.estimate)
    many = calibration_error_interval(p, y, np.arange(2000) // 20, rng=rng())
    assert 0 < many.lower < many.upper < 0.1
