"""A text file byte by byte: its checksum and number of lines, and the careful reading of a file that is not clean.

A record of these files is a line. The number of lines, counted from the bytes, is what every row is accounted against.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np

from upstream.errors import BadInput
from upstream.records.quarantine import RefusedRow

CHUNK: Final = 2**18
"""Bytes read at a time: few enough to stay in the processor's cache while they are summed and counted."""
LONGEST_LINE: Final = 64 * 2**10
"""Bytes; the longest line of the published files is under 400."""

_LINE_END: Final = ord("\n")
_BYTE_ORDER_MARKS: Final = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_UTF8_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Scan:
    """What the bytes of a file say.

    Attributes
    ----------
    sha256
        Checksum, hexadecimal.
    size
        Bytes.
    lines
        Line ends, and one for a last line without one; the header is among them.
    has_nul
        Whether there is a NUL byte, which no text has.
    """

    sha256: str
    size: int
    lines: int
    has_nul: bool


def scan(path: Path) -> Scan:
    """Checksum and line count in one reading."""
    digest = hashlib.sha256()
    size = lines = 0
    last = _LINE_END
    has_nul = False
    room = memoryview(bytearray(CHUNK))
    with path.open("rb", buffering=0) as handle:
        while length := handle.readinto(room):
            digest.update(room[:length])
            block = np.frombuffer(room[:length], np.uint8)
            lines += int(np.count_nonzero(block == _LINE_END))
            size += length
            has_nul = has_nul or not block.all()
            last = int(block[-1])
    return Scan(digest.hexdigest(), size, lines + (last != _LINE_END), has_nul)


def header(path: Path, name: str) -> tuple[str, ...]:
    """The column names of the first line, as written.

    Raises
    ------
    BadInput
        The file is empty, or the first line is not UTF-8 text.
    """
    with path.open("rb") as handle:
        first = handle.readline(LONGEST_LINE)
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if first.startswith(mark):
            raise BadInput(
                f"{name} is encoded as {encoding}.", allowed="UTF-8 text", remedy="Save it again as CSV UTF-8."
            )
    if b"\0" in first:
        raise BadInput(f"{name} is no text: its first line holds NUL bytes.", allowed="CSV, UTF-8")
    if not first.strip():
        raise BadInput(f"{name} is empty: it has no header line.", remedy="Download it again.")
    if b"\r" in first.rstrip(b"\r\n"):
        raise BadInput(
            f"{name} ends its lines with carriage returns alone.",
            allowed="line feeds, with or without carriage returns",
            remedy="Add the file as it was downloaded, or save it again as CSV UTF-8.",
        )
    try:
        return tuple(next(csv.reader([first.removeprefix(_UTF8_MARK).decode("utf-8")])))
    except (UnicodeDecodeError, csv.Error, StopIteration) as error:
        raise BadInput(f"{name} does not begin with a header in UTF-8 text.", allowed="CSV, UTF-8") from error


def split_careful(path: Path, name: str, columns: int, clean: Path) -> Iterator[RefusedRow]:
    """Write the lines that can be read to ``clean``, line number first, and yield the others with the reason.

    Parameters
    ----------
    path, name
        The file, and its name for messages.
    columns
        Fields that a line must have.
    clean
        CSV to write, with no header: line number, then the fields.
    """
    with path.open("rb") as handle, clean.open("wb") as out:
        for number, line in enumerate(_lines(handle), start=1):
            text = line.rstrip(b"\r\n")
            if number == 1 or not text:
                continue
            if _plain(text, columns):
                out.write(b"%d,%b\n" % (number, text))
                continue
            fields = _fields(text, columns)
            if isinstance(fields, str):
                raw = text[:LONGEST_LINE].decode("utf-8", errors="backslashreplace").replace("\0", "\\x00")
                yield RefusedRow(name, number, None, None, fields, raw)
            else:
                out.write(_csv_line([str(number), *fields]))


def _plain(text: bytes, columns: int) -> bool:
    """Whether a line is so simple that it can be copied: nearly all are, and copying is many times faster."""
    return (
        text.count(b",") == columns - 1
        and text.isascii()
        and len(text) <= LONGEST_LINE
        and not (b'"' in text or b"\0" in text or b"\r" in text)
    )


def _csv_line(fields: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    return out.getvalue().encode()


def _lines(handle: IO[bytes]) -> Iterator[bytes]:
    """Lines of bounded length: what is over :data:`LONGEST_LINE` is cut off and read past."""
    while line := handle.readline(LONGEST_LINE + 1):
        if not line.endswith(b"\n"):
            while (rest := handle.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        yield line


def _fields(line: bytes, columns: int) -> list[str] | str:
    """The fields of a line, or the reason why it cannot be read."""
    if len(line) > LONGEST_LINE:
        return f"line is longer than {LONGEST_LINE:,} bytes"
    if b"\0" in line:
        return "line contains NUL bytes"
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return "line is not UTF-8 text"
    try:
        fields = next(csv.reader([text], strict=True))
    except csv.Error:
        return "quotes do not close on the line"
    if len(fields) != columns:
        return f"line has {'fewer' if len(fields) < columns else 'more'} fields than the header"
    return fields
