"""Pages about people and their access."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from upstream_web.people.access import standing
from upstream_web.people.permissions import WORDS, Permission


def me(request: HttpRequest) -> HttpResponse:
    """One's own account: teams, roles, and what they allow in words."""
    rows = [
        {"membership": m, "allows": [WORDS[Permission(key)] for key in m.role.permissions if key in set(Permission)]}
        for m in standing(request.user).memberships
    ]
    return render(request, "people/me.jinja", {"title": "Your account", "rows": rows})
