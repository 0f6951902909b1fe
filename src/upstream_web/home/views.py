"""The page a person lands on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def index(request: HttpRequest) -> HttpResponse:
    """What needs this person's attention."""
    return render(request, "home/index.jinja", {"title": "Home"})
