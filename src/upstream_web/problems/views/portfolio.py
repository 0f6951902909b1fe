"""What came of all plans: what worked where, what it was worth, what is not known, what is overdue."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from upstream_web.design.sending import file_to_stream
from upstream_web.people.access import recently_signed_in
from upstream_web.places.queries import areas_with_plans
from upstream_web.problems.access import Portfolio, portfolio_open_to
from upstream_web.problems.changes.papers import note_list
from upstream_web.problems.models import Marking
from upstream_web.problems.portfolio import as_csv, came_of, counts_of, due_as_csv
from upstream_web.problems.portfolio_answer import in_a_sentence, picture_of, words_that_occur
from upstream_web.problems.queries import Due, newest_assessed, not_known, overdue_assessments

PAGE = 25
MOST_OVERDUE = 20
AT_A_TIME = 100
"""Rows of the file read at once: each holds a whole answer."""


def portfolio(request: HttpRequest) -> HttpResponse:
    """Answers, counts, unknowns and what is overdue, of the plans of which the person may see what came."""
    opened, area = _opened(request)
    whole = _read_whole(opened)
    page = Paginator(newest_assessed(opened.plans), PAGE).get_page(request.GET.get("page"))
    overdue = overdue_assessments(opened.plans, timezone.localdate())
    rows = list(came_of(page, whole, [row.plan_id for row in page]))
    counts = counts_of(newest_assessed(opened.plans), whole)
    context = {
        "title": "What worked, where",
        "page": page,
        "rows": rows,
        "counts": counts,
        "words": words_that_occur(counts),
        "answer": in_a_sentence(counts, len(overdue)) if counts.whole.plans else "",
        "picture": picture_of(rows),
        "overdue": overdue[:MOST_OVERDUE],
        "whole": whole,
        "late": len(overdue),
        "unknown": not_known(opened.plans, len(overdue)),
        "areas": areas_with_plans(),
        "area": area,
        "reads_all": not opened.plans.exclude(pk__in=whole).exists(),
    }
    return render(request, "problems/portfolio.jinja", context)


def results_csv(request: HttpRequest) -> HttpResponse:
    """Every answer as CSV."""
    opened, _ = _opened(request)
    rows = newest_assessed(opened.plans)
    marked = rows.filter(plan__marking=Marking.SENSITIVE).count()
    send = _marked_file if marked else _file
    came = came_of(rows.iterator(AT_A_TIME), _read_whole(opened), opened.plans.order_by().values("pk"))
    return send(request, "results", rows.count(), marked, as_csv(came))


def overdue_csv(request: HttpRequest) -> HttpResponse:
    """Every overdue assessment as CSV."""
    opened, _ = _opened(request)
    rows: list[Due] = overdue_assessments(opened.plans, timezone.localdate())
    marked = sum(1 for one in rows if one.plan.marking == Marking.SENSITIVE)
    send = _marked_file if marked else _file
    return send(request, "overdue", len(rows), marked, due_as_csv(rows))


def _file(request: HttpRequest, name: str, plans: int, marked: int, lines: Iterable[str]) -> StreamingHttpResponse:
    """The file, once it is recorded that it leaves the site."""
    note_list(by=request.user, kind=f"{name} csv", plans=plans, marked=marked)
    return file_to_stream(lines, f"{name}.csv")


_marked_file = recently_signed_in(_file)


def _opened(request: HttpRequest) -> tuple[Portfolio, Any]:
    opened = portfolio_open_to(request.user)
    code = request.GET.get("area", "")
    area = areas_with_plans().filter(code=code).first() if code else None
    if area is None:
        return opened, None
    return Portfolio(*(one.filter(area__path__startswith=area.path) for one in (opened.plans, opened.whole))), area


def _read_whole(opened: Portfolio) -> frozenset[int]:
    return frozenset(opened.whole.values_list("pk", flat=True))
