"""Opening a one-time link."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from upstream_web.people import links
from upstream_web.people.middleware import open_to_all


@open_to_all
def link(request: HttpRequest, purpose: str, token: str) -> HttpResponse:
    """What the link opens, and a button: only pressing it uses the link up."""
    try:
        if request.method == "POST":
            return HttpResponseRedirect(links.open(token, purpose, request))
        found = links.find(token, purpose)
    except links.Refused as refused:
        context = {"title": "This link does not open anything any more", "why": refused.why}
        return render(request, "people/link_refused.jinja", context, status=410)
    return render(request, "people/link.jinja", {"title": links.title(found), "link": found})
