"""A problem profile as plain data, to be kept with what was asked, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

import numpy as np

from upstream.analyse.alike import AlikePlaces
from upstream.analyse.monthly import MonthOf
from upstream.analyse.near_by import NearBy
from upstream.analyse.people import Bands, People
from upstream.analyse.problem_profile import Beside, Comparator, PlaceFacts, ProblemProfile, Trend
from upstream.analyse.profile_counts import Part, Profile, ProfileOf, Repeats
from upstream.analyse.when import WeekHours
from upstream.harm.totals import Cost, Counted, Harm
from upstream.measures.facilities_near import Facility
from upstream.measures.result import TableVersion
from upstream.periods import Month
from upstream.stats.intervals import Interval

COUNTS_ALONE: Final = (
    "The records alone were counted then: count again for the trend, the same elsewhere, people and partners."
)


def as_data(made: ProblemProfile) -> dict[str, Any]:
    """Everything in a profile as JSON has it; decimals as text, so that no digit is lost."""
    found: dict[str, Any] = _plain(asdict(made))
    return found


def from_data(data: Mapping[str, Any]) -> ProblemProfile:
    """The profile that :func:`as_data` made the data of; of counts kept before there were profiles, the counts."""
    if "profile" not in data:
        return ProblemProfile(_counts(data), not_held=(COUNTS_ALONE,))
    trend, people, place, alike, near = (data[key] for key in ("trend", "people", "place", "alike", "near"))
    return ProblemProfile(
        profile=_counts(data["profile"]),
        trend=Trend(trend["then"], trend["now"], Interval(**trend["ratio"])) if trend else None,
        people=People(*(_bands(people[role]) for role in ("victims", "suspects"))) if people else None,
        place=PlaceFacts(**place) if place else None,
        comparators=tuple(Comparator(**{**one, "rate": Interval(**one["rate"])}) for one in data["comparators"]),
        alike=_alike(alike) if alike else None,
        near=_near(near) if near else None,
        beside=tuple(Beside(**one) for one in data["beside"]),
        not_held=tuple(data["not_held"]),
    )


def _bands(data: Mapping[str, Any]) -> Bands:
    return Bands(tuple(data["ages"]), tuple(tuple(row) for row in data["counts"]))


def _alike(data: Mapping[str, Any]) -> AlikePlaces:
    listed = {key: tuple(data[key]) for key in ("variables", "codes", "names")}
    return AlikePlaces(**{**data, **listed, "rate": Interval(**data["rate"])})


def _near(data: Mapping[str, Any]) -> NearBy:
    found = {key: tuple(Facility(**one) for one in data[key]) for key in ("inside", "around")}
    return NearBy(**{**data, **found, "not_held": tuple(data["not_held"])})


def _plain(value: Any) -> Any:
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        if set(value) == {"year", "month"}:  # how a month comes out of its dataclass
            return str(Month(value["year"], value["month"]))
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _counts(data: Mapping[str, Any]) -> Profile:
    of, hours, harm, cost = data["of"], data["hours"], data["harm"], data["cost"]
    return Profile(
        of=ProfileOf(
            Month.parse(of["first"]),
            Month.parse(of["last"]),
            None if of["areas"] is None else tuple(of["areas"]),
            tuple(of["small_areas"]),
            tuple(of["types"]),
            of["force"],
        ),
        table=data["table"],
        months=tuple(_month(one) for one in data["months"]),
        total=data["total"],
        types=_parts(data["types"]),
        small_areas=_parts(data["small_areas"]),
        without_place=data["without_place"],
        hours=WeekHours(np.array(hours["cells"]), hours["placed"], hours["not_placed"]) if hours else None,
        repeats=Repeats(**data["repeats"]) if data["repeats"] else None,
        incidents=None if data["incidents"] is None else _parts(data["incidents"]),
        harm=Harm(**_amounts(harm, "days", "least", "most", "days_reported")) if harm else None,
        cost=Cost(**_amounts(cost, "checked", "unchecked")) if cost else None,
        tables=tuple(TableVersion(**one) for one in data["tables"]),
        engine_version=data["engine_version"],
        counted=tuple(Counted(*one) for one in data["counted"]),
    )


def _month(data: Mapping[str, Any]) -> MonthOf:
    return MonthOf(**{**data, "month": Month.parse(data["month"]), "signals": tuple(data["signals"])})


def _parts(rows: list[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(Part(**row) for row in rows)


def _amounts(data: Mapping[str, Any], *decimals: str) -> dict[str, Any]:
    whole = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return whole | {name: Decimal(data[name]) for name in decimals}
