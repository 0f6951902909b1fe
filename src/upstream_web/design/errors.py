"""Pages for what went wrong: plain words, and what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not allowed."""
    return render(request, "design/error.jinja", _words(403), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Absent, or not for this person: the two look the same."""
    return render(request, "design/error.jinja", _words(404), status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault."""
    return render(request, "design/error.jinja", _words(500), status=500)


def _words(status: int) -> dict[str, object]:
    title, text = {
        403: ("You cannot do this", "Your role does not allow it. Ask the owner of the page, or your administrator."),
        404: (
            "Page not found",
            "It may have been moved or closed, or it may not be open to you. Check the address, or search for it.",
        ),
        500: (
            "Something went wrong",
            "What you typed may not have been saved. Go back and try again; if it happens again, tell an operator.",
        ),
    }[status]
    return {"title": title, "text": text}
