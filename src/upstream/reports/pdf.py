"""The document as PDF/UA-1, set by Typst.

Typst reads the document as data (JSON, as an input); its source is our template alone and no word of a user ever
becomes source. Fonts come with this package and system fonts are ignored, so the same document gives the same bytes
anywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import typst

from upstream.reports.document import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chart,
    Document,
    Facts,
    Link,
    Paragraph,
    Prose,
    Runs,
    Section,
    Table,
    runs_of,
    text_of,
)
from upstream.reports.font_coverage import FONTS, covered, replacements
from upstream.reports.html import FLAG_WORDS

HERE: Final = Path(__file__).parent
TEMPLATE: Final = HERE / "templates" / "report.typ"

Data = dict[str, Any]


def _runs(runs: Runs) -> list[list[str]]:
    """Each run as [kind, words] or [kind, words, target]."""
    out = []
    for run in runs:
        if isinstance(run, Link):
            out.append(["link", run.text, run.target])
        else:
            out.append(["bold" if getattr(run, "bold", False) else "text", run.text])
    return out


def _cell(cell: Cell) -> Data | str:
    """A plain string where that says it all: most cells are a number and nothing else."""
    if not cell.flag and all(not isinstance(r, Link) and not getattr(r, "bold", False) for r in cell.runs):
        return cell.text
    return {"runs": _runs(cell.runs), "mark": FLAG_WORDS[cell.flag][0] if cell.flag in ("above", "below") else ""}


WIDEST: Final = 44
PAGE_NUMBER: Final = 8
"""Characters that paper adds to a link within the report: where it leads."""
DENSE: Final = 600
"""A table with a cell this long is for looking things up, and is set small."""
LONG: Final = 150
"""A cell this long is a paragraph, and its column takes most of the page."""
INTERVAL: Final = 12
"""Numbers longer than this are an estimate with its interval, whose signs are wide."""
SAMPLE: Final = 80


def _widths(table: Table) -> list[int]:
    """Shares of the page's width: about the longest cell, never less than the longest word of the heading."""
    out = []
    for i, column in enumerate(table.columns):
        word = max((len(w) for w in column.label.split()), default=1)
        cells = [row.cells[i] for row in table.rows[:SAMPLE]]
        longest = max((_length(cell) for cell in cells), default=1)
        least = max(word * 1.1, 0 if column.wide or column.kind == "number" else min(longest + 4, WIDEST))
        widest = 3 * WIDEST if longest > LONG and column is table.columns[-1] else WIDEST
        room = 9 if column.kind == "number" and longest > INTERVAL else 2
        out.append(round(max(least, longest if column.kind == "number" else min(longest, widest)) + room))
    return out


ONE_LINE: Final = 115
"""Characters that a line of an upright page holds in the larger size."""
TURNED: Final = 4
"""Wide columns for which a page is turned: there is room then (the template turns it)."""


def _length(cell: Cell) -> int:
    links = sum(isinstance(run, Link) and run.target.startswith("#") for run in cell.runs)
    return len(cell.text) + (3 if cell.flag else 0) + PAGE_NUMBER * links


def _table(table: Table) -> Data:
    widths, paragraphs = _widths(table), sum(column.wide for column in table.columns)
    return {
        "kind": "table",
        "title": table.title,
        "columns": [[c.label, c.kind, c.wide] for c in table.columns],
        "widths": widths,
        "tight": sum(widths) > ONE_LINE and paragraphs < TURNED,
        "dense": any(len(row.cells[-1].text) > DENSE for row in table.rows),
        "rows": [[row.group, [_cell(c) for c in row.cells], row.id] for row in table.rows],
        "notes": [_runs(n) for n in table.notes],
    }


def _block(block: Block) -> Data:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Chart):
        return {
            "kind": "chart",
            "title": block.title,
            "alt": block.description,
            "svg": block.svg,
            "notes": [_runs(n) for n in block.notes],
        }
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "runs": _runs(block.runs)}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "title": block.title, "items": [_runs(i) for i in block.items]}
    if isinstance(block, Prose):
        return {"kind": "prose", "title": block.title, "blocks": [_block(b) for b in block.blocks]}
    if isinstance(block, Facts):
        return {"kind": "facts", "items": [[label, _runs(runs)] for label, runs in block.items]}
    if isinstance(block, Callout):
        return {"kind": "callout", "tone": block.kind, "title": block.title, "runs": _runs(block.runs)}
    raise TypeError(f"{type(block).__name__} is not a block")


TOGETHER: Final = 2_400
"""Characters before a measure's chart that still fit on a page with it."""


def _together(blocks: list[Block]) -> int:
    """How many of a measure's first blocks are set without a page break: all to its chart, when they fit on a page."""
    chart = next((i for i, block in enumerate(blocks) if isinstance(block, Chart)), None)
    before = blocks[:chart]
    if chart is None or any(isinstance(block, Table | Prose) for block in before):
        return 0
    length = sum(len(text_of(runs)) for block in before for runs in runs_of(block))
    return chart + 1 if length <= TOGETHER else 0


def _section(section: Section) -> Data:
    blocks = [b for b in section.blocks if not (isinstance(b, Chart) and b.screen_only)]
    return {
        "id": section.id,
        "title": section.title,
        "label": section.label,
        "kind": section.kind,
        "together": _together(blocks) if section.kind == "measure" else 0,
        "blocks": [_block(b) for b in blocks],
        "sections": [_section(s) for s in section.sections],
    }


def as_typst_data(document: Document) -> str:
    """The document as the JSON that the template lays out."""
    created = document.created
    data = {
        "title": document.title,
        "subtitle": document.subtitle,
        "force": document.force,
        "period": document.period,
        "layout": document.layout,
        "marking": document.marking,
        "handling": document.handling,
        "created": [created.year, created.month, created.day, created.hour, created.minute, created.second],
        "facts": [[label, _runs(runs)] for label, runs in document.facts],
        "sections": [_section(s) for s in document.sections],
        "summary": text_of(document.facts[0][1]) if document.facts else "",
    }
    text = json.dumps(data, ensure_ascii=False)
    if covered().issuperset(text) and "\\u" not in text:
        return text
    return json.dumps(_printable(data, replacements(text)), ensure_ascii=False)


def _printable(value: Any, instead: dict[int, str | None]) -> Any:
    """The same data without characters that the fonts cannot show."""
    if isinstance(value, str):
        return value.translate(instead)
    if isinstance(value, dict):
        return {name: _printable(inner, instead) for name, inner in value.items()}
    return [_printable(inner, instead) for inner in value] if isinstance(value, list) else value


def render_pdf(document: Document) -> bytes:
    """The PDF; the same document gives the same bytes."""
    pdf: bytes = typst.compile(
        TEMPLATE,
        sys_inputs={"document": as_typst_data(document)},
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards="ua-1",
        timestamp=int(document.created.timestamp()),
    )
    return pdf
