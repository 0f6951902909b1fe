"""Intervals, tests and quantiles against other implementations or slow definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from upstream.errors import BadInput
from upstream.stats.comparisons import (
    change,
    conditional_test,
    e_test,
    holm,
    overlapping_waves,
    share_change,
    weighted_share,
)
from upstream.stats.count_limits import count_limits, poisson_limits, poisson_limits_known
from upstream.stats.false_alarms import benjamini_hochberg, outside_p
from upstream.stats.intervals import (
    checked_share,
    difference_of_scores,
    newcombe_difference,
    poisson_interval,
    rate_ratio,
    wilson_interval,
    wilson_interval_of_share,
)
from upstream.stats.peers import dispersion_of_table, min_ranks, peer_ranks
from upstream.stats.quantiles import (
    histogram_of,
    quantile_interval_of_histogram,
    quantile_of_histogram,
    quantile_of_values,
    share_within,
)
from upstream.stats.rates import funnel_limits, overdispersed_funnel_limits, rate

shares = st.tuples(st.integers(0, 300), st.integers(1, 300)).map(lambda t: (min(t), max(t)))
counts = st.integers(0, 300)


@given(shares)
def test_wilson_equals_statsmodels(share: tuple[int, int]) -> None:
    found = wilson_interval(*share)
    assert [found.lower, found.upper] == pytest.approx(proportion_confint(*share, method="wilson"), abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(2, 5000), st.sampled_from([0.8, 0.95]))
def test_wilson_of_an_effective_sample_solves_its_own_quadratic(share: float, n: float, confidence: float) -> None:
    found = wilson_interval_of_share(share, n, confidence=confidence)
    z = stats.norm.ppf(0.5 + confidence / 2)
    for end in (found.lower, found.upper):
        assert abs(share - end) == pytest.approx(z * np.sqrt(end * (1 - end) / n), rel=1e-6)
    assert found.lower < share < found.upper


@given(shares, shares)
def test_the_difference_of_two_scores_is_newcombes_also_when_weighted(
    now: tuple[int, int], then: tuple[int, int]
) -> None:
    one, two = (wilson_interval_of_share(hits / n, n) for hits, n in (now, then))
    wanted = confint_proportions_2indep(*now, *then, method="newcomb", compare="diff")
    found = difference_of_scores(one, two)
    assert [found.lower, found.upper] == pytest.approx(wanted, abs=1e-9)
    assert found.estimate == pytest.approx(now[0] / now[1] - then[0] / then[1])


@pytest.mark.parametrize(("hits", "n"), [(3, 2), (0, 0), (-1, 4), (1.5, 4), (1, 4.5), (float("nan"), 4)])
def test_what_is_no_share_is_refused(hits: float, n: float) -> None:
    assert checked_share(2.0, 4.0) == (2, 4)
    with pytest.raises(BadInput):
        checked_share(hits, n)


@given(shares, shares)
def test_newcombe_equals_statsmodels(now: tuple[int, int], then: tuple[int, int]) -> None:
    found = newcombe_difference(*now, *then)
    wanted = confint_proportions_2indep(*now, *then, method="newcomb", compare="diff")
    assert [found.lower, found.upper] == pytest.approx(wanted, abs=1e-9)


@given(counts)
def test_poisson_interval_leaves_2_5_per_cent_on_either_side(count: int) -> None:
    found = poisson_interval(count, exposure=2)
    assert stats.poisson.cdf(count, 2 * found.upper) == pytest.approx(0.025)
    assert count == 0 or stats.poisson.sf(count - 1, 2 * found.lower) == pytest.approx(0.025)
    assert rate(count, 2000, 1000) == found


@given(counts, counts, st.sampled_from([1.0, 2.0, 0.5]))
def test_ratio_interval_is_the_binomial_one(now: int, then: int, exposure: float) -> None:
    found = rate_ratio(now, then, exposure_then=exposure)
    if now + then == 0:
        assert np.isnan(found.estimate)
        return
    ends = stats.binomtest(now, now + then).proportion_ci(0.95, method="exact")
    odds = [end / (1 - end) * exposure if end < 1 else np.inf for end in (ends.low, ends.high)]
    assert [found.lower, found.upper] == pytest.approx(odds)


def slow_e_test(x: int, y: int) -> float:
    pooled = (x + y) / 2

    def z(a: int, b: int) -> float:
        return abs(a - b) / np.sqrt(a + b) if a + b else 0.0

    top = 60
    chance = [stats.poisson.pmf(a, pooled) for a in range(top)]
    return sum(chance[a] * chance[b] for a in range(top) for b in range(top) if z(a, b) >= z(x, y) - 1e-9)


@pytest.mark.parametrize(("x", "y"), [(0, 3), (6, 2), (1, 1), (10, 3), (0, 1)])
def test_e_test_equals_the_double_sum(x: int, y: int) -> None:
    assert e_test(x, y) == pytest.approx(slow_e_test(x, y), abs=1e-9)
    assert e_test(x, y) == pytest.approx(e_test(y, x))


def test_conditional_test_allows_for_days() -> None:
    # 28 days against 31 at one rate a day: no evidence; one period of equal length: plenty
    assert conditional_test(280, 310, exposure_now=28, exposure_then=31) == pytest.approx(1.0)
    assert conditional_test(280, 380) < 0.001
    assert conditional_test(0, 0) == e_test(0, 0) == 1.0


@pytest.mark.parametrize(
    ("now", "then", "percent"), [(120, 80, 50.0), (1257, 1448, -13.19060773), (15, 19, None), (5, 0, None)]
)
def test_change_divides_by_the_earlier_count_and_refuses_tiny_bases(now: int, then: int, percent: float | None) -> None:
    found = change(now, then)
    assert found.difference == now - then
    assert (found.percent is None) == (found.why_no_percent is not None)
    assert found.percent == (None if percent is None else pytest.approx(percent))


def test_dispersion_takes_significance_away() -> None:
    plain, wide = change(560, 480), change(560, 480, dispersion=4)
    assert plain.significant
    assert not wide.significant
    assert wide.percent == plain.percent
    assert wide.ratio.lower < 1 < plain.ratio.lower
    with pytest.raises(BadInput):
        change(5, 5, dispersion=0.5)


def test_small_samples_use_fishers_test() -> None:
    found = share_change(30, 40, 20, 40)
    assert found.p == pytest.approx(stats.fisher_exact([[30, 10], [20, 20]]).pvalue)
    rare = share_change(1, 60, 30, 600)
    assert rare.p == pytest.approx(stats.fisher_exact([[1, 59], [30, 570]]).pvalue), "three of 60 are expected"
    large = share_change(300, 400, 200, 400)
    assert large.p == pytest.approx(stats.chi2_contingency([[300, 100], [200, 200]], correction=False).pvalue)


def test_weights_alike_change_nothing_and_unequal_ones_cost_precision() -> None:
    answers = np.array([1] * 30 + [0] * 70)
    even = weighted_share(answers, np.full(100, 2.5))
    assert (even.effective_n, even.interval) == (100, wilson_interval(30, 100))
    uneven = weighted_share(answers, np.where(np.arange(100) % 2, 1.0, 3.0))
    assert uneven.effective_n == pytest.approx(200**2 / 500)


def test_waves_without_shared_respondents_are_independent_samples() -> None:
    apart = overlapping_waves(0.55, 500, 0.50, 500, shared_n=0)
    plain = share_change(275, 500, 250, 500)
    assert apart.p == pytest.approx(plain.p)
    assert apart.difference.lower == pytest.approx(plain.difference.lower)
    shared = overlapping_waves(0.55, 500, 0.50, 500, shared_n=375)
    assert shared.p < apart.p
    width = [w.difference.upper - w.difference.lower for w in (shared, apart)]
    # variance falls by three quarters, so the interval is half as wide
    assert width[0] / width[1] == pytest.approx(0.5, abs=0.01)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_equals_scipy(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))


# statsmodels empties the whole rubbish of the process at each call: few lists, with equal and extreme values among them
@pytest.mark.parametrize(
    "p", [[0.04], [0, 1, 1, 0], [0.2, 0.2, 0.01], [*np.random.default_rng(4).uniform(size=30) ** 3]]
)
def test_holm_and_benjamini_hochberg_equal_statsmodels(p: list[float]) -> None:
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


def test_missing_p_values_do_not_count() -> None:
    found = benjamini_hochberg([0.01, np.nan, 0.04])
    assert np.isnan(found[1])
    assert found[[0, 2]] == pytest.approx([0.02, 0.04])


@given(st.lists(st.integers(0, 500), min_size=1, max_size=80), st.floats(0, 1))
def test_quantiles_of_histograms_equal_those_of_values(values: list[int], share: float) -> None:
    histogram = histogram_of(values)
    assert quantile_of_histogram(histogram, share) == pytest.approx(np.quantile(values, share), abs=1e-6)
    nearest = quantile_of_histogram(histogram, share, definition="nearest_rank")
    assert nearest in values
    at_most = share_within(histogram, int(nearest))[0]
    assert at_most >= share * len(values) - 1e-6


@given(
    st.dictionaries(st.integers(-50, 5000), st.integers(1, 40), min_size=1, max_size=12),
    st.sampled_from([0, 0.1, 0.5, 0.9, 1]),
)
def test_quantile_of_values_is_that_of_every_one_written_out(counted: dict[int, int], share: float) -> None:
    values = sorted(counted)
    written_out = np.repeat(values, [counted[v] for v in values])
    found = quantile_of_values(values, [counted[v] for v in values], share)
    assert found == pytest.approx(np.quantile(written_out, share), abs=1e-6)


def test_quantile_interval_takes_binomial_ranks() -> None:
    # Conover, section 3.2: the 50 values 1..50, ranks 18 and 33 hold the median with 96.7% confidence
    found = quantile_interval_of_histogram(histogram_of(np.arange(1, 51)), 0.5)
    covered = stats.binom.cdf(found.upper - 1, 50, 0.5) - stats.binom.cdf(found.lower - 1, 50, 0.5)
    assert (found.lower, found.upper) == (18, 33)
    assert covered == pytest.approx(0.967, abs=0.001)
    tiny = quantile_interval_of_histogram(histogram_of([4, 9]), 0.5)
    assert (tiny.lower, tiny.upper) == (-np.inf, np.inf)


def test_histograms_of_areas_add_up_to_the_forces() -> None:
    rng = np.random.default_rng(3)
    areas = [rng.geometric(1 / 300, n) for n in (40, 7, 133)]
    total = sum(histogram_of(a, length=5000) for a in areas)
    assert quantile_of_histogram(total, 0.9) == pytest.approx(np.quantile(np.concatenate(areas), 0.9))


def test_ranks_share_the_smaller_number_and_their_intervals_hold_them() -> None:
    assert min_ranks(np.array([5.0, 7.0, 5.0, 1.0])).tolist() == [2, 1, 2, 4]
    rng = np.random.default_rng(1)
    found = peer_ranks([900, 905, 400, 30], [10_000] * 4, rng=rng)
    assert found.ranks.tolist() == [2, 1, 3, 4]
    assert found.lower.tolist() == [1, 1, 3, 4]
    assert found.upper.tolist() == [2, 2, 3, 4]
    assert found.rates[0] == pytest.approx(90)


def test_dispersion_of_a_table_is_pearsons_chi_square_over_its_freedom() -> None:
    table = np.random.default_rng(4).negative_binomial(20, 0.2, (5, 12))
    chi2, _, freedom, _ = stats.chi2_contingency(table, correction=False)
    assert dispersion_of_table(table) == pytest.approx(chi2 / freedom)
    # a unit twice as large, and a month twice as busy for all, are no noise
    assert dispersion_of_table(np.outer([1, 2, 3], [10, 20, 40, 10])) == 1
    assert dispersion_of_table(np.zeros((3, 4))) == 1
    with pytest.raises(BadInput):
        dispersion_of_table(np.ones((1, 12)))


def test_overdispersed_funnel_is_the_plain_one_without_overdispersion_and_wider_with() -> None:
    expected = np.full(40, 400.0)
    calm = np.random.default_rng(2).poisson(expected)
    rough = calm * np.exp(0.2 * np.random.default_rng(3).standard_normal(40))
    assert overdispersed_funnel_limits(expected, expected).between_units == 0
    as_published = [
        overdispersed_funnel_limits(np.rint(rough), expected, corrected=c).between_units for c in (True, False)
    ]
    assert as_published[0] > as_published[1]
    found = overdispersed_funnel_limits(np.rint(rough), expected)
    assert 0.12 < found.between_units < 0.28
    assert found.upper[0] > funnel_limits(expected).upper[0]


def test_poisson_limits_with_an_endless_baseline_are_those_of_a_known_mean() -> None:
    baseline = np.tile([4.0, 6.0], 20_000)
    endless, known = poisson_limits(baseline), poisson_limits_known(5.0)
    assert (endless.lower, endless.upper) == (known.lower, known.upper)
    assert endless.false_alarm == pytest.approx(known.false_alarm, abs=1e-3)


@pytest.mark.parametrize(
    "baseline",
    [
        [3, 5, 4, 6, 2, 7, 5, 4, 3, 6, 5, 4],
        [0, 9, 1, 8, 0, 12, 2, 7, 0, 3, 11, 1],
        [0] * 12,
        [41, 55, 38, 60, 47, 52, 39, 44, 58, 49, 50, 43],
    ],
    ids=["poisson", "overdispersed", "zeros", "large"],
)
def test_p_of_a_point_agrees_with_its_limits(baseline: list[int]) -> None:
    limits = count_limits(baseline)
    for value in range(80):
        outside = not limits.lower <= value <= limits.upper
        assert outside == (outside_p(value, baseline, of_counts=True) < 0.05)


def test_p_of_a_point_has_no_scale_where_nothing_varied() -> None:
    assert np.isnan(outside_p(95.0, [100.0] * 12, of_counts=False))
    # counts that were all alike still vary as counts do
    assert outside_p(1, [0] * 12, of_counts=True) == pytest.approx(2 * (1 - (12 / 13) ** 0.5))
    assert 0.2 < outside_p(30, [25] * 12, of_counts=True) < 0.5


def test_spread_of_a_table_allows_for_what_its_counts_are_of() -> None:
    rng = np.random.default_rng(8)
    exposure = rng.uniform(0.2, 3.0, (40, 24))
    counts = rng.poisson(rng.uniform(20, 60, (40, 1)) * rng.uniform(0.8, 1.2, 24) * exposure)
    assert dispersion_of_table(counts, exposure=exposure) == pytest.approx(1.0, abs=0.1)
    assert dispersion_of_table(counts) > 5
    assert dispersion_of_table(counts, exposure=4.0) == pytest.approx(dispersion_of_table(counts))
