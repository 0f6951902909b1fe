"""Deny by default: a page is for people who have signed in, lately, with what their role asks for."""

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from upstream_web.people import access, kept

OPEN_PREFIXES = ("allauth.", "django.contrib.staticfiles", "ninja.")
"""Views of these packages decide for themselves."""

SEEN_EVERY = 60
"""Seconds between two notes of a session's use: a write on every page would cost more than it tells."""


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to people who have not signed in."""
    view.open_to_all = True
    return view


def without_second_step(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to those who still lack the second step that their role asks for."""
    view.without_second_step = True
    return view


class session_limits:  # noqa: N801  a middleware is named like a function
    """End a session that lay unused, or that has lasted long enough. What was typed is kept for the same person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Before any view runs, and after the form's token was checked."""
        if not request.user.is_authenticated:
            return
        now = int(time.time())
        last_login = int(request.user.last_login.timestamp()) if request.user.last_login else 0
        seen = request.session.get("seen_at", last_login)
        began = request.session.get("signed_in_at", last_login)
        if now - seen > settings.SESSION_UNUSED or now - began > settings.SESSION_WHOLE:
            _end(request)
            return
        kept.sent(request)
        if now - seen >= SEEN_EVERY:
            request.session["seen_at"] = now
            request.session.setdefault("signed_in_at", began)
            UserSession.objects.create_from_request(request)


class sign_in_required:  # noqa: N801  a middleware is named like a function
    """Send whoever has not signed in to the sign-in page, and back afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Before any view runs."""
        if getattr(view, "open_to_all", False) or view.__module__.startswith(OPEN_PREFIXES):
            return None
        if request.user.is_authenticated:
            if access.lacks_second_step(request) and not getattr(view, "without_second_step", False):
                return HttpResponseRedirect(reverse("people:second_step"))
            return None
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        return redirect_to_login("/")


def _end(request: HttpRequest) -> None:
    form = kept.typed(request)
    logout(request)
    if form:
        kept.keep(request, form)
    words = "You were signed out because nothing happened for a while, or because the session had lasted a whole shift."
    messages.info(request, f"{words} What you typed is kept: sign in to go on." if form else words)
