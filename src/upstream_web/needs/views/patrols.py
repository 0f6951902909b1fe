"""Patrol plans: those there are, a new one, what was delivered, and the sheet of a day."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.design.sending import file_to_save
from upstream_web.needs import changes
from upstream_web.needs.access import (
    PATROL,
    READ,
    areas_for_patrols,
    may_patrol,
    patrol_for_reading,
    patrol_for_recording,
    patrols_seen_by,
    visit_for_withdrawing,
)
from upstream_web.needs.engine.patrols import day_pdf
from upstream_web.needs.patrol_forms import PatrolForm, VisitForm
from upstream_web.needs.patrol_words import day_page, delivered_file, listed, patrol_page
from upstream_web.needs.queries import Patrol, patrol_of
from upstream_web.people.access import only


@only(READ)
def patrols(request: HttpRequest) -> HttpResponse:
    """Patrol plans of the areas in which the person reads signals."""
    rows = listed(patrols_seen_by(request.user))
    context = {"title": "Patrols of hot spots", "rows": rows, "may_plan": may_patrol(request.user)}
    return render(request, "needs/patrols.jinja", context)


@only(PATROL)
def plan_patrol(request: HttpRequest) -> HttpResponse:
    """Ask for a new plan."""
    form = PatrolForm(posted(request), areas=areas_for_patrols(request.user))
    if request.method == "POST" and form.is_valid():
        return redirect("runs:run", changes.ask_for_patrol(asked=form.asked, by=request.user).pk)
    return render(request, "needs/plan_patrol.jinja", {"title": "Plan patrols of hot spots", "form": form})


@only(READ)
def patrol(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan: its places, and what was delivered of what was due."""
    plan = patrol_for_reading(request.user, pk)
    of = patrol_of(plan)
    context = {"title": plan.title, "plan": plan, "of": of, "may_record": may_patrol(request.user, plan.area)}
    return render(request, "needs/patrol.jinja", context | patrol_page(plan, of))


@only(READ)
def delivered(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops planned and made, as a CSV."""
    plan = patrol_for_reading(request.user, pk)
    return file_to_save(delivered_file(patrol_of(plan)), f"patrol-{plan.pk}.csv")


@only(READ)
def sheet(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """The stops of a day, to print and write on."""
    plan = patrol_for_reading(request.user, pk)
    of = patrol_of(plan)
    context = {"title": f"Patrol sheet: {plan.title}", "plan": plan, "day": _day(of, day)}
    return render(request, "needs/patrol_sheet.jinja", context | day_page(of, context["day"]))


@only(READ)
def sheet_pdf(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """The same as a PDF."""
    plan = patrol_for_reading(request.user, pk)
    of = patrol_of(plan)
    on = _day(of, day)
    made = day_pdf(plan.title, on, of.on(on), of.spots, plan.made_at)
    return file_to_save(made, f"patrol-{plan.pk}-{on}.pdf")


@only(READ)
def add_visits(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down stops that were made."""
    plan = patrol_for_recording(request.user, pk)
    form = VisitForm(posted(request), request.FILES or None, plan=plan, spots=tuple(plan.spots.all()))
    if request.method == "POST" and form.is_valid():
        try:
            rows = changes.add_visits(plan=plan, visits=form.visits, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{len(rows)} stop{'' if len(rows) == 1 else 's'} written down")
            return redirect("needs:patrol", pk)
    context = {"title": f"Write down what was done: {plan.title}", "form": form, "plan": plan}
    return render(request, "needs/patrol_visits.jinja", context)


@only(READ)
@require_POST
def withdraw_visit(request: HttpRequest, pk: int, visit: int) -> HttpResponse:
    """Take a stop back."""
    changes.withdraw_visit(visit=visit_for_withdrawing(request.user, pk, visit), by=request.user)
    messages.success(request, "Taken back. The audit log keeps it.")
    return redirect("needs:patrol", pk)


def _day(of: Patrol, text: str) -> dt.date:
    """A day with stops; anything else is not there."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if day not in of.days():
        raise Http404
    return day
