"""How a plan will be judged, designed before it starts and locked."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.places.queries import places_to_treat
from upstream_web.problems.access import PlanAccess, plan_for_assessing
from upstream_web.problems.changes.designing import ask_to_design, lock_design
from upstream_web.problems.designed import designed_on
from upstream_web.problems.forms.design import DesignForm, LockForm
from upstream_web.problems.models import Plan
from upstream_web.problems.queries import usual_design
from upstream_web.problems.views.plan import page


def design(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known before it starts; working it out anew."""
    plan, access = plan_for_assessing(request.user, pk)
    form = _asking(plan, posted(request))
    if request.method == "POST" and form.is_valid():
        return redirect("runs:run", ask_to_design(plan=plan, by=request.user, asked=form.asked).pk)
    return _page(request, plan, access, ask=form)


@require_POST
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock the newest design into the plan."""
    plan, access = plan_for_assessing(request.user, pk)
    row = plan.designs.first()
    if row is None:
        raise Http404
    form = LockForm(request.POST, design=row, plan=plan)
    if form.is_valid():
        try:
            lock_design(plan=plan, by=request.user, row=row, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Locked: this is how the plan will be judged")
            return redirect("problems:assessment", pk)
    return _page(request, plan, access, lock=form)


def _asking(plan: Plan, data: Any) -> DesignForm:
    places, small = places_to_treat(plan.area, plan.small_areas)
    return DesignForm(data, places=places, small_areas=small, initial=usual_design(plan))


def _page(
    request: HttpRequest, plan: Plan, access: PlanAccess, *, ask: DesignForm | None = None, lock: LockForm | None = None
) -> HttpResponse:
    shown = designed_on(plan, access)
    if shown["designed"] and lock is None:
        row = shown["designed"].row
        first = {
            "compared": shown["designed"].proposed,
            "measure": row.result["outcome"][:1].upper() + row.result["outcome"][1:160],
            "months": 12,
            "smallest_effect": row.asked["effect"],
        }
        lock = LockForm(initial=first, design=row, plan=plan)
    context = page(request, plan, access, "assessment") | shown
    context |= {"title": "Design the assessment", "ask": ask or _asking(plan, None), "lock": lock}
    context |= {"form": lock if lock is not None and lock.is_bound else context["ask"]}
    return render(request, "problems/design.jinja", context)
