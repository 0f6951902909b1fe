"""Pages of places: the explorer and hot spots."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import error_list
from upstream_web.explore import changes
from upstream_web.explore.access import hot_spots_for_reading, look_for_reading, records_for_exploring
from upstream_web.explore.models import Analysis
from upstream_web.explore.place_forms import ExplorerForm, HotSpotForm
from upstream_web.explore.presenters import LEADS, hot_spots_of, look_title, look_words, seen_of, title_of


def explorer(request: HttpRequest) -> HttpResponse:
    """Counts by small area and month: a map, the same figures as a table, and their course."""
    of = records_for_exploring(request.user)
    form = ExplorerForm(request.GET, areas=of.areas, force=of.force)
    found = look_for_reading(request.user, **form.look) if form.is_valid() else None
    context = {
        "title": look_title(form, of), "form": form, "errors": error_list(form), "found": found,
        "blocks": seen_of(found, form, **look_words(form, of)) if found else [],
    }  # fmt: skip
    return render(request, "explore/map.jinja", context)


def hot_spots(request: HttpRequest) -> HttpResponse:
    """Three maps of the same places; a post asks for them to be worked out."""
    of = records_for_exploring(request.user)
    sent = request.POST if request.method == "POST" else request.GET
    form = HotSpotForm(sent or {"type": "Burglary"}, areas=of.areas, force=of.force)
    asked = form.asked if form.is_valid() else None
    if request.method == "POST" and asked is not None:
        return redirect("runs:run", changes.ask_for(kind=Analysis.Kind.HOT_SPOTS, asked=asked, by=request.user).pk)
    found = hot_spots_for_reading(request.user, asked) if asked else None
    context = {
        "title": title_of(Analysis.Kind.HOT_SPOTS, asked, of.areas, of.force), "lead": LEADS[Analysis.Kind.HOT_SPOTS],
        "form": form, "errors": error_list(form), "asked": asked, "found": found, "blocks": hot_spots_of(found),
    }  # fmt: skip
    return render(request, "explore/hot_spots.jinja", context)
