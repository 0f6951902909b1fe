"""Pages for what went wrong: plain words, and what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not allowed."""
    return render(request, "design/error.jinja", _words(403), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Absent, or not for this person: the two look the same."""
    return render(request, "design/error.jinja", _words(404), status=404)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token does not fit: from another site, or from before the person signed in again."""
    return render(request, "design/error.jinja", _words(400), status=403)


def button_only(request: HttpRequest, allowed: str) -> HttpResponse:
    """An address that only a button opens: typed in, or come back to after signing in again."""
    response = render(request, "design/error.jinja", _words(405), status=405)
    response["Allow"] = allowed
    return response


def too_many(request: HttpRequest) -> HttpResponse:
    """Too many attempts in a short time."""
    return render(request, "design/error.jinja", _words(429), status=429)


def too_much_work(request: HttpRequest) -> HttpResponse:
    """As much long work waits for the person as one may have."""
    title, text = "Too much work is waiting", "Wait until some of what you asked for is done, then ask again."
    return render(request, "design/error.jinja", {"title": title, "text": text}, status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault."""
    return render(request, "design/error.jinja", _words(500), status=500)


def records_unreadable(request: HttpRequest) -> HttpResponse:
    """The engine's store or its settings need an operator."""
    return render(request, "design/error.jinja", _words(503), status=503)


def _words(status: int) -> dict[str, object]:
    title, text = {
        400: (
            "This form is too old",
            "You signed in again since you opened it, or cookies are off. Go back, reload the page and send it again.",
        ),
        405: (
            "A button opens this",
            "Nothing was done. Go back to the page with the button, reload it and press the button again.",
        ),
        429: ("Too many attempts", "Wait a few minutes, then try again."),
        403: ("You cannot do this", "Your role does not allow it. Ask the owner of the page, or your administrator."),
        404: (
            "Page not found",
            "It may have been moved or closed, or it may not be open to you. Check the address, or search for it.",
        ),
        500: (
            "Something went wrong",
            "What you typed may not have been saved. Go back and try again; if it happens again, tell an operator.",
        ),
        503: (
            "The records cannot be read now",
            "Nothing is lost. Tell an operator: the log of the site says what is wrong with the store or its settings.",
        ),
    }[status]
    return {"title": title, "text": text}
