"""Headers that every answer carries."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A content security policy without inline styles or outside hosts; pages are never kept in shared caches."""

    forms = " ".join(["'self'", *settings.CSP_FORM_ACTION])

    def answer(request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)
        response = get_response(request)
        response.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' 'nonce-{request.csp_nonce}'; style-src 'self'; "
            f"img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action {forms}",
        )
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response

    return answer
