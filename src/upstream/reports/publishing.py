"""Every format of one document, written together or not at all."""

from __future__ import annotations

import gc
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from upstream.errors import BadInput
from upstream.reports.document import Document

Format = Literal["html", "pdf", "xlsx", "json", "csv"]


def _html(document: Document) -> bytes:
    from upstream.reports.html import render_html

    return render_html(document)


def _pdf(document: Document) -> bytes:
    from upstream.reports.pdf import render_pdf

    return render_pdf(document)


def _xlsx(document: Document) -> bytes:
    from upstream.reports.spreadsheet import render_xlsx

    return render_xlsx(document)


def _json(document: Document) -> bytes:
    from upstream.reports.json_csv import render_json

    return render_json(document)


def _csv(document: Document) -> bytes:
    from upstream.reports.json_csv import render_csv

    return render_csv(document)


# libraries are imported only for the formats asked for
RENDERERS: Final[dict[Format, Callable[[Document], bytes]]] = {
    "html": _html,
    "pdf": _pdf,
    "xlsx": _xlsx,
    "json": _json,
    "csv": _csv,
}
_SLOWEST: Final = ("pdf", "html", "json", "xlsx", "csv")
FORMATS: Final[tuple[Format, ...]] = tuple(RENDERERS)


def _draw(document: Document, name: Format, folder: Path) -> None:
    (folder / f"report.{name}").write_bytes(RENDERERS[name](document))


def publish(
    document: Document,
    out: Path,
    formats: Iterable[Format] = FORMATS,
    *,
    on_format: Callable[[Format], None] | None = None,
) -> tuple[Path, ...]:
    """Write ``report.<format>`` into ``out`` for each format; a folder never holds two different reports.

    Everything is drawn before anything in ``out`` changes. A folder of nothing but a report is then swapped whole; the
    next run puts the old one back if a swap was cut short. A folder that holds anything else, is the working folder or
    cannot be renamed stays where it is: the old report's files go first, then the new ones come, so that one cut short
    has a part of one report. Files that are not a report's are never touched.

    Returns
    -------
    tuple of Path
        The files, in the order of ``formats``.
    """
    wanted = tuple(dict.fromkeys(formats))
    real = out.resolve()
    _put_back(real)
    if real.exists() and not real.is_dir():
        raise BadInput(f"{out} is a file.", allowed="a folder, made if it is not there")
    real.parent.mkdir(parents=True, exist_ok=True)
    whole = _may_be_swapped(real)
    if not whole:
        real.mkdir(exist_ok=True)
    drawn = (real.parent if whole else real) / f".{real.name}-{uuid.uuid4().hex[:12]}"
    drawn.mkdir()
    try:
        _draw_all(document, wanted, drawn, on_format)
        if not (whole and _swap(drawn, real)):
            _replace_files(drawn, real)
    finally:
        shutil.rmtree(drawn, ignore_errors=True)
    return tuple(out / f"report.{name}" for name in wanted)


def _draw_all(
    document: Document, wanted: tuple[Format, ...], folder: Path, on_format: Callable[[Format], None] | None
) -> None:
    # Typst works outside the interpreter's lock, so the PDF is set while the others are written
    with ThreadPoolExecutor(max_workers=2) as pool:
        at_work = {pool.submit(_draw, document, name, folder): name for name in sorted(wanted, key=_SLOWEST.index)}
        for done in as_completed(at_work):
            done.result()
            if on_format is not None:
                on_format(at_work[done])


def _old(out: Path) -> Path:
    """Where the report that is being replaced waits."""
    return out.with_name(f".{out.name}.before")


def _holds_only_a_report(folder: Path) -> bool:
    ours = {f"report.{name}" for name in FORMATS}
    return all(entry.name in ours and entry.is_file() and not entry.is_symlink() for entry in folder.iterdir())


def _put_back(out: Path) -> None:
    """Undo, or end, a swap that was cut short."""
    old = _old(out)
    if not old.is_dir() or not _holds_only_a_report(old):
        return
    if out.exists():
        shutil.rmtree(old)
    else:
        old.rename(out)


def _may_be_swapped(out: Path) -> bool:
    if out == Path.cwd() or _old(out).exists() or not os.access(out.parent, os.W_OK):
        return False
    return not out.exists() or (_holds_only_a_report(out) and not out.is_mount())


def _swap(drawn: Path, out: Path) -> bool:
    """Put the new folder in the place of the old one; ``False``: the old one would not move."""
    old = _old(out)
    if out.exists():
        shutil.copymode(out, drawn)
        try:
            out.rename(old)
        except OSError:
            return False
    try:
        drawn.rename(out)
    except OSError:
        _put_back(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
    return True


def _replace_files(drawn: Path, out: Path) -> None:
    for name in FORMATS:
        (out / f"report.{name}").unlink(missing_ok=True)
    for file in sorted(drawn.iterdir()):
        file.rename(out / file.name)


@contextmanager
def uncollected() -> Iterator[None]:
    """A document is hundreds of thousands of small frozen objects and no cycles: looking for cycles costs a second."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
