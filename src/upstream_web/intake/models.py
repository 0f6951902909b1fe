"""Batches of rows that came in from a workbook, and what became of each row."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from upstream_web.files.models import StoredFile
from upstream_web.people.models import User


class SavedMapping(models.Model):
    """Which column holds what, kept under a name for the next workbook of the same kind."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    columns = models.JSONField()
    """Header by field, by part."""
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("kind", "name"), name="mapping_name_once_a_kind")]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """One workbook: uploaded, brought in, perhaps undone. Rows read are always the sum of what became of them."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not brought in yet"
        HELD = "held", "Brought in"
        UNDONE = "undone", "Undone"

    kind = models.CharField(max_length=40)
    name = models.CharField("name of the workbook", max_length=200)
    file = models.OneToOneField(StoredFile, null=True, on_delete=models.SET_NULL, related_name="+")
    sheets = models.JSONField(default=dict)
    """Worksheet by part."""
    columns = models.JSONField(default=dict)
    """Header by field, by part."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batches")
    held_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    already_held = models.PositiveIntegerField(default=0)
    last_event = models.BigIntegerField("the import's own number in the audit log", null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "batches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rows_read=F("accepted") + F("quarantined") + F("already_held")),
                name="batch_rows_are_accounted_for",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", held_at__isnull=True, undone_at__isnull=True, rows_read=0)
                | Q(state="held", held_at__isnull=False, undone_at__isnull=True)
                | Q(state="undone", held_at__isnull=False, undone_at__isnull=False),
                name="batch_state_has_its_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Row(models.Model):
    """One row of a batch and what became of it. The cells of a quarantined row are kept, so that it can be mended."""

    class Fate(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        QUARANTINED = "quarantined", "Quarantined"
        ALREADY_HELD = "already_held", "Already held"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    part = models.CharField(max_length=40)
    number = models.PositiveIntegerField("row of the sheet")
    key = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=300, blank=True)
    fate = models.CharField(max_length=20, choices=Fate.choices)
    reasons = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    cells = models.JSONField(default=list)
    """Header and text in the order of the file, of quarantined rows only."""

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("batch", "part", "number"), name="row_number_once_in_a_part"),
            models.CheckConstraint(condition=~Q(fate="quarantined", reasons=[]), name="quarantined_row_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.batch}, row {self.number}"


class HeldKey(models.Model):
    """The name that another system gives something that came from there and is held here."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    object_id = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="held_keys")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("kind", "key"), name="held_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
