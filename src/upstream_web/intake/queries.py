"""Reads of batches and mappings."""

from collections.abc import Iterable

from django.db.models import QuerySet

from upstream_web.intake.models import Batch, HeldKey, Row, SavedMapping


def saved_mappings(kind: str) -> QuerySet[SavedMapping]:
    """Mappings kept for a kind of workbook, latest first."""
    return SavedMapping.objects.filter(kind=kind).order_by("-made_at", "-id")


def held_keys(kind: str, keys: Iterable[str]) -> dict[str, int]:
    """Of some names of another system those that are held, with the object they are held as."""
    return dict(HeldKey.objects.filter(kind=kind, key__in=set(keys)).values_list("key", "object_id"))


def quarantine(batch: Batch) -> QuerySet[Row]:
    """The quarantined rows of a batch, in the order of the file."""
    return batch.rows.filter(fate=Row.Fate.QUARANTINED)
