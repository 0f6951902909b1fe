"""Our distributions and exact tests beside those of SciPy's statistics package."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from upstream.stats import distributions as d


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def test_binomial_test_equals_scipy(rng: np.random.Generator) -> None:
    for n in [1, 2, 7, 40, 500, 20_000, 400_000]:
        for share in (0.5, 90 / 181, 0.03, float(rng.uniform(0.01, 0.99))):
            spread = np.sqrt(n * share * (1 - share))
            hits = int(np.clip(round(rng.normal(n * share, 2 * spread)), 0, n))
            expected = stats.binomtest(hits, n, share).pvalue
            assert d.binomial_test(hits, n, share) == pytest.approx(expected, rel=1e-7), (hits, n, share)


def test_binomial_test_counts_the_ends() -> None:
    assert d.binomial_test(0, 3, 0.5) == pytest.approx(0.25)
    assert d.binomial_test(3, 3, 0.5) == pytest.approx(0.25)
    assert d.binomial_test(3, 3, 0.1) == pytest.approx(0.001)


def test_fisher_test_equals_scipy(rng: np.random.Generator) -> None:
    for _ in range(200):
        a, b = int(rng.integers(1, 50)), int(rng.integers(1, 3000))
        x, y = int(rng.integers(0, a + 1)), int(rng.integers(0, b + 1))
        expected = stats.fisher_exact([[x, a - x], [y, b - y]]).pvalue
        assert d.fisher_test(x, a, y, b) == pytest.approx(expected, rel=1e-8, abs=1e-300)
        assert d.fisher_test(y, b, x, a) == pytest.approx(expected, rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("p", [1e-6, 0.025, 0.5, 0.975])
def test_discrete_quantiles_equal_scipy(p: float, rng: np.random.Generator) -> None:
    for _ in range(100):
        mean, size = rng.uniform(0.01, 200, size=2)
        success, n = float(rng.uniform(0.05, 0.95)), int(rng.integers(1, 5000))
        assert d.poisson_quantile(p, mean) == stats.poisson.ppf(p, mean)
        assert d.negative_binomial_quantile(p, size, success) == stats.nbinom.ppf(p, size, success)
        assert d.binomial_quantile(p, n, success) == stats.binom.ppf(p, n, success)


def test_continuous_tails_equal_scipy() -> None:
    x, p, df = np.linspace(-4, 4, 33), np.linspace(0.001, 0.999, 33), 10.5
    np.testing.assert_allclose(d.normal_cdf(x), stats.norm.cdf(x))
    np.testing.assert_allclose(d.normal_sf(x), stats.norm.sf(x))
    np.testing.assert_allclose(d.normal_quantile(p), stats.norm.ppf(p))
    np.testing.assert_allclose(d.t_sf(x, df), stats.t.sf(x, df))
    np.testing.assert_allclose(d.t_quantile(p, df), stats.t.ppf(p, df))
    np.testing.assert_allclose(d.chi2_sf(x + 5, df), stats.chi2.sf(x + 5, df))
    np.testing.assert_allclose(d.chi2_quantile(p, df), stats.chi2.ppf(p, df))
    np.testing.assert_allclose(d.beta_quantile(p, 3.5, 9), stats.beta.ppf(p, 3.5, 9))
    np.testing.assert_allclose(d.poisson_cdf(x, 2.2), stats.poisson.cdf(x, 2.2))
    np.testing.assert_allclose(d.poisson_pmf(np.arange(9), 2.2), stats.poisson.pmf(np.arange(9), 2.2))
    assert d.negative_binomial_cdf(4, 2.5, 0.3) == pytest.approx(stats.nbinom.cdf(4, 2.5, 0.3))
    assert d.negative_binomial_sf(4, 2.5, 0.3) == pytest.approx(stats.nbinom.sf(4, 2.5, 0.3))
