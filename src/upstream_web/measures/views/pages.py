"""Scorecard, measures, areas, downloads."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.sending import file_to_save
from upstream_web.measures import access, changes, queries
from upstream_web.measures.access import Open
from upstream_web.measures.engine import files
from upstream_web.measures.forms import MonthForm
from upstream_web.measures.presenters import commentary, pages
from upstream_web.people.access import require
from upstream_web.people.permissions import Permission


def of_a_month(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of figures: open for the person, or the page that says they must be worked out first."""

    @wraps(view)
    def answer(request: HttpRequest, month: str, **rest: Any) -> HttpResponse:
        opened = access.figures_for_reading(request.user, month)
        if opened is None:
            return _not_ready(request, month)
        return view(request, opened, **rest)

    return answer


def _not_ready(request: HttpRequest, month: str = "", form: MonthForm | None = None, status: int = 200) -> HttpResponse:
    """What is wanting: the month's calculation, or the records themselves."""
    form = form or MonthForm(initial={"month": month})
    context = {"title": "Performance", "month": month, "form": form, "has_records": queries.has_records()}
    return render(request, "measures/not_ready.jinja", context, status=status)


def index(request: HttpRequest) -> HttpResponse:
    """The scorecard of the latest month that is ready; another month when one was chosen."""
    require(request.user, Permission.MEASURE_READ)
    if request.GET.get("month"):
        form = MonthForm(request.GET)
        if form.is_valid():
            return redirect("measures:scorecard", form.cleaned_data["month"])
    newest = queries.newest_calculation()
    return redirect("measures:scorecard", newest.month) if newest is not None else _not_ready(request)


@require_POST
def calculate(request: HttpRequest) -> HttpResponse:
    """Ask for the measures to a month to be worked out."""
    require(request.user, Permission.MEASURE_READ)
    form = MonthForm(request.POST)
    if not queries.has_records():
        return _not_ready(request, status=409)
    if not form.is_valid():
        return _not_ready(request, form=form, status=422)
    return redirect("runs:run", changes.ask_for_month(month=form.cleaned_data["month"], by=request.user).pk)


@of_a_month
def scorecard(request: HttpRequest, opened: Open) -> HttpResponse:
    """Every measure of the scorecard, by objective."""
    pack = access.pack_for_reading(opened, request.GET.get("pack", ""))
    context = pages.frame(opened, "Scorecard", queries.months_ready()) | pages.scorecard(opened, pack)
    return render(request, "measures/scorecard.jinja", context)


@of_a_month
def measure(request: HttpRequest, opened: Open, key: str) -> HttpResponse:
    """One measure: figure, chart, signals, changes, what it rests on."""
    key = access.measure_for_reading(opened, key)
    title = opened.figures.bindings[key].definition.title
    written = queries.commentary_on(key, opened.month)
    context = pages.frame(opened, title, queries.months_ready()) | pages.measure(opened, key, written)
    context |= {"commentary": commentary.shown(opened, key, written)}
    return render(request, "measures/measure.jinja", context)


@of_a_month
def area(request: HttpRequest, opened: Open, code: str) -> HttpResponse:
    """Every measure of one area."""
    code = access.area_for_reading(opened, code)
    context = pages.frame(opened, opened.figures.areas[code], queries.months_ready()) | pages.area(opened, code)
    return render(request, "measures/area.jinja", context)


@of_a_month
def compare(request: HttpRequest, opened: Open, key: str) -> HttpResponse:
    """One measure in every area, with what chance allows."""
    key = access.measure_for_reading(opened, key)
    title = f"{opened.figures.bindings[key].definition.title}: areas compared"
    context = pages.frame(opened, title, queries.months_ready()) | pages.compare(opened, key)
    return render(request, "measures/compare.jinja", context)


@of_a_month
def download(request: HttpRequest, opened: Open, key: str, kind: str) -> HttpResponse:
    """One measure as a file, every figure with its source."""
    key, kind = access.measure_for_reading(opened, key), access.kind_of_file(kind)
    made = files.measure_file(opened.figures, key, kind)
    return file_to_save(made, f"{key.replace('@', '-')}-{opened.month}.{kind}")
