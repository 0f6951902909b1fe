"""The problem profile: a page, the same as a PDF, and where a plan of it starts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream.reports.pdf import render_pdf
from upstream_web.design.forms import error_list
from upstream_web.design.sending import file_to_save
from upstream_web.explore import changes
from upstream_web.explore.access import may_start_plans, profile_for_reading, records_for_exploring
from upstream_web.explore.engine.profiles import paper_of, place_of
from upstream_web.explore.models import Analysis
from upstream_web.explore.presenters import LEADS, plan_query, profile_parts, title_of
from upstream_web.explore.profile_forms import ProfileForm


def profile(request: HttpRequest) -> HttpResponse:
    """Everything about a place, types and months; a post asks for it to be worked out."""
    of = records_for_exploring(request.user)
    sent = request.POST if request.method == "POST" else request.GET
    form = ProfileForm(sent, areas=of.areas, force=of.force)
    asked = form.asked if form.is_valid() else None
    if request.method == "POST" and asked is not None:
        return redirect("runs:run", changes.ask_for(kind=Analysis.Kind.PROFILE, asked=asked, by=request.user).pk)
    found = profile_for_reading(request.user, asked) if asked and request.GET else None
    context = {
        "title": title_of(Analysis.Kind.PROFILE, asked if request.GET else None, of.areas, of.force),
        "lead": LEADS[Analysis.Kind.PROFILE], "form": form, "errors": error_list(form) if request.GET else [],
        "asked": asked if request.GET else None, "found": found, "place": place_of(asked) if asked else "",
        "parts": profile_parts(found), "may_start": may_start_plans(request.user),
        "plan_query": plan_query(found) if found else "",
    }  # fmt: skip
    return render(request, "explore/profile.jinja", context)


def profile_pdf(request: HttpRequest) -> HttpResponse:
    """The same as a PDF; that it was taken out is recorded."""
    of = records_for_exploring(request.user)
    form = ProfileForm(request.GET, areas=of.areas, force=of.force)
    found = profile_for_reading(request.user, form.asked) if form.is_valid() else None
    if found is None:
        raise Http404
    paper = paper_of(found.analysis.answer, place_of(found.analysis.asked), small_numbers=found.small_numbers)
    changes.note_paper(analysis=found.analysis, by=request.user)
    return file_to_save(render_pdf(paper), f"problem-profile-{found.analysis.pk}.pdf")
