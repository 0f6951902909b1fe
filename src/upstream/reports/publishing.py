"""Every format of one document, written together or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
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
    """Write ``report.<format>`` into ``out`` for each format.

    Everything is drawn before anything in ``out`` changes, each file is moved into place whole, and files of formats
    not asked for are removed: a folder never holds two different reports.

    Returns
    -------
    tuple of Path
        The files, in the order of ``formats``.
    """
    wanted = tuple(dict.fromkeys(formats))
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file.", allowed="a folder, made if it is not there")
    out.mkdir(parents=True, exist_ok=True)
    drawn = Path(tempfile.mkdtemp(prefix=".report-", dir=out))
    try:
        # Typst works outside the interpreter's lock, so the PDF is set while the others are written
        with ThreadPoolExecutor(max_workers=2) as pool:
            at_work = {pool.submit(_draw, document, name, drawn): name for name in sorted(wanted, key=_SLOWEST.index)}
            for done in as_completed(at_work):
                done.result()
                if on_format is not None:
                    on_format(at_work[done])
        for name in FORMATS:
            target = out / f"report.{name}"
            if name in wanted:
                (drawn / target.name).replace(target)
            else:
                target.unlink(missing_ok=True)
    finally:
        shutil.rmtree(drawn, ignore_errors=True)
    return tuple(out / f"report.{name}" for name in wanted)
