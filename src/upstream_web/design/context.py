"""What every page's template may use."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """The person signed in, whether this is the demonstration, and the nonce of the page's one script."""
    return {
        "person": request.user if getattr(request, "user", None) and request.user.is_authenticated else None,
        "demo": settings.DEMO,
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }
