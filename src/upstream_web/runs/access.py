"""Which runs a person may see: their own, and those of the kinds that their permissions open."""

from django.db.models import Q, QuerySet
from django.http import Http404

from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.runs.kinds import kind, kinds_seen_with
from upstream_web.runs.models import Run


def runs_for_reading(user: User) -> QuerySet[Run]:
    """The runs that the person may see, latest first."""
    held = {permission for permission in Permission if standing(user).allows(permission)}
    return Run.objects.filter(Q(asked_by=user) | Q(kind__in=kinds_seen_with(held))).select_related("asked_by")


def run_for_reading(user: User, pk: int) -> Run:
    """One run; absent and not open to the person look the same."""
    run = runs_for_reading(user).filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


def own_run(user: User, pk: int) -> Run:
    """A run that the person asked for and still may: whose file they may fetch, and which they may ask for again."""
    run = runs_for_reading(user).filter(pk=pk, asked_by=user).first()
    if run is None or not may_still_ask(user, run):
        raise Http404
    return run


def may_still_ask(user: User, run: Run) -> bool:
    """Whether the person may have the work of the run done today; never where no area does such work any more."""
    try:
        return kind(run.kind).may_ask(user, run.parameters)
    except KeyError:
        return False
