"""One measure in one area, whole: values, limits, signals, comparisons, projection and likelihood."""

from __future__ import annotations

import numpy as np

from upstream.measures.changes import changes
from upstream.measures.control import control
from upstream.measures.definition import pooling
from upstream.measures.outlook import forecast_of, likelihoods, projected
from upstream.measures.result import Limits, Series, Value
from upstream.measures.values import Line, left_out, monthly_values, over, window, windowed_values


def series_of(line: Line, name: str, *, outlook: bool = True) -> Series | None:
    """The series of a line from its first held month; ``None`` when no month is held.

    ``outlook`` leaves out projection and likelihood (for the not-known line, of which nobody asks where it is going).
    """
    expected = np.flatnonzero(line.wanted)
    if not expected.size or not line.held[expected].any():
        return None
    first, latest = int(expected[0]), int(expected[-1])
    monthly = monthly_values(line)
    values = windowed_values(line, monthly)
    limits, flags = control(line, monthly)
    long_periods = pooling(line.definition) in ("sum", "pool")
    made = forecast_of(line, monthly, latest, line.definition.targets) if outlook else "Not asked for."
    to_date = over(line, window(line, latest, "year_to_date"), interval=True) if long_periods else None
    rolling = over(line, window(line, latest, "rolling_12"), interval=True) if long_periods else None
    return Series(
        area=line.area,
        area_name=name,
        months=line.months[first:],
        monthly=monthly[first:],
        values=values[first:],
        numerator=line.numerator[first:],
        denominator=line.denominator[first:],
        states=line.states[first:],
        latest=_latest(line, latest),
        latest_month=line.months[latest],
        year_to_date=to_date,
        rolling_12=rolling,
        limits=tuple(_from(one, first) for one in limits),
        flags=flags,
        changes=changes(line, latest),
        projection=projected(line, made, latest),
        likelihoods=likelihoods(line, made, latest),
        left_out=left_out(line, latest),
        breaks=tuple(line.months[b] for b in line.breaks if first < b <= latest),
    )


def _latest(line: Line, latest: int) -> Value:
    return over(line, window(line, latest, line.definition.window), interval=True)


def _from(limits: Limits, first: int) -> Limits:
    return Limits(
        limits.rule,
        limits.centre[first:],
        limits.lower[first:],
        limits.upper[first:],
        limits.baseline_from,
        limits.baseline_to,
        limits.baseline_months,
        limits.refused,
        limits.notes,
        limits.false_alarm,
        limits.dependent,
    )
