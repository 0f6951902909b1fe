"""Regression of counts and shares on a logarithmic scale, with what makes its errors honest.

Written out here, and not taken from a package, for three reasons: many series are fitted at once (calibration by
placebo, bootstraps); nothing is given where no estimate exists (a package returns large numbers and a warning); and the
package then remains a second opinion to test against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import toeplitz
from scipy.optimize import linprog, minimize_scalar
from scipy.special import gammaln, xlogy

from upstream.errors import BadInput

Floats = NDArray[np.float64]
STEPS: Final = 50
"""Fisher scoring converges in about six steps; a fit that needs so many has no finite estimate."""
CONVERGED: Final = 1e-10
"""Relative change of the deviance at which a fit is done."""
FARTHEST: Final = 30.0
"""A linear predictor beyond this is a rate of nought or of trillions: no estimate exists. Ours."""
LARGEST_SPREAD: Final = 50.0
"""Largest variance parameter of a negative binomial that is looked for. Ours."""
LONG: Final = 250
"""Series longer than this are not corrected for the downward bias of their autocorrelation, which is then below a
hundredth (about (1 + 4 r) / n). Source: Marriott and Pope (1954), Biometrika 41, 390-402."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model of counts.

    Attributes
    ----------
    coefficients : array (k,)
        On the logarithmic scale (binomial: of the odds).
    bread : array (k, k)
        Inverse of the information: the covariance where dispersion is 1.
    fitted : array (n,)
        Expected counts.
    pearson : array (n,)
        Residuals over the root of the variance that the family says.
    design : array (n, k)
        Rows times the root of their weight, so that ``bread`` is the inverse of its cross product.
    scores : array (n, k)
        Contributions to the estimating equations.
    dispersion : float
        Pearson's chi-square over ``degrees``; below 1 where counts vary less than the family says.
    degrees : int
        Observations less coefficients.
    deviance : float
        Twice the log likelihood lost against a perfect fit.
    spread : float
        Variance parameter of the negative binomial (variance = mean + spread mean^2); 0 for other families.
    """

    coefficients: Floats
    bread: Floats
    fitted: Floats
    pearson: Floats
    design: Floats
    scores: Floats
    dispersion: float
    degrees: int
    deviance: float
    spread: float


def fit_counts(
    counts: ArrayLike, design: ArrayLike, *, offset: ArrayLike = 0.0, totals: ArrayLike | None = None
) -> Fit:
    """Poisson regression on the logarithmic scale, or with ``totals`` binomial regression on that of the odds.

    Question: by what factor does each column of the design go with the count?

    Parameters: ``counts`` (n,) from 0; ``design`` (n, k) with a column of ones where a level is wanted; ``offset``
    logarithm of the exposure, one or (n,); ``totals`` (n,) of which the counts are a part.

    Assumes: factors multiply; variance in proportion to what the family says. Errors: :func:`covariance`.

    When not to use: where no finite estimate exists (a group without an event, columns that say the same): refused.

    Source: Nelder and Wedderburn 1972, Journal of the Royal Statistical Society A 135, 370-384; existence: Santos Silva
    and Tenreyro 2010, Economics Letters 107, 310-312.
    """
    y, x, shift = _checked(counts, design, offset)
    n = None if totals is None else np.asarray(totals, dtype=np.float64)
    if n is not None and (n.shape != y.shape or (n < y).any()):
        raise BadInput("Totals are smaller than their counts, or not as many.", allowed="one total for each count")
    if n is not None:
        kept = n > 0
        if not kept.all():  # a month without an event in either says nothing
            y, x, n, shift = y[kept], x[kept], n[kept], shift[kept]
    _estimable(y, x, n)
    beta, mean = _score(y, x, shift, n, 0.0)
    return _finished(y, x, mean, n, beta, 0.0)


def fit_negative_binomial(counts: ArrayLike, design: ArrayLike, *, offset: ArrayLike = 0.0) -> Fit:
    """Negative binomial regression on the logarithmic scale, its variance parameter by maximum likelihood.

    Question: as :func:`fit_counts`, where the variance grows with the square of the mean.

    Parameters: as :func:`fit_counts`.

    Assumes: variance = mean + spread x mean^2, one spread for all.

    When not to use: short series, where the spread comes out too small: take the dispersion of a Poisson fit.

    Source: Lawless 1987, Canadian Journal of Statistics 15, 209-225.
    """
    y, x, shift = _checked(counts, design, offset)
    _estimable(y, x, None)
    start, _ = _score(y, x, shift, None, 0.0)

    def lost(log_spread: float) -> float:
        spread = float(np.exp(log_spread))
        _, mean = _score(y, x, shift, None, spread, start)
        return -_log_likelihood(y, mean, spread)

    found = minimize_scalar(
        lost, bounds=(-12.0, float(np.log(LARGEST_SPREAD))), method="bounded", options={"xatol": 1e-8}
    )
    spread = float(np.exp(found.x))
    beta, mean = _score(y, x, shift, None, spread, start)
    return _finished(y, x, mean, None, beta, spread)


def _log_likelihood(y: Floats, mean: Floats, spread: float) -> float:
    size = 1 / spread
    ways = gammaln(y + size) - gammaln(size) - gammaln(y + 1)
    return float((ways - size * np.log1p(spread * mean) + xlogy(y, spread * mean / (1 + spread * mean))).sum())


def _checked(counts: ArrayLike, design: ArrayLike, offset: ArrayLike) -> tuple[Floats, Floats, Floats]:
    y, x = np.asarray(counts, dtype=np.float64), np.asarray(design, dtype=np.float64)
    if y.ndim != 1 or x.ndim != 2 or len(x) != len(y) or not np.isfinite(y).all() or (y < 0).any():
        raise BadInput(f"Counts of shape {y.shape}, a design of {x.shape}.", allowed="counts from 0, one row for each")
    shift = np.broadcast_to(np.asarray(offset, dtype=np.float64), y.shape)
    if not (np.isfinite(x).all() and np.isfinite(shift).all()):
        raise BadInput("The design or the exposure is not finite.", allowed="numbers; exposures above 0")
    if not y.any():
        raise BadInput("No event was counted.", allowed="at least one event")
    return y, x, shift


def _estimable(y: Floats, x: Floats, totals: Floats | None) -> None:
    """Refuses what has no single finite estimate."""
    if len(y) <= x.shape[1]:
        raise BadInput(f"{len(y)} counts for {x.shape[1]} coefficients.", allowed="more counts than coefficients")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise BadInput(
            "Two columns of the design say the same.",
            allowed="columns none of which is a sum of others",
            remedy="Leave out a term: the data cannot tell them apart.",
        )
    full = np.zeros(len(y), bool) if totals is None else y >= totals
    if separated(x, nil=y == 0, full=full):
        raise BadInput(
            "A group that the design tells apart has no event, or nothing but events: no finite factor exists.",
            allowed="events in every group that is compared",
            remedy="Compare counts before and after instead.",
        )


def separated(design: ArrayLike, *, nil: ArrayLike, full: ArrayLike) -> bool:
    """Whether some coefficients run off to infinity: a direction that lowers no row with events and moves another.

    ``nil`` (n,) rows without an event; ``full`` (n,) rows with nothing but events (shares alone).
    """
    x, none, all_ = np.asarray(design, np.float64), np.asarray(nil, bool), np.asarray(full, bool)
    between = x[~none & ~all_]
    if not (none.any() or all_.any()) or np.linalg.matrix_rank(between) == x.shape[1]:
        return False
    ends = np.vstack([x[none], -x[all_ & ~none]])
    found = linprog(
        ends.sum(0),
        A_ub=ends,
        b_ub=np.zeros(len(ends)),
        A_eq=between if len(between) else None,
        b_eq=np.zeros(len(between)) if len(between) else None,
        bounds=(-1, 1),
    )
    return bool(found.fun < -1e-9)


def _score(
    y: Floats, x: Floats, shift: Floats, totals: Floats | None, spread: float, start: Floats | None = None
) -> tuple[Floats, Floats]:
    """Coefficients and means by Fisher scoring; refused where it does not converge."""
    mean = y + 0.5 if totals is None else (y + 0.5) / (totals + 1) * totals
    eta = np.log(mean) if totals is None else np.log(mean / (totals - mean))
    if start is not None:
        eta = shift + x @ start
        mean = np.exp(eta)
    last = float("inf")
    for _ in range(STEPS):
        weight = mean * (1 - mean / totals) if totals is not None else mean / (1 + spread * mean)
        slope = weight if totals is not None else mean  # of the mean by the predictor
        root = np.sqrt(weight)
        target = eta - shift + (y - mean) / slope
        beta = np.asarray(np.linalg.lstsq(x * root[:, None], target * root, rcond=None)[0], np.float64)
        eta = shift + x @ beta
        if np.abs(eta - shift).max() > FARTHEST + abs(float(np.abs(shift).max())):
            break
        mean = np.exp(eta) if totals is None else totals / (1 + np.exp(-eta))
        deviance = _deviance(y, mean, totals, spread)
        if abs(deviance - last) <= CONVERGED * (abs(deviance) + 1):
            return beta, np.asarray(mean, np.float64)
        last = deviance
    raise BadInput(
        "The model has no finite estimate on these counts.",
        allowed="events in every group that is compared",
        remedy="Compare counts before and after instead.",
    )


def _deviance(y: Floats, mean: Floats, totals: Floats | None, spread: float) -> float:
    if totals is not None:
        rest = totals - y
        return float(2 * (xlogy(y, y / mean) + xlogy(rest, rest / (totals - mean))).sum())
    if spread:
        size = 1 / spread
        return float(2 * (xlogy(y, y / mean) - (y + size) * np.log((y + size) / (mean + size))).sum())
    return float(2 * (xlogy(y, y / mean) - (y - mean)).sum())


def _finished(y: Floats, x: Floats, mean: Floats, totals: Floats | None, beta: Floats, spread: float) -> Fit:
    variance = mean * (1 - mean / totals) if totals is not None else mean * (1 + spread * mean)
    weight = variance if totals is not None else mean / (1 + spread * mean)
    design = x * np.sqrt(weight)[:, None]
    pearson = (y - mean) / np.sqrt(variance)
    degrees = len(y) - x.shape[1]
    return Fit(
        coefficients=beta,
        bread=np.asarray(np.linalg.inv(design.T @ design), np.float64),
        fitted=mean,
        pearson=pearson,
        design=design,
        scores=design * pearson[:, None],
        dispersion=float(pearson @ pearson) / degrees,
        degrees=degrees,
        deviance=_deviance(y, mean, totals, spread),
        spread=spread,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """How far the coefficients of a fit may be off.

    Attributes
    ----------
    covariance : array (k, k)
        Of the coefficients.
    degrees : float
        Degrees of freedom of Student's t to take; infinite for normal limits.
    dispersion : float
        Variance over what the family says, as allowed for.
    autocorrelation : float
        Correlation of one residual with the next, as allowed for.
    """

    covariance: Floats
    degrees: float
    dispersion: float
    autocorrelation: float


def model_errors(fit: Fit, *, dispersion: float | None = None) -> Errors:
    """Errors of independent counts, the dispersion estimated unless given (see :func:`fit_counts`)."""
    phi = fit.dispersion if dispersion is None else dispersion
    degrees = float(fit.degrees) if dispersion is None else float("inf")
    return Errors(phi * fit.bread, degrees, phi, 0.0)


def newey_west(fit: Fit, lags: int) -> Errors:
    """Errors that hold whatever the variance, and for residuals related up to so many periods apart.

    Question: how far may the coefficients be off, where residuals follow one another?

    Parameters: ``fit``, its rows in order of time; ``lags`` from 0.

    Assumes: relation fades with distance; Bartlett's weights.

    When not to use: short series: with three dozen months it rejects too often (see the page on calibration).

    Source: Newey and West 1987, Econometrica 55, 703-708; times n / (n - k).
    """
    n, k = fit.scores.shape
    if not 0 <= lags < n:
        raise BadInput(f"{lags} lags of {n} periods.", allowed="from 0, fewer than periods")
    meat = fit.scores.T @ fit.scores
    for lag in range(1, lags + 1):
        cross = fit.scores[lag:].T @ fit.scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    covariance = n / (n - k) * fit.bread @ meat @ fit.bread
    return Errors(covariance, float(fit.degrees), fit.dispersion, _raw_autocorrelation(fit))


def _raw_autocorrelation(fit: Fit) -> float:
    e = fit.pearson
    return float(e[1:] @ e[:-1] / (e @ e)) if e.any() else 0.0


def autoregressive(fit: Fit) -> Errors:
    """Errors for residuals each related to the one before, as far as a short series can show.

    Question: how far may the coefficients be off, where a high month follows a high month?

    Parameters: ``fit``, its rows in order of time, none left out between.

    Assumes: Pearson residuals of one variance, correlated r, r^2, ... with distance. A fit of k coefficients makes
    residuals look less related and less spread than they are: r and the dispersion are those whose expectation, after
    such a fit, is what was seen. Negative r and dispersion below 1 are not allowed for.

    When not to use: relation at long distances, such as a season that was not fitted.

    Source: moments of residual quadratic forms as in Satterthwaite 1946, Biometrics Bulletin 2, 110-114, and Pan and
    Wall 2002, Statistics in Medicine 21, 1429-1441 (small samples).
    """
    n = len(fit.pearson)
    seen, raw = float(fit.pearson @ fit.pearson), _raw_autocorrelation(fit)
    if n > LONG:
        r, scale, degrees = min(max(raw, 0.0), 0.95), max(fit.dispersion, 1.0), float(fit.degrees)
    else:
        r = _unbiased_autocorrelation(fit, raw)
        left = _residual_maker(fit) @ toeplitz(r ** np.arange(n))
        expected = float(np.trace(left))
        scale, degrees = max(seen / expected, 1.0), expected**2 / float((left * left.T).sum())
    correlated = fit.design.T @ toeplitz(r ** np.arange(n)) @ fit.design
    return Errors(scale * fit.bread @ correlated @ fit.bread, degrees, scale, r)


def _residual_maker(fit: Fit) -> Floats:
    return np.eye(len(fit.pearson)) - fit.design @ fit.bread @ fit.design.T


def _unbiased_autocorrelation(fit: Fit, raw: float) -> float:
    """The correlation, from 0 to 0.95, that would show as ``raw`` after this fit."""
    n, maker = len(fit.pearson), _residual_maker(fit)
    ahead = maker @ (np.eye(n, k=1) + np.eye(n, k=-1)) @ maker / 2
    grid = np.linspace(0, 0.95, 20)
    shown = np.empty(len(grid))
    for at, r in enumerate(grid):
        related = toeplitz(r ** np.arange(n))
        shown[at] = float((ahead * related).sum() / (maker * related).sum())
    return float(np.interp(raw, np.maximum.accumulate(shown), grid))


def clustered(fit: Fit, groups: ArrayLike) -> Errors:
    """Errors that hold for whatever relation there is within groups, of which there are many (see :func:`newey_west`).

    ``groups`` (n,) codes. Student's t has as many degrees of freedom as there are groups, less one.
    """
    code = np.unique(np.asarray(groups), return_inverse=True)[1]
    n, k = fit.scores.shape
    number = int(code.max()) + 1 if code.size else 0
    if code.shape != (n,) or number < 2:
        raise BadInput(f"{number} groups for {n} rows.", allowed="two groups or more, one code a row")
    sums = np.zeros((number, k))
    np.add.at(sums, code, fit.scores)
    correction = number / (number - 1) * (n - 1) / (n - k)
    covariance = correction * fit.bread @ (sums.T @ sums) @ fit.bread
    return Errors(covariance, float(number - 1), fit.dispersion, 0.0)
