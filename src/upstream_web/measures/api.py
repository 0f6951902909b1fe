"""Measures for programs: the figures that the pages print, with what they rest on."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field, StringConstraints

from upstream_web.measures import access, queries
from upstream_web.measures.access import Open
from upstream_web.measures.engine.files import printed_of
from upstream_web.people.access import require
from upstream_web.people.permissions import Permission
from upstream_web.programs.errors import REFUSALS
from upstream_web.programs.models import Scope
from upstream_web.programs.paging import PageOf, Paging, paged
from upstream_web.programs.tokens import TokenFor

router = Router(tags=["Measures"])
Month = Annotated[str, StringConstraints(pattern=r"^((19|20|21)[0-9]{2}-(0[1-9]|1[0-2]))?$")]
Key = Annotated[str, StringConstraints(max_length=80, pattern=r"^[a-z0-9_@]+$")]
NOT_READY = "The measures to that month have not been calculated. Somebody who reads them can do it on the site."
NO_RECORDS = "No records are held yet, so there are no measures."


class MeasureRow(Schema):
    """A measure."""

    key: str
    title: str
    question: str
    pack: str
    months: list[str]


class MeasurePage(PageOf):
    rows: list[MeasureRow]


class FigureRow(Schema):
    """One figure as the pages print it; no value where it is not held, not known or kept back."""

    area: str
    period: str
    quantity: str
    value: float | None
    unit: str
    text: str
    tables: dict[str, int]


class FigurePage(PageOf):
    rows: list[FigureRow]


class FiguresAsked(Paging):
    month: Annotated[Month, Field(description="As 2026-03; the latest that is ready when left out.")] = ""


@router.get("", response={200: MeasurePage, **REFUSALS}, auth=TokenFor(Scope.MEASURES_READ), summary="List measures")
def list_measures(request: HttpRequest, asked: Query[FiguresAsked]) -> dict[str, Any]:
    """The measures that are ready to a month, and the months that are ready."""
    opened, months = _opened(request, asked.month), queries.months_ready()
    of = [one.definition for one in opened.figures.bindings.values() if one.definition.kind != "page"]
    found = paged(request, of, asked)
    rows = [
        {"key": one.key, "title": one.title, "question": one.question, "pack": one.pack, "months": months}
        for one in found["rows"]
    ]
    return found | {"rows": rows}


@router.get(
    "/{key}/figures",
    response={200: FigurePage, **REFUSALS},
    auth=TokenFor(Scope.MEASURES_READ),
    summary="Read the figures of a measure",
)
def list_figures(request: HttpRequest, key: Key, asked: Query[FiguresAsked]) -> dict[str, Any]:
    """Every figure of a measure's page, with the versions of the tables that it was counted from."""
    opened = _opened(request, asked.month)
    found = paged(request, printed_of(opened.figures, access.measure_for_reading(opened, key)), asked)
    rows = [
        {
            "area": one.source.area,
            "period": one.source.period,
            "quantity": one.source.quantity,
            "value": one.value,
            "unit": one.unit,
            "text": one.text,
            "tables": dict(one.source.tables),
        }
        for one in found["rows"]
    ]
    return found | {"rows": rows}


def _opened(request: HttpRequest, month: str) -> Open:
    require(request.user, Permission.MEASURE_READ)
    newest = None if month else queries.newest_calculation()
    opened = access.figures_for_reading(request.user, month or (newest.month if newest else "1900-01"))
    if opened is None:
        raise HttpError(404, NOT_READY if queries.has_records() else NO_RECORDS)
    return opened
