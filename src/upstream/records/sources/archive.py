"""Folders, single files, zips and gzips as a list of files to read. What is packed outside is hostile input.

Nothing in a zip decides where anything is written: members are copied, one at a time, to numbered files in a workspace
that is removed afterwards. Limits stop a member or a whole zip that unpacks to far more than it should.
"""

from __future__ import annotations

import errno
import gzip
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
_PACKED_CSV: Final = ".csv.gz"
_SYSTEM_FILES: Final = frozenset({"thumbs.db", "desktop.ini"})


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


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found.

    Attributes
    ----------
    files
        Every CSV file, in name order.
    left_out
        Names of files that are no CSV files and are not read; what operating systems leave beside files is not named.
    """

    files: tuple[SourceFile, ...]
    left_out: tuple[str, ...]


def source_files(paths: Sequence[Path], workspace: Path) -> Sources:
    """Every CSV file in these folders, zips and files; what is packed is unpacked into ``workspace``.

    Raises
    ------
    BadInput
        A path is not there, holds no CSV file, or is a zip or gzip that is damaged or hostile.
    """
    numbers = itertools.count()
    files: list[SourceFile] = []
    left_out: list[str] = []
    for path in paths:
        before = len(files)
        for file in _below(path, left_out):
            if file.suffix.lower() == ".zip":
                files += _members(file, workspace, numbers, left_out)
            else:
                files.append(_single(file, path, workspace, numbers))
        if len(files) == before:
            raise BadInput(f"{path} holds no CSV file.", allowed="a folder, zip or CSV file from data.police.uk")
    return Sources(tuple(files), tuple(left_out))


def _is_read(name: str) -> bool:
    return name.lower().endswith((".csv", ".zip", _PACKED_CSV))


def _of_the_system(parts: Sequence[str]) -> bool:
    """Whether an operating system left the file: hidden files, and what a Mac packs beside each file."""
    return parts[-1].startswith(".") or "__MACOSX" in parts or parts[-1].casefold() in _SYSTEM_FILES


def _below(path: Path, left_out: list[str]) -> list[Path]:
    """The files to read at or below a path; names of others go to ``left_out``."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        files = [file for file in files if not _of_the_system(file.relative_to(path).parts)]
        left_out += [str(file.relative_to(path)) for file in files if not _is_read(file.name)]
        return [file for file in files if _is_read(file.name)]
    if not path.is_file():
        raise BadInput(f"{path} is not there.", allowed="a folder, zip or CSV file", remedy="Check the path.")
    if not _is_read(path.name):
        raise BadInput(f"{path} is not a CSV file or a zip.", allowed="a folder, .csv.gz, .zip or .csv")
    return [path]


def _single(file: Path, given: Path, workspace: Path, numbers: Iterator[int]) -> SourceFile:
    name = str(file.relative_to(given)) if given.is_dir() else file.name
    if not file.name.lower().endswith(_PACKED_CSV):
        return SourceFile(name=name, base_name=file.name, path=file)
    target = workspace / f"member_{next(numbers)}.csv"
    try:
        with gzip.open(file) as packed:
            _copy(packed, target, file.stat().st_size, file, file.name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _incomplete(file, error) from error
    return SourceFile(name=name, base_name=file.name[: -len(".gz")], path=target)


def _members(file: Path, workspace: Path, numbers: Iterator[int], left_out: list[str]) -> list[SourceFile]:
    found = []
    try:
        with zipfile.ZipFile(file) as archive:
            _check_directory(file, archive)
            for member in sorted(archive.infolist(), key=lambda item: item.filename):
                parts = _parts(member)
                name = f"{file.name}: {member.filename}"
                if member.is_dir() or not parts or _of_the_system(parts):
                    continue
                if not parts[-1].lower().endswith(".csv"):
                    left_out.append(name)
                    continue
                target = workspace / f"member_{next(numbers)}.csv"
                _unpack(file, archive, member, target)
                found.append(SourceFile(name=name, base_name=parts[-1], path=target))
    except OSError as error:
        if error.errno != errno.EINVAL:  # an offset that lies before the file; anything else is the disk's
            raise
        raise _incomplete(file, error) from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, struct.error, RuntimeError) as error:
        raise _incomplete(file, error) from error
    return found


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """The parts of a member's name, whose folders some programs divide by backslashes."""
    return PurePosixPath(member.filename.replace("\\", "/")).parts


def _check_directory(file: Path, archive: zipfile.ZipFile) -> None:
    """Refuse by the zip's own list what would be refused anyway, before anything is unpacked."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise _hostile(file, f"holds {len(members):,} files", f"up to {MOST_MEMBERS:,} files")
    seen: set[str] = set()
    for member in members:
        parts = _parts(member)
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
    with archive.open(member) as packed:
        written = _copy(packed, target, member.compress_size, file, member.filename)
    if written != member.file_size:
        raise zipfile.BadZipFile(f"{member.filename} ends after {written:,} of {member.file_size:,} bytes")


def _copy(packed: IO[bytes] | gzip.GzipFile, target: Path, packed_size: int, file: Path, name: str) -> int:
    """Copy what is unpacked, stopping as soon as it is larger than its packed size can explain; returns its bytes."""
    written = 0
    with target.open("wb") as out:
        for block in _blocks(packed):
            written += len(block)
            if written > RATIO_COUNTS_FROM and written > HIGHEST_RATIO * max(packed_size, 1):
                raise _hostile(
                    file,
                    f"unpacks {name!r} to more than {HIGHEST_RATIO} times its packed size",
                    f"up to {HIGHEST_RATIO} times",
                )
            out.write(block)
    return written


def _blocks(handle: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while block := handle.read(CHUNK):
        yield block


def _incomplete(file: Path, error: Exception) -> BadInput:
    return BadInput(
        f"{file.name} is not a complete {'zip' if file.suffix.lower() == '.zip' else 'gzip'}: {error}.",
        remedy="Download it again; nothing of it was added.",
    )


def _hostile(file: Path, what: str, allowed: str) -> BadInput:
    return BadInput(f"{file.name} {what}.", allowed=allowed, remedy="Nothing of it was added.")
