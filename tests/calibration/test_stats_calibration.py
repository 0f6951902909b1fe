"""How often limits, tests, intervals and probabilities are right. Small here; deep on demand; published by the bench.

Every band is five standard errors of the number of trials either side of the nominal value, or of a bound that the
method promises (an exact test rejects at most 5%).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from upstream.disclosure.relations import table_relations
from upstream.disclosure.setting import PUBLIC
from upstream.disclosure.suppression import possible_range, suppress
from upstream.stats.attribute_charts import p_chart_limits, u_chart_limits
from upstream.stats.backtest import backtest, drifting_series, together
from upstream.stats.comparisons import conditional_test, e_test, overlapping_waves, share_change, weighted_share
from upstream.stats.count_limits import count_limits, negative_binomial_limits, poisson_limits
from upstream.stats.ewma import ewma
from upstream.stats.false_alarms import benjamini_hochberg, near_chance, outside_p, shift_chance, stands_out
from upstream.stats.intervals import Interval, newcombe_difference, poisson_interval, rate_ratio, wilson_interval
from upstream.stats.limits import sd_limits, t_limits, xmr_limits
from upstream.stats.peers import dispersion_of_table, min_ranks, peer_ranks
from upstream.stats.quantiles import histogram_of, quantile_interval_of_histogram
from upstream.stats.rates import overdispersed_funnel_limits
from upstream.stats.run_rules import MAKING_DATA_COUNT, SpecialCause, special_causes
from upstream.stats.scores import brier_score, calibration_error

CI, DEEP = 4000, 20_000
trials_of = pytest.mark.parametrize("trials", [CI, pytest.param(DEEP, marks=pytest.mark.deep)])


def five_errors(share: float, trials: int) -> float:
    return 5 * float(np.sqrt(share * (1 - share) / trials))


def share_of(draw: Callable[[], bool], trials: int) -> float:
    return sum(draw() for _ in range(trials)) / trials


@trials_of
def test_sd_limits_flag_8_1_per_cent_and_t_limits_5(trials: int) -> None:
    rng = np.random.default_rng(11)
    x = rng.normal(100, 10, (trials, 13))
    made = [(sd_limits(v[:12]), t_limits(v[:12]), xmr_limits(v[:12])) for v in x]
    for which, nominal, slack in ((0, 0.0809, 0.0), (1, 0.05, 0.0), (2, made[0][2].false_alarm, 0.005)):
        found = np.mean([not m[which].lower <= v[12] <= m[which].upper for m, v in zip(made, x, strict=True)])
        assert found == pytest.approx(nominal, abs=five_errors(nominal, trials) + slack)
        assert made[0][which].false_alarm == pytest.approx(nominal, abs=1e-3)


@trials_of
@pytest.mark.parametrize("mean", [0.5, 2, 5, 40])
def test_poisson_limits_flag_at_most_5_per_cent(mean: float, trials: int) -> None:
    rng = np.random.default_rng(12)
    x = rng.poisson(mean, (trials, 13))
    made = [poisson_limits(v[:12]) for v in x]
    found = np.mean([not m.lower <= v[12] <= m.upper for m, v in zip(made, x, strict=True)])
    assert found <= 0.05 + five_errors(0.05, trials)
    # and the chance that they carry is the one that they have
    assert found == pytest.approx(np.mean([m.false_alarm for m in made]), abs=five_errors(0.05, trials) + 0.004)


@trials_of
@pytest.mark.parametrize(("mean", "variance_over_mean"), [(3, 1), (3, 2), (5, 4), (40, 1), (40, 3), (300, 6)])
def test_the_choice_of_limits_flags_at_most_6_per_cent(mean: float, variance_over_mean: float, trials: int) -> None:
    rng = np.random.default_rng(13)
    if variance_over_mean == 1:
        x = rng.poisson(mean, (trials, 13))
    else:
        x = rng.negative_binomial(mean / (variance_over_mean - 1), 1 / variance_over_mean, (trials, 13))
    found = {}
    for make in (count_limits, negative_binomial_limits):
        made = [make(v[:12]) for v in x]
        found[make] = np.mean([not m.lower <= v[12] <= m.upper for m, v in zip(made, x, strict=True)])
        assert found[make] <= 0.06 + five_errors(0.06, trials)
    assert found[count_limits] >= 0.01


@trials_of
def test_run_rules_flag_as_derived(trials: int) -> None:
    rng = np.random.default_rng(14)
    last = []
    for _ in range(trials):
        x = rng.normal(100, 10, 20)
        last.append(special_causes(x[12:], sd_limits(x[:12]), rules=MAKING_DATA_COUNT)[-1])
    bits = np.array(last)
    shift = np.mean(bits & (SpecialCause.SHIFT_HIGH | SpecialCause.SHIFT_LOW) > 0)
    near = np.mean(bits & (SpecialCause.NEAR_UPPER | SpecialCause.NEAR_LOWER) > 0)
    assert shift == pytest.approx(shift_chance(12, 7), abs=five_errors(0.035, trials))
    assert near == pytest.approx(near_chance(12, 2.0), abs=five_errors(0.035, trials))


@trials_of
@pytest.mark.parametrize("mean", [3, 30, 400])
def test_tests_of_two_counts_reject_at_most_5_per_cent(mean: float, trials: int) -> None:
    rng = np.random.default_rng(15)
    pairs = rng.poisson(mean, (trials // 4, 2))
    exact = np.mean([conditional_test(a, b) < 0.05 for a, b in pairs])
    approximate = np.mean([e_test(a, b) < 0.05 for a, b in pairs])
    bound = 0.05 + five_errors(0.05, trials // 4)
    assert exact <= bound
    assert approximate <= bound
    assert approximate >= exact - 0.005


@trials_of
def test_shares_and_waves_reject_5_per_cent(trials: int) -> None:
    rng = np.random.default_rng(16)

    def waves() -> bool:
        answers = rng.random(1250) < 0.8
        return overlapping_waves(answers[250:].mean(), 1000, answers[:1000].mean(), 1000, shared_n=750).significant

    def naive_waves() -> bool:
        answers = rng.random(1250) < 0.8
        return overlapping_waves(answers[250:].mean(), 1000, answers[:1000].mean(), 1000, shared_n=0).significant

    assert share_of(waves, trials) == pytest.approx(0.05, abs=five_errors(0.05, trials) + 0.003)
    # the mistake that the covariance is there to prevent: overlapping waves tested as separate ones find almost nothing
    assert share_of(naive_waves, trials // 4) < 0.005
    large = share_of(lambda: share_change(rng.binomial(400, 0.3), 400, rng.binomial(400, 0.3), 400).significant, trials)
    assert large == pytest.approx(0.05, abs=five_errors(0.05, trials) + 0.003)
    small = share_of(
        lambda: share_change(rng.binomial(30, 0.3), 30, rng.binomial(30, 0.3), 30).significant, trials // 8
    )
    assert small <= 0.05 + five_errors(0.05, trials // 8)


@trials_of
def test_intervals_cover_95_per_cent(trials: int) -> None:
    rng = np.random.default_rng(17)
    least = 0.95 - five_errors(0.05, trials)

    def covered(truth: float, draw: Callable[[], Interval]) -> float:
        return share_of(lambda: (f := draw()).lower <= truth <= f.upper, trials)

    assert covered(7, lambda: poisson_interval(rng.poisson(7))) >= least
    assert covered(1.5, lambda: rate_ratio(rng.poisson(30), rng.poisson(20))) >= least
    # score intervals hold 95% on average over proportions, not at each: two points are allowed
    assert covered(0.3, lambda: wilson_interval(rng.binomial(40, 0.3), 40)) >= least - 0.02
    assert (
        covered(0.1, lambda: newcombe_difference(rng.binomial(60, 0.3), 60, rng.binomial(60, 0.2), 60)) >= least - 0.02
    )
    median = float(np.ceil(np.log(0.5) / np.log(1 - 1 / 600)))
    assert (
        covered(median, lambda: quantile_interval_of_histogram(histogram_of(rng.geometric(1 / 600, 150)), 0.5))
        >= least - 0.005
    )


@trials_of
def test_p_values_of_points_are_uniform_or_larger(trials: int) -> None:
    rng = np.random.default_rng(24)
    normal, few = rng.normal(100, 10, (trials, 13)), rng.poisson(4, (trials, 13))
    of_normal = np.array([outside_p(v[12], v[:12], of_counts=False) for v in normal])
    of_few = np.array([outside_p(v[12], v[:12], of_counts=True) for v in few])
    for level in (0.01, 0.05, 0.5):
        assert np.mean(of_normal < level) == pytest.approx(level, abs=five_errors(level, trials))
        assert np.mean(of_few < level) <= level + five_errors(level, trials)


@trials_of
def test_weighted_shares_cover_95_per_cent(trials: int) -> None:
    rng = np.random.default_rng(25)

    def covers(*, weighted: bool) -> bool:
        weights = rng.choice([0.5, 1.0, 3.0], 300, p=[0.5, 0.3, 0.2])
        found = weighted_share(rng.random(300) < 0.4, weights).interval
        if not weighted:
            found = wilson_interval(round(found.estimate * 300), 300)
        return found.lower <= 0.4 <= found.upper

    assert share_of(lambda: covers(weighted=True), trials) == pytest.approx(0.95, abs=five_errors(0.05, trials) + 0.005)
    # the mistake that the effective sample size prevents
    assert share_of(lambda: covers(weighted=False), trials // 4) < 0.92


@trials_of
def test_benjamini_hochberg_keeps_false_flags_to_a_twentieth(trials: int) -> None:
    rng = np.random.default_rng(18)
    false_share = []
    for _ in range(trials // 8):
        p = rng.random(150)
        p[:30] = p[:30] * 1e-4
        flagged = stands_out(benjamini_hochberg(p))
        false_share.append(flagged[30:].sum() / max(flagged.sum(), 1))
    assert np.mean(false_share) <= 0.05
    assert np.mean(false_share) >= 0.02


@trials_of
def test_rank_intervals_hold_the_true_rank(trials: int) -> None:
    rng = np.random.default_rng(19)
    true_rate = np.array([60, 70, 72, 74, 76, 80, 90, 120]) / 1000
    heads = np.full(8, 5000.0)
    true_rank = min_ranks(true_rate)
    held = []
    for _ in range(trials // 20):
        found = peer_ranks(rng.poisson(true_rate * heads), heads, rng=rng, simulations=400)
        held.append((found.lower <= true_rank) & (true_rank <= found.upper))
    assert np.mean(held) >= 0.93
    assert np.mean(held) < 1


@trials_of
def test_rank_intervals_allow_for_months_that_vary_more_than_poisson(trials: int) -> None:
    rng = np.random.default_rng(24)
    true_rate = np.array([60, 70, 72, 74, 76, 80, 90, 120]) / 1000
    heads, true_rank, phi = np.full(8, 5000.0), min_ranks(true_rate), 6.0
    monthly_mean = (true_rate * heads / 12)[:, None]
    allowing, naive = [], []
    for _ in range(trials // 20):
        months = rng.negative_binomial(monthly_mean / (phi - 1), 1 / phi, size=(8, 12))
        for into, spread in ((allowing, dispersion_of_table(months)), (naive, 1.0)):
            found = peer_ranks(months.sum(axis=1), heads, rng=rng, dispersion=spread, simulations=400)
            into.append((found.lower <= true_rank) & (true_rank <= found.upper))
    assert np.mean(allowing) >= 0.92
    assert np.mean(naive) < 0.88, "what Poisson intervals would have held"


@trials_of
def test_shares_of_rare_events_reject_at_most_5_per_cent(trials: int) -> None:
    rng = np.random.default_rng(25)
    rejected = share_of(
        lambda: share_change(rng.binomial(60, 0.005), 60, rng.binomial(600, 0.005), 600).significant, trials
    )
    assert rejected <= 0.05 + five_errors(0.05, trials)
    assert rejected <= 0.06


@trials_of
def test_ewma_runs_500_values_between_false_alarms(trials: int) -> None:
    # Lucas and Saccucci (1990), Technometrics 32, table 3: weight 0.25 and 2.998 standard errors give an ARL of 500
    rng = np.random.default_rng(26)
    lengths = []
    for _ in range(trials // 8):
        outside = ewma(rng.standard_normal(4000), target=0, sd=1, weight=0.25, multiple=2.998).outside
        lengths.append(np.argmax(outside) + 1 if outside.any() else 4000)
    assert np.mean(lengths) == pytest.approx(500, rel=5 / np.sqrt(len(lengths)))


@trials_of
def test_p_and_u_charts_flag_few_unchanged_months(trials: int) -> None:
    rng = np.random.default_rng(27)
    plain, naive, allowing, rates = [], [], [], []
    for _ in range(trials // 4):
        n = np.round(rng.uniform(300, 3000, 25))
        steady, wandering = rng.binomial(n.astype(int), 0.3), rng.binomial(n.astype(int), rng.normal(0.3, 0.03, 25))
        for into, hits, wide in ((plain, steady, False), (naive, wandering, False), (allowing, wandering, True)):
            found = p_chart_limits(hits[:24], n[:24], judged=n[24:], overdispersed=wide)
            into.append(not found.lower[0] <= hits[24] / n[24] <= found.upper[0])
        days = rng.uniform(20, 31, 25)
        events = rng.poisson(2 * days)
        made = u_chart_limits(events[:24], days[:24], judged=days[24:])
        rates.append(not made.lower[0] <= events[24] / days[24] <= made.upper[0])
    assert np.mean(plain) <= 0.01 + five_errors(0.01, len(plain))
    assert np.mean(rates) <= 0.01 + five_errors(0.01, len(rates))
    assert np.mean(naive) > 0.1
    assert np.mean(allowing) <= 0.02 + five_errors(0.02, len(allowing))


@pytest.mark.parametrize("series", [60, pytest.param(1000, marks=pytest.mark.deep)])
def test_probabilities_are_calibrated_on_made_up_series(series: int) -> None:
    rng = np.random.default_rng(20)
    tests = []
    for _ in range(series):
        x = drifting_series(
            rng,
            months=44,
            level=float(np.exp(rng.uniform(np.log(25), np.log(1500)))),
            season=rng.uniform(0, 0.25),
            wander=rng.uniform(0, 0.04),
            dispersion=rng.uniform(1.05, 3),
        )
        x[rng.random(44) < 0.03] = np.nan
        origins = rng.choice(np.arange(13, 36), 4, replace=False).tolist()
        tests.append(backtest(x, rng=rng, first_calendar_month=4, origins=origins, horizons=(1, 4, 9), paths=1000))
    made = together(tests)
    assert made.met.size > 40 * series
    assert calibration_error(made.probability, made.met) < 0.05
    assert brier_score(made.probability, made.met) < 0.9 * brier_score(made.naive, made.met)
    assert made.within.mean() == pytest.approx(0.8, abs=0.06)


@trials_of
def test_overdispersed_funnel_limits_hold_19_of_20_units(trials: int) -> None:
    rng = np.random.default_rng(23)
    outside, as_published = [], []
    for _ in range(trials // 40):
        expected = rng.uniform(50, 500, 43)
        observed = rng.poisson(expected * np.maximum(1 + 0.15 * rng.standard_normal(43), 0.05))
        ratio = observed / expected
        for corrected, into in ((True, outside), (False, as_published)):
            found = overdispersed_funnel_limits(observed, expected, corrected=corrected)
            into.append((ratio < found.lower) | (ratio > found.upper))
    # the spread between units is itself estimated from 43 of them, so a little more than 5% lies outside
    assert np.mean(outside) == pytest.approx(0.055, abs=0.015)
    assert np.mean(as_published) == pytest.approx(0.11, abs=0.02)


def test_suppression_holds_on_real_sized_tables() -> None:
    rng = np.random.default_rng(21)
    inner = rng.poisson(np.exp(rng.uniform(0, 5, (26, 6))))
    table = np.vstack((inner, inner.sum(axis=0)))
    table = np.column_stack((table, table.sum(axis=1))).ravel()
    relations = table_relations(27, 7)
    found = suppress(table, relations, PUBLIC)
    assert found.primary.sum() > 20
    widths = [
        np.subtract(*possible_range(int(c), found.counts, relations, small=found.primary, setting=PUBLIC)[::-1])
        for c in np.flatnonzero(found.primary)
    ]
    assert min(widths) >= 1 - 1e-6
    # withholding costs: less than twice as many cells again
    assert found.secondary.sum() < 2 * found.primary.sum()
