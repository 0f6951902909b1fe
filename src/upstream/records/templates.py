"""An empty workbook and mapping for a table: what to fill in, column by column."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import xlsxwriter

from upstream.errors import BadInput
from upstream.records.contract import Column, Contract, code_list, contract
from upstream.records.mapping import fillable

LAST_ROW: Final = 1_048_575
"""Excel's last row, counted from 0: drop-down lists reach to it."""

_WIDTH: Final = 18
_WIDE: Final = 80
_LONGEST_LIST: Final = 255
"""Characters Excel allows in a list typed into a drop-down."""

_KINDS: Final = {
    "text": "text",
    "category": "code",
    "pseudonym": "identifier of a person; keyed when it is added, never stored as it is",
    "date": "date",
    "timestamp": "date and time, local",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
}


def write_template(table: str, folder: Path) -> tuple[Path, ...]:
    """Write ``TABLE.xlsx`` and ``TABLE.mapping.toml`` into a folder and return their paths.

    Raises
    ------
    BadInput
        No such table, a table that is filled from police.uk files, or one of the files is there already.
    """
    held = contract(table)
    if held.written_by != "upsert":
        raise BadInput(f"{table} is filled from police.uk files, as downloaded; it needs no template.")
    folder.mkdir(parents=True, exist_ok=True)
    workbook, mapping = folder / f"{table}.xlsx", folder / f"{table}.mapping.toml"
    for path in (workbook, mapping):
        if path.exists():
            raise BadInput(f"{path} is there already.", remedy="Move it away first: it may be filled in.")
    _write_workbook(held, workbook)
    mapping.write_text(_mapping_text(held), "utf-8")
    return workbook, mapping


def _write_workbook(held: Contract, path: Path) -> None:
    columns = fillable(held)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": f"{held.title}: template", "comments": held.description})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        formats = {"date": day, "timestamp": moment, "text": text, "category": text, "pseudonym": text}
        sheet = book.add_worksheet(held.table[:31])
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, _WIDTH, formats.get(column.type))
            sheet.write_string(0, number, column.name, head)
            rule = _validation(column)
            if rule:
                sheet.data_validation(1, number, LAST_ROW, number, rule)
        _write_notes(book.add_worksheet("Notes"), columns, head)


def _validation(column: Column) -> dict[str, Any] | None:
    """A drop-down of allowed values, or bounds; a code list is open, so its drop-down warns and does not refuse."""
    message = {"input_title": column.name[:32], "input_message": column.meaning[:255]}
    choices = list(column.allowed)
    codes = code_list(column.code_list) if column.code_list else None
    if column.type == "boolean":
        choices = ["yes", "no"]
    elif codes is not None:
        choices = list(codes.codes)
    if choices and len(",".join(choices)) <= _LONGEST_LIST:
        kind = "warning" if codes is not None else "stop"
        return {"validate": "list", "source": choices, "error_type": kind, **message}
    if column.type in ("integer", "number") and (column.minimum is not None or column.maximum is not None):
        low = column.minimum if column.minimum is not None else -1e15
        high = column.maximum if column.maximum is not None else 1e15
        kind = "integer" if column.type == "integer" else "decimal"
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high, **message}
    return None


def _write_notes(sheet: Any, columns: tuple[Column, ...], head: Any) -> None:
    sheet.set_column(0, 1, _WIDTH)
    sheet.set_column(2, 4, _WIDE)
    for number, title in enumerate(("Column", "Needed", "Meaning", "Kind", "Values")):
        sheet.write_string(0, number, title, head)
    for row, column in enumerate(columns, start=1):
        cells = (column.name, _needed(column), column.meaning, _kind(column), _values(column))
        for number, cell in enumerate(cells):
            sheet.write_string(row, number, cell)


def _needed(column: Column) -> str:
    if column.default is not None:
        return f"no: blank means {column.default}"
    mark = {"required": ", but the standard asks for it", "local": ": not in the standard"}.get(
        column.standard or "", ""
    )
    return ("yes" if column.required else "no") + mark


def _kind(column: Column) -> str:
    return _KINDS[column.type] + (f", {column.unit}" if column.unit else "")


def _values(column: Column) -> str:
    if column.allowed:
        return "one of: " + ", ".join(column.allowed)
    codes = code_list(column.code_list) if column.code_list else None
    if codes is not None and codes.codes:
        return "; ".join(f"{code} = {label}" for code, label in codes.codes.items())
    if column.code_list:
        return "the force's own codes"
    bounds = (("from", column.minimum), ("to", column.maximum))
    return " ".join(f"{word} {value:g}" for word, value in bounds if value is not None)


def _mapping_text(held: Contract) -> str:
    columns = fillable(held)
    people = any(column.type == "pseudonym" for column in columns)
    lines = [
        f"# How a file fills {held.table} ({held.title}). Uncomment what you need.",
        f'table = "{held.table}"',
        '# sheet = "Sheet1"                      # worksheet of a workbook; without it the first with rows',
        '# timezone = "UTC"                      # zone of times without an offset; without it Europe/London',
        '# date_formats = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y"]   # where dates are not written 2022-06-30',
        '# blanks = ["N/A", "NULL"]              # words that mean an empty cell',
    ]
    if people:
        lines.append(
            '# pseudonyms = "already keyed"          # the file holds 64-digit pseudonyms made with the same key'
        )
    lines += ["", "[columns]", "# our column = the header in your file"]
    for column in columns:
        mark = "" if column.required and column.name != "as_at" else "# "
        lines.append(f'{mark}{column.name} = "{column.name}"  # {column.meaning}')
    lines += ["", "[constants]", "# one value for every row, where the file has no such column"]
    lines += [f'# {column.name} = "..."' for column in columns if column.required][:2]
    coded = [column for column in columns if column.allowed or column.code_list]
    for column in coded:
        lines += ["", f"[values.{column.name}]", f'# "their value" = "ours"   # {_values(column)[:_WIDE]}']
    return "\n".join(lines) + "\n"
