"""Headers that every answer carries, and what a page says when something is refused below it."""

import logging
import secrets
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from upstream.errors import UpstreamError
from upstream_web.design.errors import button_only, records_unreadable, too_much_work
from upstream_web.runs.changes import TooMuchWork

logger = logging.getLogger(__name__)


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A content security policy without inline styles or outside hosts; pages are never kept in shared caches."""

    forms = " ".join(["'self'", *settings.CSP_FORM_ACTION])
    tiles = "/".join(settings.MAP_TILES.split("/")[:3])
    asked = f" {tiles}" if tiles else ""

    def answer(request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)
        response = get_response(request)
        response.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' 'nonce-{request.csp_nonce}'; style-src 'self'; "
            f"img-src 'self' data:{asked}; connect-src 'self'{asked}; object-src 'none'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action {forms}",
        )
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response

    return answer


class Refusals:
    """A page whose records cannot be read (a damaged table, settings that name no force) says so; the log says why.

    The reason may name folders of the server, so it stays in the log. Who asks for too much work at once is told so, as
    is who opens the address of a button, which Django answers with an empty page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            return button_only(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for what the engine or the queue of work refused; anything else goes its way."""
        if isinstance(error, TooMuchWork):
            return too_much_work(request)
        if not isinstance(error, UpstreamError):
            return None
        logger.error("%s cannot be shown: %s", request.path, error.sentence, exc_info=error)
        return records_unreadable(request)
