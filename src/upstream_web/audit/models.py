"""The audit log: what was done, by whom, to what. Values only, no foreign keys: it outlives what it tells of."""

from django.db import models


class AuditEvent(models.Model):
    """One thing that somebody did or read. Rows are only ever added: the database itself refuses anything else."""

    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80)
    object_name = models.CharField(max_length=300, blank=True)
    parent_type = models.CharField(max_length=80, blank=True)
    parent_id = models.CharField(max_length=80, blank=True)
    details = models.JSONField(default=dict)
    """Old and new values by field, or the purpose of a reading."""

    class Meta:
        indexes = (
            models.Index(fields=("object_type", "object_id", "id"), name="audit_of_object"),
            models.Index(fields=("parent_type", "parent_id", "id"), name="audit_of_parent"),
            models.Index(fields=("by_id", "id"), name="audit_by_person"),
            models.Index(fields=("at",), name="audit_at"),
        )

    def __str__(self) -> str:
        if self.pk is None:
            return "the audit log"  # as the object of a reading of the log itself
        return f"{self.action} {self.object_type} {self.object_id} by {self.by_name}"


class AuditSeal(models.Model):
    """A link of the hash chain: the digest of a run of events and of the seal before it."""

    number = models.PositiveBigIntegerField(unique=True)
    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField()
    events = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal {self.number}: {self.digest}"
