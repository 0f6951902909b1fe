"""Folders, single files and zips as a list of files to read. A zip from outside is hostile input.

Nothing in a zip decides where anything is written: members are copied, one at a time, to numbered files in a workspace
that is removed afterwards. Limits stop a member or a whole zip that unpacks to far more than it should.
"""

from __future__ import annotations

import errno
import itertools
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from upstream.errors import BadInput

MOST_MEMBERS: Final = 50_000
"""A national archive of three years holds about 5,000 files."""

MOST_BYTES: Final = 64 * 2**30
"""All members of a zip together, unpacked; three years of the whole country are about 5 GiB."""

HIGHEST_RATIO: Final = 200
"""Unpacked bytes for each packed byte. Crime files compress 3 to 20 times; a bomb a thousand times and more."""

RATIO_COUNTS_FROM: Final = 2**20
"""A member smaller than this may compress better: it can do no harm."""

CHUNK: Final = 2**20

_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A CSV file on disk to be read.

    Attributes
    ----------
    name
        For messages: the path as given, or "zip name: member".
    base_name
        Last part of the name, which says force, month and kind on data.police.uk.
    path
        Where it lies.
    """

    name: str
    base_name: str
    path: Path


def source_files(paths: Sequence[Path], workspace: Path) -> Iterator[SourceFile]:
    """Every CSV file in these folders, zips and files, in name order; zip members are unpacked into ``workspace``.

    Raises
    ------
    BadInput
        A path is not there, holds no CSV file, or is a zip that is damaged or hostile.
    """
    numbers = itertools.count()
    for path in paths:
        found = False
        for file in _below(path):
            inside = _members(file, workspace, numbers) if file.suffix.lower() == ".zip" else _single(file, path)
            for source in inside:
                found = True
                yield source
        if not found:
            raise BadInput(f"{path} holds no CSV file.", allowed="a folder, zip or CSV file from data.police.uk")


def _below(path: Path) -> list[Path]:
    if path.is_dir():
        wanted = {".csv", ".zip"}
        return sorted(file for file in path.rglob("*") if file.suffix.lower() in wanted and file.is_file())
    if not path.is_file():
        raise BadInput(f"{path} is not there.", allowed="a folder, zip or CSV file", remedy="Check the path.")
    if path.suffix.lower() not in {".csv", ".zip"}:
        raise BadInput(f"{path} is not a CSV file or a zip.", allowed="a folder, .zip or .csv")
    return [path]


def _single(file: Path, given: Path) -> list[SourceFile]:
    name = str(file.relative_to(given)) if given.is_dir() else file.name
    return [SourceFile(name=name, base_name=file.name, path=file)]


def _members(file: Path, workspace: Path, numbers: Iterator[int]) -> Iterator[SourceFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_directory(file, archive)
            wanted = [member for member in archive.infolist() if member.filename.lower().endswith(".csv")]
            for member in sorted(wanted, key=lambda item: item.filename):
                target = workspace / f"member_{next(numbers)}.csv"
                _unpack(file, archive, member, target)
                base = PurePosixPath(member.filename).name
                yield SourceFile(name=f"{file.name}: {member.filename}", base_name=base, path=target)
    except OSError as error:
        if error.errno != errno.EINVAL:  # an offset that lies before the file; anything else is the disk's
            raise
        raise _incomplete(file, error) from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, struct.error, RuntimeError) as error:
        raise _incomplete(file, error) from error


def _check_directory(file: Path, archive: zipfile.ZipFile) -> None:
    """Refuse by the zip's own list what would be refused anyway, before anything is unpacked."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise _hostile(file, f"holds {len(members):,} files", f"up to {MOST_MEMBERS:,} files")
    seen: set[str] = set()
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if member.filename.startswith(("/", "\\")) or ".." in parts or (parts and ":" in parts[0]):
            raise _hostile(file, f"holds {member.filename!r}, which points outside it", "plain names below the zip")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _hostile(file, f"holds the link {member.filename!r}", "plain files")
        if member.flag_bits & _ENCRYPTED:
            raise _hostile(file, f"holds {member.filename!r}, which is encrypted", "zips without a password")
        if member.filename.lower().endswith(".zip"):
            raise _hostile(file, f"holds another zip, {member.filename!r}", "CSV files in a zip, no zips in it")
        key = "/".join(parts).casefold()
        if key in seen:
            raise _hostile(file, f"holds {member.filename!r} twice", "each file once")
        seen.add(key)
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise _hostile(file, f"unpacks to {total / 2**30:,.0f} GiB", f"up to {MOST_BYTES // 2**30} GiB")


def _unpack(file: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Copy one member, stopping as soon as it is larger than it said or than its packed size can explain."""
    written = 0
    with archive.open(member) as packed, target.open("wb") as out:
        for block in _blocks(packed):
            written += len(block)
            if written > RATIO_COUNTS_FROM and written > HIGHEST_RATIO * max(member.compress_size, 1):
                raise _hostile(
                    file,
                    f"unpacks {member.filename!r} to more than {HIGHEST_RATIO} times its packed size",
                    f"up to {HIGHEST_RATIO} times",
                )
            out.write(block)
    if written != member.file_size:
        raise zipfile.BadZipFile(f"{member.filename} ends after {written:,} of {member.file_size:,} bytes")


def _blocks(handle: IO[bytes]) -> Iterator[bytes]:
    while block := handle.read(CHUNK):
        yield block


def _incomplete(file: Path, error: Exception) -> BadInput:
    return BadInput(
        f"{file.name} is not a complete zip: {error}.", remedy="Download it again; nothing of it was added."
    )


def _hostile(file: Path, what: str, allowed: str) -> BadInput:
    return BadInput(f"{file.name} {what}.", allowed=allowed, remedy="Nothing of it was added.")
