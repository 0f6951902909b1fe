"""A form that was sent after the session had run out is kept on the server and offered again after signing in.

Only for a session that we know: whose it was is certain, and only that person gets the form back.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from upstream_web.people.models import User

MOST = 200_000
"""Characters of typed text that are kept at most."""

_KEY = "kept_form"


def typed(request: HttpRequest) -> dict[str, Any] | None:
    """What a form held, without its token; nothing for a request that is not an ordinary form."""
    if request.method != "POST" or request.content_type not in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    fields = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    if not fields or sum(len(value) for _, value in fields) > MOST:
        return None
    return {"user": request.user.pk, "path": request.get_full_path(), "fields": fields, "files": bool(request.FILES)}


def keep(request: HttpRequest, form: dict[str, Any]) -> None:
    """Keep it in the session of whoever is about to sign in."""
    request.session[_KEY] = form


def is_for(request: HttpRequest, user: User) -> bool:
    """Whether a form of this person is kept; somebody else's is thrown away."""
    form = request.session.get(_KEY)
    if form and form["user"] == user.pk:
        return True
    request.session.pop(_KEY, None)
    return False


def take(request: HttpRequest) -> dict[str, Any] | None:
    """The kept form of the person signed in. It stays until it is sent or thrown away."""
    if not is_for(request, request.user):
        return None
    form = request.session[_KEY]
    return form if url_has_allowed_host_and_scheme(form["path"], allowed_hosts=None) else None


def sent(request: HttpRequest) -> None:
    """Forget it once it is on its way."""
    if request.method == "POST" and request.session.get(_KEY, {}).get("path") == request.get_full_path():
        throw_away(request)


def throw_away(request: HttpRequest) -> None:
    """Forget it."""
    request.session.pop(_KEY, None)
