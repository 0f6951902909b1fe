"""Other people's files, read into tables and sentences; every file is hostile until read."""

from __future__ import annotations

from pathlib import Path

from upstream.errors import BadInput
from upstream.reports.check.reading.html import read_html
from upstream.reports.check.reading.model import MAXIMUM_BYTES, MAXIMUM_FILES, Pages, Sentence, Table
from upstream.reports.check.reading.sheets import read_csv, read_workbook
from upstream.reports.check.reading.text import read_text

KINDS = (".md", ".html", ".htm", ".txt", ".csv", ".xlsx")

__all__ = ["KINDS", "Pages", "Sentence", "Table", "files_of", "read_file"]


def files_of(paths: list[Path]) -> list[Path]:
    """The readable files among the given files and folders, each once, in order of name within a folder."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in KINDS)
            if not inside:
                raise BadInput(f"{path} holds no file that can be checked.", allowed=" ".join(KINDS))
            found += inside
        elif path.is_file():
            if path.suffix.lower() not in KINDS:
                raise BadInput(f"{path} cannot be checked.", allowed=" ".join(KINDS))
            found.append(path)
        else:
            raise BadInput(f"{path} is not there.", allowed="a file or a folder", remedy="Mend the path.")
    if len(found) > MAXIMUM_FILES:
        raise BadInput(f"{len(found):,} files are too many for one run.", allowed=f"{MAXIMUM_FILES:,} files")
    return list(dict.fromkeys(found))


def _decoded(data: bytes, name: str) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise BadInput(f"{name} is not text in a known encoding.", allowed="UTF-8", remedy="Save it again in UTF-8.")


def read_file(path: Path, name: str | None = None) -> Pages:
    """Read one file; ``name`` is what findings call it."""
    shown = name or str(path)
    if path.stat().st_size > MAXIMUM_BYTES:
        raise BadInput(f"{shown} has {path.stat().st_size:,} bytes.", allowed=f"{MAXIMUM_BYTES:,} bytes")
    data = path.read_bytes()
    kind = path.suffix.lower()
    if kind == ".xlsx":
        return read_workbook(data, shown)
    if kind in {".html", ".htm"}:
        return read_html(data if data.strip() else b"<p></p>", shown)
    text = _decoded(data, shown)
    return read_csv(text, shown) if kind == ".csv" else read_text(text, shown, markdown=kind == ".md")
