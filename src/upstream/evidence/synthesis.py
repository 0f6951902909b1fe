"""Results of several places put together: the effect, how far places differ, whether only good news is filed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from upstream.errors import BadInput
from upstream.stats.distributions import reach, two_sided
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.pooling import LEAST_FOR_ASYMMETRY, Pooled, asymmetry, pool

DIFFER: Final = 0.10
"""Places are said to disagree with a p of Cochran's Q below this: with few studies it misses much at 0.05."""
MOST: Final = 1e6
"""A ratio beyond a million, or below a millionth, is a slip and no result."""
ASYMMETRIC: Final = 0.10
"""The usual level of Egger's regression: Egger et al. (1997)."""


@dataclass(frozen=True, slots=True)
class Study:
    """One result: a log ratio and its standard error.

    Attributes
    ----------
    name
        Where and when.
    log_ratio, error
        The effect and its standard error.
    level
        Maryland scale, 1 to 5, or None when not known.
    local
        Whether it was found here.
    """

    name: str
    log_ratio: float
    error: float
    level: int | None = None
    local: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest plot, in ratios; ``weight`` is the study's share of the pool."""

    name: str
    ratio: Interval
    weight: float
    level: int | None
    local: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """Results put together.

    Attributes
    ----------
    rows
        Forest plot, in the order given.
    pooled
        On the log scale.
    ratio, prediction
        The mean effect and where a new place's would lie, as ratios; no prediction with fewer than three results.
    disagree
        Whether places differ by more than chance.
    asymmetry_p
        Egger's p, or None with fewer than ten results.
    sentences
        What it says, in words.
    """

    rows: tuple[Row, ...]
    pooled: Pooled
    ratio: Interval
    prediction: Interval | None
    disagree: bool
    asymmetry_p: float | None
    sentences: tuple[str, ...]


def study_of(name: str, ratio: Interval, *, level: int | None = None, local: bool = True) -> Study:
    """A study from a published ratio and its interval."""
    if not 1 / MOST <= ratio.lower <= ratio.estimate <= ratio.upper <= MOST or ratio.lower == ratio.upper:
        raise BadInput(
            f"{name}: {ratio.lower} to {ratio.upper} is no interval of a ratio of {ratio.estimate}.",
            allowed="0 < lower <= ratio <= upper, lower below upper",
            remedy="A ratio of 0.8 is 20% lower; changes in per cent are no ratios.",
        )
    z = reach(ratio.confidence)
    return Study(name, math.log(ratio.estimate), math.log(ratio.upper / ratio.lower) / (2 * z), level, local)


def put_together(studies: Sequence[Study], *, confidence: float = CONFIDENCE) -> Pool:
    """Pool results; failures count as much as successes, so every result filed belongs in."""
    effects = np.array([one.log_ratio for one in studies])
    errors = np.array([one.error for one in studies])
    pooled = pool(effects, errors, confidence=confidence)
    z = reach(confidence)
    rows = tuple(
        Row(
            one.name,
            _ratio(Interval(one.log_ratio, one.log_ratio - z * one.error, one.log_ratio + z * one.error, confidence)),
            float(weight),
            one.level,
            one.local,
        )
        for one, weight in zip(studies, pooled.weights, strict=True)
    )
    egger = None
    if len(studies) >= LEAST_FOR_ASYMMETRY and float(np.ptp(errors)) > 0:
        egger = asymmetry(effects, errors).p
    prediction = None if pooled.prediction is None else _ratio(pooled.prediction)
    disagree = pooled.q_p < DIFFER
    made = Pool(rows, pooled, _ratio(pooled.effect), prediction, disagree, egger, ())
    return replace(made, sentences=(*_sentences(made), *_here_and_published(studies)))


def _here_and_published(studies: Sequence[Study]) -> list[str]:
    """Whether what was found here and what is published say the same; nothing where one of them is missing."""
    here, published = ([one for one in studies if one.local is local] for local in (True, False))
    if not here or not published:
        return []
    (ours, error), (theirs, other) = _mean(here), _mean(published)
    p = two_sided((ours - theirs) / math.hypot(error, other), math.inf)
    said = f"Found here: {_moved(math.exp(ours))}; published: {_moved(math.exp(theirs))}."
    if p < DIFFER:
        return [f"{said} They differ by more than chance: look at what was done otherwise here."]
    return [f"{said} They do not differ by more than chance would have it."]


def _mean(studies: Sequence[Study]) -> tuple[float, float]:
    """The mean effect of some results and its standard error, as a log ratio."""
    if len(studies) == 1:
        return studies[0].log_ratio, studies[0].error
    pooled = pool([one.log_ratio for one in studies], [one.error for one in studies])
    return pooled.effect.estimate, pooled.error


def _sentences(made: Pool) -> list[str]:
    said = [
        f"On average over {len(made.rows)} results: {_moved(made.ratio.estimate)} (95% interval: {_span(made.ratio)})."
    ]
    if made.prediction is not None:
        said.append(f"In a new place like these one would expect {_span(made.prediction)}.")
    if made.disagree:
        share = 100 * made.pooled.inconsistency
        said.append(f"Places differ by more than chance ({share:.0f}% of the variance is between them): look at why.")
    elif len(made.rows) > 1:
        said.append("Places do not differ by more than chance would have it.")
    return [*said, only_good_news(made)]


def only_good_news(made: Pool) -> str:
    """Whether bad news may be missing, in a sentence."""
    if made.asymmetry_p is None:
        return f"Fewer than {LEAST_FOR_ASYMMETRY} results: whether only good news is filed cannot be told."
    if made.asymmetry_p < ASYMMETRIC:
        return "Small studies show other effects than large ones: bad news may not have been filed."
    return "No sign that only good news is filed."


def _ratio(log: Interval) -> Interval:
    return Interval(math.exp(log.estimate), math.exp(log.lower), math.exp(log.upper), log.confidence)


def _span(ratio: Interval) -> str:
    return f"{_moved(ratio.lower)} to {_moved(ratio.upper)}"


def _moved(ratio: float) -> str:
    return f"{abs(100 * (ratio - 1)):.0f}% {'lower' if ratio < 1 else 'higher'}"
