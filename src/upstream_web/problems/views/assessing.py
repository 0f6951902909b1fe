"""Whether a plan worked, from records."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from upstream_web.problems.access import plan_for_assessing
from upstream_web.problems.changes.assessing import ask_to_assess


@require_POST
def assess(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the plan to be assessed from records; what was found before stays."""
    plan, _ = plan_for_assessing(request.user, pk)
    return redirect("runs:run", ask_to_assess(plan=plan, by=request.user).pk)
