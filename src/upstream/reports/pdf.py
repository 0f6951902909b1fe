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


WIDEST: Final = 34
DENSE: Final = 600
"""A table with a cell this long is for looking things up, and is set small."""
LONG: Final = 150
"""A cell this long is a paragraph, and its column takes most of the page."""
SAMPLE: Final = 80


def _widths(table: Table) -> list[int]:
    """Shares of the page's width: about the longest cell, never less than the longest word of the heading."""
    out = []
    for i, column in enumerate(table.columns):
        word = max((len(w) for w in column.label.split()), default=1)
        cells = [row.cells[i] for row in table.rows[:SAMPLE]]
        longest = max((len(cell.text) + (3 if cell.flag else 0) for cell in cells), default=1)
        least = max(word * 1.1, 0 if column.wide or column.kind == "number" else min(longest + 4, WIDEST))
        widest = 3 * WIDEST if longest > LONG and column is table.columns[-1] else WIDEST
        out.append(round(max(least, longest if column.kind == "number" else min(longest, widest)) + 2))
    return out


def _table(table: Table) -> Data:
    return {
        "kind": "table",
        "title": table.title,
        "columns": [[c.label, c.kind, c.wide] for c in table.columns],
        "widths": _widths(table),
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


SHORT: Final = 8
"""Rows; a page of so few and no chart follows the page before it without a break."""


def _is_short(section: Section) -> bool:
    rows = sum(len(block.rows) for block in section.blocks if isinstance(block, Table))
    pictures = any(isinstance(block, Chart) and not block.screen_only for block in section.blocks)
    return section.kind == "measure" and not section.sections and not pictures and rows <= SHORT


def _section(section: Section) -> Data:
    return {
        "id": section.id,
        "title": section.title,
        "label": section.label,
        "kind": section.kind,
        "short": _is_short(section),
        "blocks": [_block(b) for b in section.blocks if not (isinstance(b, Chart) and b.screen_only)],
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
