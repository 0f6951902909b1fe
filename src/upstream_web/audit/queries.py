"""Reading the audit log."""

from django.db import models
from django.db.models import QuerySet

from upstream_web.audit.models import AuditEvent


def history_of(obj: models.Model) -> QuerySet[AuditEvent]:
    """What happened to an object and to all that belongs to it, latest first."""
    label, key = obj._meta.label_lower, str(obj.pk)
    of_itself = models.Q(object_type=label, object_id=key)
    return AuditEvent.objects.filter(of_itself | models.Q(parent_type=label, parent_id=key)).order_by("-id")


def done_by(person_id: int) -> QuerySet[AuditEvent]:
    """What a person did and read, latest first."""
    return AuditEvent.objects.filter(by_id=person_id).order_by("-id")
