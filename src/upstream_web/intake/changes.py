"""Writes to batches: keeping a workbook, its mapping, what became of its rows, an undo."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.files.changes import keep_file
from upstream_web.intake.judged import Judged, counted
from upstream_web.intake.models import Batch, HeldKey, Row, SavedMapping
from upstream_web.people.models import User

State = Batch.State


@transaction.atomic
def keep_workbook(*, kind: str, upload: UploadedFile, by: User) -> Batch:
    """Keep a workbook; nothing of it is brought in yet."""
    batch = Batch.objects.create(kind=kind, name="", made_at=timezone.now(), made_by=by)
    batch.file = keep_file(upload=upload, owner=batch, by=by)
    batch.name = batch.file.name
    batch.save(update_fields=["file", "name"])
    record(by=by, action="workbook.uploaded", of=batch, details={"kind": kind})
    return batch


@transaction.atomic
def map_columns(
    *, batch: Batch, by: User, sheets: Mapping[str, str], columns: Mapping[str, Mapping[str, str]], save_as: str = ""
) -> Batch:
    """Say which column holds what; under a name, it is kept for the next workbook too."""
    batch = _waiting(batch)
    before = {"sheets": batch.sheets, "columns": batch.columns}
    batch.sheets, batch.columns = dict(sheets), {part: dict(found) for part, found in columns.items()}
    batch.save(update_fields=["sheets", "columns"])
    after = {"sheets": batch.sheets, "columns": batch.columns}
    if save_as:
        values = {"columns": batch.columns, "made_at": timezone.now(), "made_by": by}
        SavedMapping.objects.update_or_create(kind=batch.kind, name=save_as, defaults=values)
    details = {"kept as": save_as} if save_as else {}
    record(by=by, action="workbook.mapped", of=batch, before=before, after=after, details=details)
    return batch


@transaction.atomic
def hold_rows(*, batch: Batch, by: User, rows: Iterable[Judged], held: Mapping[str, int]) -> Batch:
    """Keep what became of each row; called last by whoever made the accepted ones, in the same transaction.

    held : object by the name that its old system gives it
    """
    batch = _waiting(batch)
    rows = list(rows)
    Row.objects.bulk_create(
        [
            Row(
                batch=batch,
                part=row.part,
                number=row.number,
                key=row.key[:200],
                label=row.label[:300],
                fate=row.fate,
                reasons=list(row.reasons),
                notes=list(row.notes),
                cells=list(row.cells.items()) if row.fate == Row.Fate.QUARANTINED else [],
            )
            for row in rows
        ],
        batch_size=500,
    )
    HeldKey.objects.bulk_create(
        HeldKey(kind=batch.kind, key=key, object_id=pk, batch=batch) for key, pk in held.items()
    )
    count = counted(rows)
    for name in ("rows_read", "accepted", "quarantined", "already_held"):
        setattr(batch, name, getattr(count, name))
    batch.state, batch.held_at = State.HELD, timezone.now()
    details = {name: getattr(count, name) for name in ("rows_read", "accepted", "quarantined", "already_held")}
    batch.last_event = record(by=by, action="workbook.brought_in", of=batch, details=details).pk
    batch.save()
    return batch


@transaction.atomic
def release_rows(*, batch: Batch, by: User) -> Batch:
    """Mark a batch as undone, so that its rows may come in again; its rows and counts stay to be read."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != State.HELD:
        raise ValidationError("The workbook is not brought in, so there is nothing to undo.")
    batch.held_keys.all().delete()
    batch.state, batch.undone_at = State.UNDONE, timezone.now()
    batch.save(update_fields=["state", "undone_at"])
    record(by=by, action="workbook.undone", of=batch)
    return batch


def _waiting(batch: Batch) -> Batch:
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != State.WAITING:
        raise ValidationError("The workbook is brought in already. Upload it again to bring in what is new.")
    return batch
