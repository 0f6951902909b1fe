"""What every page's template may use."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """The person signed in, whether this is the demonstration, the ground of maps, and the nonce of a script."""
    return {
        "person": request.user if getattr(request, "user", None) and request.user.is_authenticated else None,
        "demo": settings.DEMO,
        "map_tiles": settings.MAP_TILES,
        "map_attribution": settings.MAP_ATTRIBUTION,
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }
