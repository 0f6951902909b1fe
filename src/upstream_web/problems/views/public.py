"""What the public reads of plans, and the supervisor's approval of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.people.middleware import open_to_all
from upstream_web.problems.access import plan_for_supervising, published_summaries, summary_for_public
from upstream_web.problems.changes.public import approve_summary, withdraw_summary
from upstream_web.problems.forms.plans import PublicSummaryForm
from upstream_web.problems.questions import help_with
from upstream_web.problems.views.plan import page


@open_to_all
def summaries(request: HttpRequest) -> HttpResponse:
    """Every published summary, newest first."""
    rows = Paginator(published_summaries(), 25).get_page(request.GET.get("page"))
    return render(request, "problems/public_list.jinja", {"title": "Problems we work on", "rows": rows})


@open_to_all
def summary(request: HttpRequest, ref: str) -> HttpResponse:
    """One published summary."""
    row = summary_for_public(ref)
    return render(request, "problems/public.jinja", {"title": row.title, "row": row})


def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """A supervisor reads the summary and publishes it."""
    plan, access = plan_for_supervising(request.user, pk)
    form = PublicSummaryForm(posted(request), initial={"title": plan.title, "text": plan.public_summary})
    if request.method == "POST" and form.is_valid():
        try:
            approve_summary(
                plan=plan, by=request.user, title=form.cleaned_data["title"], text=form.cleaned_data["text"]
            )
        except ValidationError as error:
            form.add_error("text", error)
        else:
            messages.success(request, "The summary is public")
            return redirect("problems:overview", pk)
    context = page(request, plan, access, "overview") | {
        "title": "Public summary",
        "help": help_with("public"),
        "form": form,
        "held": plan.public_summaries.filter(withdrawn_at__isnull=True).select_related("approved_by").first(),
    }
    return render(request, "problems/public_form.jinja", context)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A supervisor takes the summary off."""
    plan, _ = plan_for_supervising(request.user, pk)
    withdraw_summary(plan=plan, by=request.user)
    messages.success(request, "The summary is no longer public")
    return redirect("problems:overview", pk)
