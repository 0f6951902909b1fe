"""Long answers by the page."""

from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Schema
from ninja.errors import HttpError
from pydantic import Field

LARGEST = 100


class Paging(Schema):
    """Which page of an answer."""

    page: Annotated[int, Field(ge=1, le=1_000_000, description="From 1 on.")] = 1
    size: Annotated[int, Field(ge=1, le=LARGEST, description="Rows a page.")] = 25


class PageOf(Schema):
    """What every page has beside its rows.

    count : rows of all pages
    next : address of the next page; null on the last
    """

    count: int
    next: str | None


def paged(request: HttpRequest, rows: Any, paging: Paging) -> dict[str, Any]:
    """One page of the rows; empty beyond the last."""
    _refuse_unknown(request, paging)
    paginator = Paginator(rows, paging.size)
    beyond = paging.page > paginator.num_pages
    query = request.GET.copy()
    query["page"] = str(paging.page + 1)
    more = paging.page < paginator.num_pages
    return {
        "count": paginator.count,
        "next": f"{request.path}?{query.urlencode()}" if more else None,
        "rows": [] if beyond else list(paginator.page(paging.page)),
    }


def _refuse_unknown(request: HttpRequest, paging: Paging) -> None:
    """A filter that is misspelt must not quietly give everything."""
    allowed = type(paging).model_fields
    unknown = sorted(set(request.GET) - set(allowed))
    if unknown:
        raise HttpError(422, f"Not a filter here: {', '.join(unknown)[:200]}. There are {', '.join(allowed)}.")
