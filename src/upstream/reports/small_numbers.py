"""A measure's result as the public may see it: every number withheld or rounded before a page is made from it.

The report is then made as always. It cannot give away what it was never given: tables, sentences, pictures and files
hold published values alone.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from upstream.disclosure.published import published_count, published_value, to_places, to_unit
from upstream.disclosure.setting import PUBLIC_THRESHOLD
from upstream.measures.result import (
    Change,
    Flag,
    Floats,
    Likelihood,
    Limits,
    MeasureResult,
    Projection,
    Series,
    State,
    Value,
)

WHY_NO_LIKELIHOOD = "the figures that it rests on are small and are not published"
_WINDOWS = {"month": 1, "rolling_3": 3, "rolling_6": 6, "rolling_12": 12}


def published_result(result: MeasureResult) -> MeasureResult:
    """The result with no number in it that may not be printed."""
    unit, window = result.definition.unit, result.definition.window
    return dataclasses.replace(
        result, series={area: _series(series, unit, window) for area, series in result.series.items()}
    )


def withheld(value: Value | None) -> bool:
    """Whether a published value lacks because it was withheld: its months are held."""
    return value is not None and value.state in ("held", "part") and not math.isfinite(value.value)


def published_rows(rows: int) -> float:
    """Rows of a table as the data quality pages print them."""
    return published_count(float(rows))


def _series(series: Series, unit: str, window: str) -> Series:
    monthly = _each(series.monthly, unit, series.numerator, series.denominator)
    behind = [_over_window(series, counts, window) for counts in (series.numerator, series.denominator)]
    values = monthly if window == "month" else _each(series.values, unit, *behind)
    latest = _value(series.latest, unit)
    shown = math.isfinite(latest.value)
    limits = tuple(_limits(one, monthly, series.monthly, unit) for one in series.limits)
    nothing = np.full(len(series.months), np.nan)
    return dataclasses.replace(
        series,
        monthly=monthly,
        values=values,
        states=_states(series),
        numerator=nothing,
        denominator=nothing,
        latest=latest,
        year_to_date=_optional(series.year_to_date, unit),
        rolling_12=_optional(series.rolling_12, unit),
        limits=limits,
        flags=tuple(flag for flag in series.flags if _still_seen(flag, series, monthly, limits)),
        changes=tuple(_change(change, unit) for change in series.changes),
        projection=_projection(series.projection, unit) if shown else None,
        likelihoods=series.likelihoods if shown else tuple(_unlikely(x) for x in series.likelihoods),
        rank=series.rank if shown else None,
        left_out=0,
        outside_q=to_places(series.outside_q, 2) if shown else math.nan,
    )


def _states(series: Series) -> tuple[State, ...]:
    """Months that are held and have no figure, as of nobody asked, are not due: nothing is withheld in them."""
    pairs = zip(series.states, series.monthly.tolist(), strict=True)
    return tuple("not_applicable" if s in ("held", "part") and not math.isfinite(v) else s for s, v in pairs)


def _each(values: Floats, unit: str, numerator: Floats, denominator: Floats) -> Floats:
    rows = zip(values.tolist(), numerator.tolist(), denominator.tolist(), strict=True)
    return np.array([published_value(v, unit, n, d) if math.isfinite(v) else math.nan for v, n, d in rows])


def _over_window(series: Series, counts: Floats, window: str) -> Floats:
    """Records of the longer period that ends in each month; a month that is not held adds none."""
    out = np.full(len(counts), np.nan)
    for i, month in enumerate(series.months):
        length = _WINDOWS.get(window, month.index - month.financial_year.first_month.index + 1)
        part = counts[max(i - length + 1, 0) : i + 1]
        if np.isfinite(part).any():
            out[i] = np.nansum(part)
    return out


def _value(value: Value, unit: str) -> Value:
    """The published value; the counts behind it and its interval are nobody's to see."""
    made, none = math.nan, math.nan
    state = value.state
    if math.isfinite(value.value):
        made = published_value(value.value, unit, value.numerator, value.denominator)
    elif state in ("held", "part"):
        state = "missing"  # no figure at all, so nothing is withheld
    return dataclasses.replace(value, value=made, numerator=none, denominator=none, low=none, high=none, state=state)


def _optional(value: Value | None, unit: str) -> Value | None:
    return None if value is None else _value(value, unit)


def _limits(limits: Limits, published: Floats, exact: Floats, unit: str) -> Limits:
    """Limits rounded as the values are; none in a month whose value is withheld, or around a small mean."""
    hide = np.isfinite(exact) & ~np.isfinite(published)
    if unit == "count":
        hide |= np.isfinite(limits.centre) & (limits.centre < PUBLIC_THRESHOLD)

    def made(level: Floats) -> Floats:
        return np.where(hide, np.nan, _to_unit(level, unit))

    return dataclasses.replace(
        limits, centre=made(limits.centre), lower=made(limits.lower), upper=made(limits.upper), notes=()
    )


def _to_unit(levels: Floats, unit: str) -> Floats:
    return np.array([to_unit(level, unit) for level in levels.tolist()], dtype=np.float64)


def _still_seen(flag: Flag, series: Series, monthly: Floats, limits: tuple[Limits, ...]) -> bool:
    """Only what the published figures themselves show: a value beyond a limit, both as printed."""
    place = flag.month.index - series.months[0].index
    for one in limits:
        if one.rule == flag.limits and flag.rule == "above_limit":
            return bool(monthly[place] > one.upper[place])
        if one.rule == flag.limits and flag.rule == "below_limit":
            return bool(monthly[place] < one.lower[place])
    return False


def _change(change: Change, unit: str) -> Change:
    """The change between the two published figures."""
    now, then = _value(change.now, unit), _value(change.then, unit)
    difference = now.value - then.value
    percent = change.percent
    if math.isfinite(percent):
        percent = to_places(100 * difference / then.value, 0) if then.value else math.nan
    known = math.isfinite(difference)
    return dataclasses.replace(
        change,
        now=now,
        then=then,
        difference=difference,
        percent=percent if known else math.nan,
        percent_withheld=None,
        p_value=math.nan,
        significant=change.significant if known else None,
    )


def _projection(projection: Projection | None, unit: str) -> Projection | None:
    if projection is None or projection.refused is not None:
        return projection
    return dataclasses.replace(
        projection,
        median=_to_unit(projection.median, unit),
        low_80=_to_unit(projection.low_80, unit),
        high_80=_to_unit(projection.high_80, unit),
        low_95=_to_unit(projection.low_95, unit),
        high_95=_to_unit(projection.high_95, unit),
    )


def _unlikely(item: Likelihood) -> Likelihood:
    none = math.nan
    return dataclasses.replace(
        item, probability=none, threshold=none, model_probability=none, band=None, reason=WHY_NO_LIKELIHOOD
    )
