"""Small kernels that larger ones rest on, each beside another program or every case counted in turn."""

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.meta_analysis import combine_effects

from upstream.stats.composite import exponential_scores, normal_scores, transformed, z_scores
from upstream.stats.count_regression import fit_counts, model_errors
from upstream.stats.distributions import two_sided
from upstream.stats.mixtures import mixture_of_products
from upstream.stats.pooling import paule_mandel
from upstream.stats.rate_smoothing import variance_of_rates
from upstream.stats.synthetic_control import group_placebos, space_placebos
from upstream.stats.unusual_places import chance_of


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1729)


def test_scores_are_those_of_scipy(rng: np.random.Generator) -> None:
    values = rng.poisson(3, (2, 40)).astype(float)  # with ties
    np.testing.assert_allclose(z_scores(values), stats.zscore(values, axis=1))
    ranks = stats.rankdata(values, axis=1)
    np.testing.assert_allclose(normal_scores(values), stats.norm.ppf((ranks - 0.5) / 40), rtol=1e-12, atol=1e-15)
    assert not z_scores([4.0, 4.0]).any()
    for name, scores in (("z", z_scores), ("normal", normal_scores), ("exponential", exponential_scores)):
        np.testing.assert_array_equal(transformed(values, name), scores(values))


@pytest.mark.parametrize("df", [1, 2.5, 7, 400])
@pytest.mark.parametrize("statistic", [-3.1, 0.0, 0.4, 12.0])
def test_two_sided_chances_are_those_of_scipy(statistic: float, df: float) -> None:
    assert two_sided(statistic, df) == pytest.approx(2 * stats.t.sf(abs(statistic), df), rel=1e-10)
    assert two_sided(statistic) == pytest.approx(2 * stats.norm.sf(abs(statistic)), rel=1e-10)


def test_the_variance_between_studies_is_that_of_statsmodels(rng: np.random.Generator) -> None:
    for spread in (0.0, 0.1, 0.6):
        v = rng.uniform(0.01, 0.2, 12)
        y = rng.normal(-0.2, np.sqrt(v + spread**2))
        theirs = combine_effects(y, v, method_re="iterated").tau2
        assert paule_mandel(y, v) == pytest.approx(max(theirs, 0.0), abs=1e-6)


def test_the_variance_of_rates_by_hand() -> None:
    # 0.2 and 0.4 of ten each: 0.01 between them, of which chance alone gives 0.3 / 10
    assert variance_of_rates(np.array([2.0, 4.0]), np.array([10.0, 10.0])) == pytest.approx(0.01 - 0.03)
    # rates 0.1 (of 10) and 0.4 (of 20), mean 0.3: 0.6 / 30 less 0.3 / 15
    assert variance_of_rates(np.array([1.0, 8.0]), np.array([10.0, 20.0])) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(("count", "mean", "spread"), [(0, 2, 2), (5, 2.5, 2.5), (12, 4, 9), (3, 0.2, 0.7)])
def test_the_chance_of_so_many_is_that_of_scipy(count: int, mean: float, spread: float) -> None:
    if spread == mean:
        theirs = stats.poisson.sf(count - 1, mean)
    else:
        theirs = stats.nbinom.sf(count - 1, mean**2 / (spread - mean), mean / spread)
    assert chance_of(count, mean, spread) == pytest.approx(theirs, rel=1e-9)


def test_no_other_mixture_is_nearer(rng: np.random.Generator) -> None:
    for donors in (3, 8):
        away = rng.normal(0.6, 1.0, (5, donors))
        product = away.T @ away
        ours = mixture_of_products(product)
        assert ours.sum() == pytest.approx(1)
        assert (ours >= 0).all()
        theirs = optimize.minimize(
            lambda w, product=product: w @ product @ w,
            np.full(donors, 1 / donors),
            bounds=[(0, 1)] * donors,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            options={"ftol": 1e-14},
        )
        assert ours @ product @ ours <= theirs.fun + 1e-9


def test_a_group_of_one_is_the_placebo_of_one(rng: np.random.Generator) -> None:
    donors = rng.normal(0, 1, (8, 20)).cumsum(axis=1) + 30
    alone = group_placebos(donors, [[place] for place in range(8)], 14)
    np.testing.assert_allclose(alone, space_placebos(donors, 14).effects, rtol=1e-6, atol=1e-8)
    # of two together: the gap of their mean from the mixture of the other six
    (both,) = group_placebos(donors, [[1, 4]], 14)
    apart = group_placebos(np.vstack([donors[[1, 4]].mean(0), np.delete(donors, [1, 4], 0)]), [[0]], 14)
    assert both == pytest.approx(apart[0], rel=1e-6)


def test_errors_of_independent_counts_are_those_of_statsmodels(rng: np.random.Generator) -> None:
    design = np.column_stack([np.ones(60), rng.normal(size=60)])
    counts = rng.poisson(np.exp(1 + 0.4 * design[:, 1]))
    fit = fit_counts(counts, design)
    for ours, scale in ((model_errors(fit), "X2"), (model_errors(fit, dispersion=1.0), 1.0)):
        theirs = GLM(counts, design, family=Poisson()).fit(scale=scale, tol=1e-14)
        np.testing.assert_allclose(ours.covariance, theirs.cov_params(), rtol=1e-6)
