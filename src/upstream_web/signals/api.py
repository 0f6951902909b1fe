"""Signals for programs: the same access as the inbox."""

import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field, StringConstraints

from upstream_web.people.access import require, standing
from upstream_web.people.permissions import Permission
from upstream_web.places.queries import areas_within
from upstream_web.programs.errors import REFUSALS
from upstream_web.programs.models import Scope
from upstream_web.programs.paging import PageOf, Paging, paged
from upstream_web.programs.tokens import TokenFor
from upstream_web.signals.access import signal_for_reading, visible_signals
from upstream_web.signals.models import Signal, State
from upstream_web.signals.queries import SignalFilter, filtered

router = Router(tags=["Signals"])
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Line = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]


class SignalRow(Schema):
    """A signal as the inbox shows it; `false_share` is null where nobody knows how often such a one is false."""

    id: int
    kind: Signal.Kind
    state: State
    reason: str
    crime_types: list[str]
    area: str
    area_name: str
    place: str
    hub: str
    first: datetime.date
    last: datetime.date
    evidence: str
    harm_days: float
    false_share: float | None
    neighbours: int
    proposed_at: datetime.datetime


class SignalWhole(SignalRow):
    """A signal as its page shows it."""

    count: int
    expected: float | None
    p: float | None
    recurrence_days: float | None
    small_areas: list[str]
    easting: float | None
    northing: float | None
    radius_metres: float | None
    method: str
    tables: dict[str, int]
    engine_version: str


class SignalPage(PageOf):
    rows: list[SignalRow]


class SignalsAsked(Paging):
    state: Annotated[
        Literal["undecided", "all", "waiting", "new", "watched", "accepted", "dismissed"],
        Field(description="Undecided: waiting, new or watched."),
    ] = "undecided"
    kind: Signal.Kind | None = None
    area: Annotated[Line, Field(description="Code of an area; those below it count too.")] = ""


@router.get("", response={200: SignalPage, **REFUSALS}, auth=TokenFor(Scope.SIGNALS_READ), summary="List signals")
def list_signals(request: HttpRequest, asked: Query[SignalsAsked]) -> dict[str, Any]:
    """The signals of the areas in which the token's owner reads signals, most harm first."""
    require(request.user, Permission.SIGNAL_READ)
    areas = areas_within(standing(request.user).paths(Permission.SIGNAL_READ))
    area = areas.filter(code=asked.area).first() if asked.area else None
    if asked.area and area is None:
        raise HttpError(404, f"No area that is open to you has the code “{asked.area}”.")
    by = SignalFilter(state=asked.state, kind=asked.kind or "", area=area)
    found = paged(request, filtered(visible_signals(request.user), by), asked)
    return found | {"rows": [_row(one) for one in found["rows"]]}


@router.get(
    "/{id}", response={200: SignalWhole, **REFUSALS}, auth=TokenFor(Scope.SIGNALS_READ), summary="Read a signal"
)
def read_signal(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002  the address
    """One signal, with what was counted, what was expected, and the table versions that it rests on."""
    found = signal_for_reading(request.user, id)
    same = (
        "count", "expected", "p", "recurrence_days", "small_areas", "easting", "northing", "radius_metres", "method",
        "tables",
    )  # fmt: skip
    return _row(found) | {name: found.lead[name] for name in same} | {"engine_version": found.engine_version}


def _row(signal: Signal) -> dict[str, Any]:
    same = (
        "id", "kind", "state", "reason", "place", "first", "last", "evidence", "harm_days", "false_share", "proposed_at"
    )  # fmt: skip
    return {name: getattr(signal, name) for name in same} | {
        "crime_types": signal.types,
        "area": signal.area.code,
        "area_name": signal.area.name,
        "hub": signal.team.name if signal.team else "",
        "neighbours": len(signal.neighbours),
    }
