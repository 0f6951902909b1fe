"""The page a person lands on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from upstream_web.design.glossary import glossary
from upstream_web.home.queries import desk, figures_for, reports_for
from upstream_web.home.search import search
from upstream_web.people.access import standing
from upstream_web.people.middleware import open_to_all
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import visible_plans
from upstream_web.problems.presenters import action_tag


def search_page(request: HttpRequest) -> HttpResponse:
    """What has the words typed, as far as it is open to the person."""
    text = request.GET.get("q", "").strip()[:200]
    context = {"title": "Search", "text": text, "found": search(request.user, text) if text else None}
    return render(request, "home/search.jinja", context)


@open_to_all
def words(request: HttpRequest) -> HttpResponse:
    """Terms of art in plain words."""
    context = {"title": "Words used here", "terms": glossary().values()}
    return render(request, "home/words.jinja", context)


def index(request: HttpRequest) -> HttpResponse:
    """What needs this person's attention."""
    context = {
        "title": "Home",
        "desk": desk(request.user, every_action="actions" in request.GET),
        "figures": figures_for(request.user),
        "reports": reports_for(request.user),
        "action_tag": action_tag,
        "may_start": standing(request.user).allows(Permission.PLAN_START),
        "sees_plans": visible_plans(request.user).exists(),
    }
    return render(request, "home/index.jinja", context)
