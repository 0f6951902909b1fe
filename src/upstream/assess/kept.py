"""An answer as plain data, to keep and to send, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from upstream.assess.design import Candidate, Curve, Fit, Planned, Seen
from upstream.assess.finding import CountFree, Finding, Line, Maryland
from upstream.assess.ladder import Answer, NotUsed
from upstream.stats.falling_back import Return
from upstream.stats.intervals import Interval

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_data(answer: Answer) -> dict[str, Any]:
    """Plain data that JSON holds exactly: what is not a number is None, infinities are words."""
    return {
        "main": _finding(answer.main),
        "checks": [_finding(one) for one in answer.checks],
        "not_used": [asdict(one) | {"count_free": isinstance(one.why, CountFree)} for one in answer.not_used],
        "disagreements": list(answer.disagreements),
    }


def from_data(data: Mapping[str, Any]) -> Answer:
    """The answer that :func:`as_data` wrote."""
    return Answer(
        finding_from_data(data["main"]),
        tuple(finding_from_data(one) for one in data["checks"]),
        tuple(
            NotUsed(one["key"], one["title"], CountFree(one["why"]) if one.get("count_free") else one["why"])
            for one in data["not_used"]
        ),
        tuple(data["disagreements"]),
    )


def _finding(made: Finding) -> dict[str, Any]:
    return plain(made) | {"count_free": [str(one) for one in made.caveats if isinstance(one, CountFree)]}


def plain(made: DataclassInstance) -> dict[str, Any]:
    """Any result of this room as plain data that JSON holds exactly."""
    held: dict[str, Any] = _plain(asdict(made))
    return held


def planned_from_data(data: Mapping[str, Any]) -> Planned:
    """The design that :func:`plain` wrote."""
    by_itself = data["by_itself"]
    return Planned(
        tuple(_candidate(one) for one in data["candidates"]),
        tuple(_curve(one) for one in data["curves"]),
        None if by_itself is None else Return(**{**by_itself, "expected": _interval(by_itself["expected"])}),
        data["why_not"],
    )


def _candidate(data: Mapping[str, Any]) -> Candidate:
    fit = data["fit"]
    if fit is not None:
        numbers = {name: _number(fit[name]) for name in ("level", "together", "apart", "drift_p")}
        fit = Fit(**{**fit, **numbers, "drift": _interval(fit["drift"])})
    return Candidate(data["unit"], fit, tuple(data["reasons"]))


def _curve(data: Mapping[str, Any]) -> Curve:
    seen = tuple(Seen(one["months"], one["smallest"], _number(one["chance"])) for one in data["seen"])
    return Curve(tuple(data["compared"]), _number(data["dispersion"]), data["effect"], seen)


def _interval(data: Mapping[str, Any]) -> Interval:
    return Interval(**{name: _number(value) for name, value in data.items()})


def finding_from_data(data: Mapping[str, Any]) -> Finding:
    """The finding that :func:`plain` wrote."""
    values = dict(data)
    free = set(values.pop("count_free", ()))  # an older one declares none: all are for readers of counts
    for name in ("ratio", "difference"):
        values[name] = None if data[name] is None else _interval(data[name])
    values["maryland"] = Maryland(**data["maryland"])
    for name in ("assumes", "overturned_by"):
        values[name] = tuple(data[name])
    values["caveats"] = tuple(CountFree(one) if one in free else one for one in data["caveats"])
    for name in ("observed", "counterfactual"):
        values[name] = _number(data[name])
    if (line := data["line"]) is not None:
        arrays = {
            name: np.array([_number(one) for one in line[name]]) for name in ("observed", "expected", "low", "high")
        }
        values["line"] = Line(tuple(line["periods"]), **arrays, start=line["start"])
    return Finding(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("infinity" if value > 0 else "-infinity")
    return value


def _number(value: float | str | None) -> float:
    return math.nan if value is None else float(value)
