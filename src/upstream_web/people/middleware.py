"""Deny by default: a page is for people who have signed in unless its view says otherwise."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

OPEN_PREFIXES = ("allauth.", "django.contrib.staticfiles")
"""Views of these packages decide for themselves."""


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to people who have not signed in."""
    view.open_to_all = True
    return view


class sign_in_required:  # noqa: N801  a middleware is named like a function
    """Send whoever has not signed in to the sign-in page, and back afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Before any view runs."""
        if (
            request.user.is_authenticated
            or getattr(view, "open_to_all", False)
            or view.__module__.startswith(OPEN_PREFIXES)
        ):
            return None
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        return redirect_to_login("/")
