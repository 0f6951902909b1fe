"""Where a series is going, and how likely what good looks like is to be reached by its date."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Final

import numpy as np

from upstream.errors import BadInput
from upstream.measures.definition import Target, pooling
from upstream.measures.result import Floats, Likelihood, Projection
from upstream.measures.values import NAN, Line, effective_answers, over, window
from upstream.periods import MONTHS_IN_YEAR, Month
from upstream.stats import forecast as f
from upstream.stats.yardstick import likelihood
from upstream.units import PERCENT

MONTHS_AHEAD: Final = 6
"""Months projected: as the source's charts (West Mercia Police and Crime Panel, 7 September 2022, report p.45)."""
TYPICAL_MONTHS: Final = 12
"""Denominators to come are taken as the mean of this many latest months."""
SEED_BYTES: Final = 8
PROJECTION_PATHS: Final = 1_000
"""Simulated paths where only a projection is drawn: the ends of its 95% interval are known to a few per cent of its
width. A probability is worked out from :data:`upstream.stats.forecast.PATHS`."""


_EVERY: Final = {"quarter": "a quarter", "year": "a year", "occasion": "now and then"}


def forecast_of(line: Line, monthly: Floats, latest: int, targets: tuple[Target, ...]) -> f.Forecast | str:
    """The simulated futures of a line's months from the month after ``latest``, or why there are none.

    The model is chosen by the kind of measure before any value is seen: see :mod:`upstream.stats.forecast`. The random
    numbers depend only on the measure, the area and the month, so a redraw gives the same figures.
    """
    if line.definition.frequency != "month":
        return f"One figure {_EVERY[line.definition.frequency]} is too few to forecast from."
    known = np.flatnonzero(np.isfinite(monthly[: latest + 1]))
    if known.size == 0:
        return "No month is held."
    first = int(known[0])
    history = monthly[first : latest + 1]
    scale, unit = _scale(line, history)
    horizon = max([MONTHS_AHEAD, *(_by(line, target, latest) - latest for target in targets if target.by)])
    seed = hashlib.sha256(f"{line.definition.key}|{line.area}|{line.months[latest]}".encode()).digest()[:SEED_BYTES]
    try:
        made = f.forecast(
            history / unit,
            min(horizon, f.LONGEST),
            rng=np.random.default_rng(int.from_bytes(seed)),
            first_calendar_month=line.months[first].month,
            scale=scale,
            breaks=[b - first for b in line.breaks],
            paths=f.PATHS if any(target.by for target in targets) else PROJECTION_PATHS,
            trials=_trials(line, latest),
            stock=pooling(line.definition) == "last",
        )
    except BadInput as error:
        return error.what
    return dataclasses.replace(made, history=made.history * unit, paths=made.paths * unit)


def _scale(line: Line, history: Floats) -> tuple[f.Scale, float]:
    """The forecast's scale, and what a value is divided by before it."""
    held = history[np.isfinite(history)]
    if line.definition.signed:
        return "plain", 1.0
    counted = line.definition.kind in ("count", "level", "holders") and line.definition.unit == "count"
    if counted and np.all(held >= 0):
        return "count", 1.0
    if line.definition.unit == "percent" and np.all((held >= 0) & (held <= PERCENT)):
        return "proportion", float(PERCENT)
    return ("positive" if np.all(held > 0) else "plain"), 1.0


def _trials(line: Line, latest: int) -> float | None:
    """Events (or a survey's effective answers) behind a typical month of a share of separate events."""
    if line.facts.denominator is None or not line.definition.of_separate_events or pooling(line.definition) == "last":
        return None  # most people of a stock are those of the month before: nobody draws them anew
    recent = [at for at in range(max(0, latest - TYPICAL_MONTHS + 1), latest + 1) if line.wanted[at] and line.held[at]]
    usual = float(np.median([effective_answers(line, [at]) for at in recent])) if recent else 0.0
    return usual if usual > 0 else None


def projected(line: Line, made: f.Forecast | str, latest: int) -> Projection:
    """The first months ahead with their intervals."""
    if isinstance(made, str):
        empty = np.zeros(0)
        return Projection((), empty, empty, empty, empty, empty, "", made)
    drawn = f.projection(made)
    n = min(MONTHS_AHEAD, made.horizon)
    months = tuple(line.months[latest] + ahead for ahead in range(1, n + 1))
    (low_80, low_95), (high_80, high_95) = drawn.lower[:, :n], drawn.upper[:, :n]
    return Projection(months, drawn.median[:n], low_80, high_80, low_95, high_95, made.model)


# --- what good looks like ------------------------------


def likelihoods(line: Line, made: f.Forecast | str, latest: int) -> tuple[Likelihood, ...]:
    """One a target; each has a probability and band, or a reason why none is given."""
    if not line.definition.targets:
        return (_none("", None, "What good looks like is not set."),)
    return tuple(_likelihood(line, target, made, latest) for target in line.definition.targets)


def _none(target: str, by: Month | None, reason: str, threshold: float = NAN) -> Likelihood:
    return Likelihood(NAN, None, target, by, threshold, "", reason)


def _by(line: Line, target: Target, latest: int) -> int:
    """Index of the month by which the target is to be reached (it may lie ahead of the series)."""
    if target.by == "year_end":
        return line.at(line.months[latest].financial_year.last_month)
    if target.by is None:
        raise ValueError("the target has no date")
    return line.at(target.by)


def _likelihood(line: Line, target: Target, made: f.Forecast | str, latest: int) -> Likelihood:
    if not line.definition.likelihood:
        return _none(target.text, None, line.definition.likelihood_reason)
    if target.comparator is None:
        return _none(target.text, None, "What good looks like is in words: there is no figure to reach.")
    if target.by is None:
        return _none(target.text, None, "What good looks like has no date.")
    by = _by(line, target, latest)
    month = Month.from_index(line.months[0].index + by)
    low, high = _band_to_reach(line, target, by)
    threshold = low if np.isfinite(low) else high
    if np.isnan(low) or np.isnan(high):
        return _none(target.text, month, "The figure to compare with is not held.")
    months = window(line, 0, "month") if by < 0 else _months_judged(line, target, by)
    if by <= latest:
        value = over(line, months).value
        if np.isnan(value):
            return _none(target.text, month, "The date has passed and the figure is not held.", threshold)
        return _given(float(_met(np.array([value]), target, low, high)[0]), target, month, threshold, "outcome", True)
    if isinstance(made, str):
        return _none(target.text, month, made, threshold)
    if by - latest > made.horizon:
        return _none(target.text, month, f"The date is more than {f.LONGEST} months ahead.", threshold)
    outcomes = _outcomes(line, months, made, latest)
    if isinstance(outcomes, str):
        return _none(target.text, month, outcomes, threshold)
    return _given(float(_met(outcomes, target, low, high).mean()), target, month, threshold, made.model, False)


def _given(p: float, target: Target, by: Month, threshold: float, model: str, already: bool) -> Likelihood:
    return Likelihood(p, likelihood(p).band.term, target.text, by, threshold, model, None, already, model_probability=p)


def _months_judged(line: Line, target: Target, by: int) -> list[int]:
    """Indices of the months that the target's figure covers at its date."""
    name = line.definition.window if target.on == "value" else target.on
    if name == "year_to_date":
        month = Month.from_index(line.months[0].index + by)
        return list(range(line.at(month.financial_year.first_month), by + 1))
    return list(range(by - {"month": 1, "rolling_3": 3, "rolling_6": 6, "rolling_12": 12}[name] + 1, by + 1))


def _band_to_reach(line: Line, target: Target, by: int) -> tuple[float, float]:
    """Lowest and highest good value; infinite where there is no end, NaN where the comparison is not held."""
    if target.comparator == "between":
        return target.low if target.low is not None else NAN, target.high if target.high is not None else NAN
    value = target.value if target.value is not None else NAN
    if target.relative_to is not None:
        value = _compared_with(line, target, by) * (1 + value / PERCENT)
    return (value, np.inf) if target.comparator in ("at_least", "above") else (-np.inf, value)


def _compared_with(line: Line, target: Target, by: int) -> float:
    months = _months_judged(line, target, by)
    if target.relative_to == "last_year":
        return over(line, [at - MONTHS_IN_YEAR for at in months]).value
    if target.baseline_from is None or target.baseline_to is None:
        return NAN
    baseline = list(range(line.at(target.baseline_from), line.at(target.baseline_to) + 1))
    value = over(line, baseline).value
    return value * len(months) / len(baseline) if pooling(line.definition) == "sum" else value


def _met(outcomes: Floats, target: Target, low: float, high: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    if target.comparator == "above":
        return outcomes > low
    if target.comparator == "below":
        return outcomes < high
    return (outcomes >= low) & (outcomes <= high)


def _outcomes(line: Line, months: list[int], made: f.Forecast, latest: int) -> Floats | str:
    """Simulated figures for months of which some are held and some are to come, shape (paths,)."""
    how = pooling(line.definition)
    if how in ("last", "none") or len(months) == 1:
        return f.month_paths(made, months[-1] - latest)
    breaks = [b for b in line.breaks if months[0] < b <= months[-1]]
    if breaks:
        when = Month.from_index(line.months[0].index + breaks[0]).label
        return f"The way of recording changes in {when}, within the period that is judged, so there is no one figure."
    first = latest + 1 - made.history.size
    if months[0] < first:
        return "The period begins before the records held."
    if how == "sum":
        return f.total_paths(made, months[0] - first, months[-1] - first)
    return _pooled(line, months, made, latest, first)


def _pooled(line: Line, months: list[int], made: f.Forecast, latest: int, first: int) -> Floats | str:
    """A ratio over held months and months to come, the latter weighing as much as a typical month."""
    if line.facts.denominator is None:
        return "A quantile of several months cannot be put together from simulated months."
    below = line.denominator
    typical = float(np.nanmean(below[max(0, latest - TYPICAL_MONTHS + 1) : latest + 1]))
    held = [at for at in months if at <= latest]
    if not np.isfinite(below[held]).all():
        return "A month of the period is missing."
    ahead = [at - first for at in months if at > latest]
    unit = PERCENT if line.definition.unit == "percent" else 1.0
    paths = made.paths[:, np.isin(made.months, ahead)] / unit
    above = float(line.numerator[held].sum()) + typical * paths.sum(axis=1)
    return np.asarray(unit * above / (float(below[held].sum()) + typical * len(ahead)))


def overridden(given: Likelihood, *, probability: float, by: str, reason: str) -> Likelihood:
    """A person's own judgement in place of the model's, which is kept beside it.

    Raises
    ------
    BadInput
        No post or no reason is given, or the probability is none.
    """
    if not by.strip() or not reason.strip():
        raise BadInput(
            "A likelihood was overridden without a name and a reason.",
            allowed="the post of the person who judges, and why",
        )
    band = likelihood(probability).band.term
    return dataclasses.replace(given, probability=probability, band=band, overridden_by=by, override_reason=reason)
