"""The number in the masthead."""

from django.http import HttpRequest

from upstream_web.notices.queries import unread_count


def unread(request: HttpRequest) -> dict[str, int]:
    """How many notices the person has not read."""
    user = getattr(request, "user", None)
    return {"unread_notices": unread_count(user) if user and user.is_authenticated else 0}
