"""The document as an accessible workbook: a cover, contents, notes, then one sheet a table.

Follows the Government Analysis Function's guidance on releasing statistics in spreadsheets: one table a sheet, from
cell A1 down: title, notes, then the table with a single header row; no merged cells; no blank rows inside a table;
numbers as numbers. Text is written as text, so nothing that a user typed can become a formula.
"""

from __future__ import annotations

import io
from typing import Any, Final

import xlsxwriter

from upstream.reports.document import Cell, Document, Section, Table, tables_of, text_of, walk
from upstream.reports.figures import Figure

WIDEST_COLUMN: Final = 60

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def as_plain_text(words: str) -> str:
    """Text that another program's spreadsheet will not run: an apostrophe before what would start a formula."""
    return f"'{words}" if words.startswith(_FORMULA_STARTS) else words


def number_format(figure: Figure) -> str:
    """Excel's format for a figure at its printed precision."""
    digits = "#,##0" + ("." + "0" * figure.decimals if figure.decimals else "")
    if figure.unit == "pounds":
        return f'"£"{digits}'
    if figure.text.startswith(("+", "−")):
        return f"+{digits};-{digits};0"
    return digits


def sheet_names(document: Document) -> dict[str, str]:
    """Table key to worksheet name: "1" onwards in reading order, so that names are short and never clash."""
    keys = [table.key for section in walk(document.sections) for table in tables_of(section)]
    return {key: f"{number}" for number, key in enumerate(keys, 1)}


class _Book:
    """The workbook being written and the formats it shares."""

    def __init__(self, stream: io.BytesIO, document: Document) -> None:
        self.book = xlsxwriter.Workbook(
            stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.document = document
        self.book.set_properties(
            {
                "title": f"{document.title} - {document.force}",
                "author": document.force,
                "comments": document.marking,
                "created": document.created.replace(tzinfo=None),
            }
        )
        base = {"font_name": "Arial", "font_size": 12, "valign": "top"}
        self.base = base
        self.formats: dict[str, Any] = {}
        self.title = self.book.add_format({**base, "font_size": 16, "bold": True})
        self.plain = self.book.add_format(base)
        self.wrapped = self.book.add_format({**base, "text_wrap": True})
        self.head = self.book.add_format({**base, "bold": True, "text_wrap": True, "bottom": 2, "valign": "bottom"})
        self.head_right = self.book.add_format(
            {**base, "bold": True, "text_wrap": True, "bottom": 2, "align": "right", "valign": "bottom"}
        )
        self.right = self.book.add_format({**base, "align": "right"})
        self.link = self.book.add_format({**base, "font_color": "#0b4f8a", "underline": 1})

    def number(self, pattern: str) -> Any:
        if pattern not in self.formats:
            self.formats[pattern] = self.book.add_format({**self.base, "num_format": pattern, "align": "right"})
        return self.formats[pattern]

    def sheet(self, name: str, title: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.title)
        sheet.hide_gridlines(2)
        sheet.set_header(f"&C{self.document.marking.replace('&', '&&')}")
        sheet.set_footer(f"&C{self.document.marking.replace('&', '&&')}&RPage &P of &N")
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet


def _write_cell(book: _Book, sheet: Any, at: tuple[int, int], cell: Cell, kind: str) -> None:
    figures = [run for run in cell.runs if isinstance(run, Figure)]
    alone = len(cell.runs) == 1 and len(figures) == 1
    if alone and figures[0].value is not None:
        sheet.write_number(*at, figures[0].value, book.number(number_format(figures[0])))
    else:
        sheet.write_string(*at, cell.text, book.right if kind == "number" else book.wrapped)


def _flag_columns(table: Table) -> list[int]:
    """Columns with values outside limits: each gets a column of words beside the table, never a colour."""
    return [i for i in range(len(table.columns)) if any(row.cells[i].flag in ("above", "below") for row in table.rows)]


def _table_sheet(book: _Book, name: str, section: Section, table: Table) -> None:
    sheet = book.sheet(name, table.title)
    lines = [f"{section.label} {section.title}".strip(), *(text_of(note) for note in table.notes)]
    for number, line in enumerate(lines, 1):
        sheet.write_string(number, 0, line, book.plain)
    sheet.write_url(len(lines) + 1, 0, "internal:'Contents'!A1", book.link, "Back to contents")
    top = len(lines) + 3
    grouped = any(row.group for row in table.rows)
    flagged = _flag_columns(table)
    labels = [(c.label, c.kind) for c in table.columns]
    if grouped:
        labels.insert(0, ("Group", "text"))
    labels += [(f"{table.columns[i].label}: outside limits", "text") for i in flagged]
    widths = [len(label) * 0.6 for label, _ in labels]
    for column, (label, kind) in enumerate(labels):
        sheet.write_string(top, column, label, book.head_right if kind == "number" else book.head)
    group = ""
    for number, row in enumerate(table.rows, top + 1):
        group = row.group or group
        offset = 1 if grouped else 0
        if grouped:
            sheet.write_string(number, 0, group, book.wrapped)
            widths[0] = max(widths[0], len(group))
        for column, cell in enumerate(row.cells):
            _write_cell(book, sheet, (number, column + offset), cell, table.columns[column].kind)
            widths[column + offset] = max(widths[column + offset], len(cell.text))
        for extra, column in enumerate(flagged, offset + len(table.columns)):
            words = {"above": "above upper limit", "below": "below lower limit"}.get(row.cells[column].flag, "")
            sheet.write_string(number, extra, words or "no", book.plain)
            widths[extra] = max(widths[extra], len(words))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 3, 11), WIDEST_COLUMN))
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)


def _words_sheet(book: _Book, document: Document) -> None:
    """The report's sentences, so that the workbook says what the pages say."""
    sheet = book.sheet("Key points", "Key points of every page")
    sheet.write_row(2, 0, ["Reference", "Page", "Heading", "Words"], book.head)
    line = 3
    for section in walk(document.sections):
        for block in section.blocks:
            heading = getattr(block, "title", "")
            for runs in getattr(block, "items", ()):
                if isinstance(runs[0], str):
                    heading, words = runs[0], text_of(runs[1])
                else:
                    words = text_of(runs)
                for column, text in enumerate((section.label, section.title, heading, words)):
                    sheet.write_string(line, column, text, book.wrapped)
                line += 1
    for column, width in enumerate((12, 44, 28, 100)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(3, 0)


def _cover(book: _Book, document: Document) -> None:
    sheet = book.sheet("Cover", document.title)
    lines = [f"{document.force}, {document.subtitle}", document.marking, document.handling]
    lines += [f"{label}: {text_of(runs)}" for label, runs in document.facts]
    for number, line in enumerate(lines, 1):
        sheet.write_string(number, 0, line, book.wrapped)
    sheet.set_column(0, 0, 100)


def _contents(book: _Book, document: Document, names: dict[str, str]) -> None:
    sheet = book.sheet("Contents", "Contents")
    sheet.write_row(2, 0, ["Sheet", "Reference", "Table"], book.head)
    line = 3
    for section in walk(document.sections):
        for table in tables_of(section):
            name = names[table.key]
            sheet.write_url(line, 0, f"internal:'{name}'!A1", book.link, name)
            sheet.write_string(line, 1, section.label, book.plain)
            sheet.write_string(line, 2, table.title, book.plain)
            line += 1
    for column, width in enumerate((10, 12, 100)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(3, 0)


def _notes(book: _Book, document: Document) -> None:
    sheet = book.sheet("Notes", "Notes")
    lines = [
        "Numbers are held unrounded and shown at the precision printed in the report.",
        "Where a value lies outside its control limits, the last columns of its table say so in words.",
        '"not held": the records do not hold it. "n/a": it cannot be said, and the report says why.',
        "Each figure's table version and query are in report.csv and report.json.",
        *(f"Table {table}: version {version}." for table, version in document.tables),
    ]
    for number, line in enumerate(lines, 2):
        sheet.write_string(number, 0, line, book.wrapped)
    sheet.set_column(0, 0, 110)


def render_xlsx(document: Document) -> bytes:
    """The workbook; the same document gives the same bytes."""
    stream = io.BytesIO()
    book = _Book(stream, document)
    names = sheet_names(document)
    _cover(book, document)
    _contents(book, document, names)
    _notes(book, document)
    _words_sheet(book, document)
    for section in walk(document.sections):
        for table in tables_of(section):
            _table_sheet(book, names[table.key], section, table)
    book.book.close()
    return stream.getvalue()
