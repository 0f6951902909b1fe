"""Pages of places: the explorer, hot spots, concentration and risky facilities."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import error_list
from upstream_web.explore import changes
from upstream_web.explore.access import look_for_reading, places_for_reading, records_for_exploring
from upstream_web.explore.models import Analysis
from upstream_web.explore.place_forms import FORMS, ExplorerForm
from upstream_web.explore.presenters import (
    LEADS,
    look_title,
    look_words,
    other_ways,
    places_of,
    profile_of_look,
    seen_of,
    title_of,
)

TEMPLATES = {Analysis.Kind.HOT_SPOTS: "explore/hot_spots.jinja"}


def explorer(request: HttpRequest) -> HttpResponse:
    """Counts by small area and month: a map, the same figures as a table, and their course."""
    of = records_for_exploring(request.user)
    form = ExplorerForm(request.GET, areas=of.areas, force=of.force)
    found = look_for_reading(request.user, **form.look) if form.is_valid() else None
    context = {
        "title": look_title(form, of), "form": form, "errors": error_list(form), "found": found,
        "blocks": seen_of(found, form, **look_words(form, of)) if found else [],
        "profile_link": profile_of_look(form) if found else "",
    }  # fmt: skip
    return render(request, "explore/map.jinja", context)


def places(request: HttpRequest, *, kind: str) -> HttpResponse:
    """Hot spots, concentration or risky facilities: the answer where it is kept; a post asks for it."""
    of = records_for_exploring(request.user)
    sent = request.POST if request.method == "POST" else request.GET
    form = FORMS[kind](sent or {"type": "Burglary"}, areas=of.areas, force=of.force)
    asked = form.asked if form.is_valid() else None
    if request.method == "POST" and asked is not None:
        return redirect("runs:run", changes.ask_for(kind=kind, asked=asked, by=request.user).pk)
    found = places_for_reading(request.user, kind, asked) if asked else None
    context = {
        "title": title_of(kind, asked, of.areas, of.force), "lead": LEADS[kind], "kind": kind, "form": form,
        "errors": error_list(form), "asked": asked, "found": found, "blocks": places_of(found),
        **other_ways(asked),
    }  # fmt: skip
    return render(request, TEMPLATES.get(kind, "explore/concentration.jinja"), context)
