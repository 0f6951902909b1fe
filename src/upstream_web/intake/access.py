"""A batch is open to whoever uploaded it, and to nobody else: its rows may hold what others may not see."""

from django.db.models import QuerySet
from django.http import Http404

from upstream_web.intake.models import Batch
from upstream_web.people.models import User


def own_batches(user: User, kind: str) -> QuerySet[Batch]:
    """The batches that the person uploaded, latest first."""
    return Batch.objects.filter(made_by=user, kind=kind).order_by("-id")


def batch_for_reading(user: User, kind: str, pk: int) -> Batch:
    """One of them; 404 when it is absent or somebody else's."""
    found = own_batches(user, kind).select_related("file", "made_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
