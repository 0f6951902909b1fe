"""Figures named in people's words: ``{{measure.area.when.form}}``, read by a small parser of our own.

Users' text is never a template. A reference is dotted words and nothing else::

    {{this}}                                this page's measure, whole force, month of the report
    {{crime_rape.force.2022-06}}            another measure's value in a month
    {{this.north.2022-06.upper}}            a control limit of an area
    {{this.force.now.ytd}}                  year to date
    {{this.force.change.same_last_year}}    a change; ``percent`` gives it in per cent
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from upstream.errors import BadInput
from upstream.measures.result import FORCE, Series
from upstream.periods import Month
from upstream.reports.binding import Binding, change_named, position
from upstream.reports.figures import Figure

REFERENCE: Final = re.compile(r"\{\{([^{}]*)\}\}")
CHANGES: Final = ("previous", "same_last_year", "year_to_date", "rolling_12")
FORMS: Final = ("value", "upper", "lower", "mean", "numerator", "denominator", "ytd", "rolling_12")
_WORD: Final = re.compile(r"[a-z0-9_@-]+", re.IGNORECASE)


def bound_figure(reference: str, this: str, bindings: Mapping[str, Binding]) -> Figure:
    """The figure that a reference names.

    Raises
    ------
    BadInput
        The reference cannot be read, or names something that is not in the report.
    """
    parts = [part.strip() for part in reference.strip().split(".")]
    if not all(_WORD.fullmatch(part) for part in parts) or len(parts) > 4:
        raise BadInput(
            f"{{{{{reference}}}}} cannot be read.", allowed="measure.area.when.form, all but the first optional"
        )
    key = this if parts[0] == "this" else parts[0]
    if key not in bindings:
        raise BadInput(f"{{{{{reference}}}}} names measure {key!r}, which is not in this report.")
    binding = bindings[key]
    area = parts[1] if len(parts) > 1 else FORCE
    series = binding.result.series.get(area)
    if series is None:
        known = ", ".join(binding.result.series) or "none: the measure is not held"
        raise BadInput(f"{{{{{reference}}}}} names area {area!r}.", allowed=known)
    when = parts[2] if len(parts) > 2 else "now"
    form = parts[3] if len(parts) > 3 else "value"
    found = _change(binding, series, when, form) if when in ("change", "percent") else _at(binding, series, when, form)
    if found.value is None:
        raise BadInput(f"{{{{{reference}}}}} has no value: {found.text}.", remedy="Leave the sentence out.")
    return found


def _change(binding: Binding, series: Series, when: str, name: str) -> Figure:
    change = change_named(series, name)
    if name not in CHANGES or change is None:
        raise BadInput(f"{name!r} is not a change of this measure.", allowed=", ".join(CHANGES))
    return binding.difference(series, change) if when == "change" else binding.percent_change(series, change)


def _at(binding: Binding, series: Series, when: str, form: str) -> Figure:
    if form not in FORMS:
        raise BadInput(f"{form!r} is not a form of a figure.", allowed=", ".join(FORMS))
    month = series.latest_month if when == "now" else Month.parse(when)
    if form in ("ytd", "rolling_12"):
        if month != series.latest_month:
            raise BadInput(f"{form} is held for {series.latest_month} only.", allowed="now")
        value = series.year_to_date if form == "ytd" else series.rolling_12
        return binding.value(value, series.area, str(month), "year_to_date" if form == "ytd" else form)
    if form in ("upper", "lower", "mean"):
        return binding.limit(series, month, "centre" if form == "mean" else form)
    place = position(series, month)
    if place is None:
        raise BadInput(f"{month} is outside the series.", allowed=f"{series.months[0]} to {series.months[-1]}")
    if form == "value":
        return binding.month_value(series, month)
    number = float((series.numerator if form == "numerator" else series.denominator)[place])
    return binding.number(number, series.area, str(month), form, unit="count", decimals=0)
