"""Keeping and removing files."""

import hashlib

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.files.checks import checked
from upstream_web.files.models import StoredFile
from upstream_web.people.models import User


@transaction.atomic
def keep_file(*, upload: UploadedFile, owner: models.Model, by: User) -> StoredFile:
    """Check an upload and keep it; it is shown on the history of what owns it."""
    found = checked(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    upload.name = f"{digest.hexdigest()[:32]}.bin"  # nothing of the sender's name reaches the disk
    row = StoredFile.objects.create(
        name=found.name,
        kind=found.kind,
        size=upload.size,
        sha256=digest.hexdigest(),
        content=upload,
        uploaded_at=timezone.now(),
        uploaded_by=by,
    )
    details = {"name": found.name, "size": upload.size, "sha256": row.sha256}
    record(by=by, action="file.added", of=row, parent=owner, details=details)
    return row


@transaction.atomic
def remove_file(*, file: StoredFile, owner: models.Model, by: User) -> None:
    """Remove a file; that it was there, and its digest, stay in the history."""
    record(by=by, action="file.removed", of=file, parent=owner, details={"name": file.name, "sha256": file.sha256})
    name, storage = file.content.name, file.content.storage
    file.delete()
    transaction.on_commit(lambda: storage.delete(name))
