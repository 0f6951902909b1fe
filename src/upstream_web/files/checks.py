"""Whether an uploaded file may be kept: its size, its name's ending, and what its content really is."""

import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

OFFICE = "application/vnd.openxmlformats-officedocument."
ALLOWED = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".docx": (f"{OFFICE}wordprocessingml.document", b"PK\x03\x04"),
    ".xlsx": (f"{OFFICE}spreadsheetml.sheet", b"PK\x03\x04"),
    ".pptx": (f"{OFFICE}presentationml.presentation", b"PK\x03\x04"),
    ".csv": ("text/csv", b""),
    ".txt": ("text/plain", b""),
}
"""Content type and first bytes by ending. Nothing that a browser would run."""
TEXT = (".csv", ".txt")
UNPACKED_AT_MOST = 200 * 1024 * 1024
"""Bytes that an office file may hold unpacked: more is a bomb."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: a plain name and its content type."""

    name: str
    kind: str


def checked(upload: UploadedFile) -> Checked:
    """The name and type of an upload, or a refusal that says what was given and what is allowed."""
    name = PurePath((upload.name or "").replace("\\", "/")).name[:200]
    ending = PurePath(name).suffix.lower()
    if ending not in ALLOWED:
        raise ValidationError(f"“{name}” is not of an allowed kind. Allowed: {', '.join(sorted(ALLOWED))}.")
    limit = settings.UPLOAD_MAX_BYTES
    if not upload.size:
        raise ValidationError(f"“{name}” is empty.")
    if upload.size > limit:
        given, allowed = upload.size / 1024**2, limit // 1024**2
        raise ValidationError(f"“{name}” has {given:.0f} MB; {allowed} MB are allowed. Make it smaller, or split it.")
    kind, start = ALLOWED[ending]
    head = _head(upload)
    if ending in TEXT:
        _must_be_text(name, head)
    elif not head.startswith(start) or _looks_like_another(head, kind):
        raise ValidationError(f"“{name}” is named {ending} but its content is not. Save it again in that format.")
    if kind.startswith(OFFICE):
        _must_be_office(name, upload.file)
    return Checked(name, kind)


def _head(upload: UploadedFile) -> bytes:
    upload.seek(0)
    head = upload.read(8192)
    upload.seek(0)
    return bytes(head)


def _looks_like_another(head: bytes, kind: str) -> bool:
    found = filetype.guess_mime(head)
    return found is not None and found != kind and not (kind.startswith(OFFICE) and found == "application/zip")


def _must_be_text(name: str, head: bytes) -> None:
    try:
        text = (
            head.decode("utf-8-sig", errors="strict") if len(head) < 8192 else head.decode("utf-8-sig", errors="ignore")
        )
    except UnicodeDecodeError:
        text = head.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise ValidationError(f"“{name}” is named as text but holds other content.")


def _must_be_office(name: str, file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > UNPACKED_AT_MOST:
                raise ValidationError(f"“{name}” unpacks to more than {UNPACKED_AT_MOST // 1024**2} MB.")
            names = {part.filename for part in parts}
    except zipfile.BadZipFile:
        raise ValidationError(f"“{name}” is damaged: it cannot be opened. Save it again.") from None
    finally:
        file.seek(0)
    if "[Content_Types].xml" not in names:
        raise ValidationError(f"“{name}” is a zip, not a document.")
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise ValidationError(f"“{name}” holds macros. Save it without them.")
