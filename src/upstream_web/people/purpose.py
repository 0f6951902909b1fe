"""Why somebody reads what is sensitive: asked once an hour, kept with every reading in the audit log."""

import time
from collections.abc import Callable
from functools import wraps

from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

ASKED_EVERY = 60 * 60
_SESSION = "stated_purpose"


class Purpose(models.TextChoices):
    """Reasons that count."""

    WORK = "work", "Work on a plan or case of mine"
    SUPERVISION = "supervision", "Supervision or review of other people's work"
    CHECK = "check", "Routine check of the audit log"
    COMPLAINT = "complaint", "A complaint or a conduct matter"
    RIGHTS = "rights", "Somebody's request about their own data"
    INSPECTION = "inspection", "Inspection or scrutiny"


def state(request: HttpRequest, purpose: str, reference: str) -> None:
    """Keep the reason for the next hour of this session."""
    words = Purpose(purpose).label + (f" ({reference})" if reference else "")
    request.session[_SESSION] = {"words": words, "at": int(time.time())}


def stated(request: HttpRequest) -> str:
    """The reason that holds now, in words; empty for none."""
    kept = request.session.get(_SESSION)
    return kept["words"] if kept and time.time() - kept["at"] < ASKED_EVERY else ""


def purpose_stated(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Before a sensitive page: ask why, unless it was asked within the hour. The page records the reading with it."""

    @wraps(view)
    def asking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if stated(request):
            return view(request, *args, **kwargs)
        query = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('people:state_purpose')}?{query}")

    return asking
