"""The page a person lands on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from upstream_web.home.queries import desk
from upstream_web.home.search import search
from upstream_web.people.access import standing
from upstream_web.people.permissions import Permission
from upstream_web.problems.presenters import action_tag


def search_page(request: HttpRequest) -> HttpResponse:
    """What has the words typed, as far as it is open to the person."""
    text = request.GET.get("q", "").strip()[:200]
    context = {"title": "Search", "text": text, "found": search(request.user, text) if text else None}
    return render(request, "home/search.jinja", context)


def index(request: HttpRequest) -> HttpResponse:
    """What needs this person's attention."""
    may_start = standing(request.user).allows(Permission.PLAN_START)
    context = {"title": "Home", "desk": desk(request.user), "action_tag": action_tag, "may_start": may_start}
    return render(request, "home/index.jinja", context)
