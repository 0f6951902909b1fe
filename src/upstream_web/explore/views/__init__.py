"""Pages of patterns in the records: what is kept is shown at once, what is not is asked for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import error_list
from upstream_web.explore import changes, queries
from upstream_web.explore.access import analysis_for_reading, records_for_exploring
from upstream_web.explore.forms import AskForm
from upstream_web.explore.models import Analysis
from upstream_web.explore.presenters import LEADS, blocks_of, profile_of_days, query_of, title_of


def index(request: HttpRequest) -> HttpResponse:
    """What can be looked into, and what was lately."""
    of = records_for_exploring(request.user)
    rows = [(one, title_of(one.kind, one.asked, of.areas, of.force), query_of(one.asked)) for one in queries.latest()]
    context = {"title": "Explore", "of": of, "kinds": [(kind, LEADS[kind]) for kind in Analysis.Kind], "latest": rows}
    return render(request, "explore/index.jinja", context)


def analysis(request: HttpRequest, *, kind: str) -> HttpResponse:
    """One kind of analysis: its form, and the answer where it is kept; a post asks for it."""
    of = records_for_exploring(request.user)
    sent = request.POST if request.method == "POST" else request.GET
    form = AskForm(sent or None, kind=kind, of=of)
    asked = form.asked if form.is_valid() else None
    if request.method == "POST" and asked is not None:
        return redirect("runs:run", changes.ask_for(kind=kind, asked=asked, by=request.user).pk)
    found = analysis_for_reading(request.user, kind, asked) if asked is not None else None
    context = {
        "title": title_of(kind, asked, of.areas, of.force), "lead": LEADS[kind], "kind": kind, "form": form, "of": of,
        "errors": error_list(form) if form.is_bound else [], "asked": asked, "found": found,
        "blocks": blocks_of(found), "profile_link": profile_of_days(found),
    }  # fmt: skip
    return render(request, "explore/analysis.jinja", context)
