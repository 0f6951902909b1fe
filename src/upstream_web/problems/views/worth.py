"""What the worth of a plan is to assume."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import posted
from upstream_web.problems.access import plan_for_assessing
from upstream_web.problems.changes.worth import assume_worth
from upstream_web.problems.engine.worth import quoted_for
from upstream_web.problems.forms.worth import WorthForm, as_said
from upstream_web.problems.questions import help_with
from upstream_web.problems.views.plan import page
from upstream_web.problems.worth import what_it_rests_on


def worth(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the worth is to assume: optimism, costs, prices, cash, and what stands beside it."""
    plan, access = plan_for_assessing(request.user, pk)
    rests = what_it_rests_on(plan)
    first = as_said(rests.said, rests.bearers)
    form = WorthForm(posted(request), initial=first, bearers=rests.bearers, usual_prices=rests.usual_prices)
    if request.method == "POST" and form.is_valid():
        assume_worth(plan=plan, by=request.user, **form.assumed)
        messages.success(request, "What the worth assumes is kept")
        return redirect("problems:assessment", pk)
    context = page(request, plan, access, "assessment")
    context |= {"title": "What the worth assumes", "form": form, "rests": rests, "help": help_with("worth")}
    return render(request, "problems/worth.jinja", context | {"quoted": quoted_for(rests.usual_prices)})
