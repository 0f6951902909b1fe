"""What the records say of a plan: counting them, and what was counted before."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.problems.access import plan_for_counting, plan_for_reading, slice_for_reading
from upstream_web.problems.changes.slices import ask_to_count
from upstream_web.problems.models import Plan
from upstream_web.problems.slices import counting_of, whole_slice
from upstream_web.problems.views.plan import page


@require_POST
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the records of the plan to be counted; what was counted before stays."""
    plan, _ = plan_for_counting(request.user, pk)
    stages = (Plan.Stage.SCANNING, Plan.Stage.ANALYSIS)
    stage = request.POST.get("stage") if request.POST.get("stage") in stages else Plan.Stage.ANALYSIS
    return redirect("runs:run", ask_to_count(plan=plan, stage=stage, by=request.user).pk)


def slices(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that was counted for the plan, newest first."""
    plan, access = plan_for_reading(request.user, pk)
    if not access.whole:
        raise Http404
    rows = plan.slices.select_related("made_by").defer("result")
    context = page(request, plan, access, Plan.Stage.ANALYSIS) | {
        "title": "Counted from records",
        "rows": Paginator(rows, 50).get_page(request.GET.get("page")),
        "counting": counting_of(plan),
    }
    return render(request, "problems/slices.jinja", context)


def slice_page(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """What was counted at one time."""
    plan, access, counted = slice_for_reading(request.user, pk, row)
    context = page(request, plan, access, Plan.Stage.ANALYSIS) | {
        "title": "Counted from records",
        "row": counted,
        "parts": whole_slice(counted, access),
    }
    return render(request, "problems/slice.jinja", context)
