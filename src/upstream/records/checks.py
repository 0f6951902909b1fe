"""What a contract demands of a row, written as one SQL query that also reads the cells.

The query is built in layers, each naming what the next one needs: cells as they stand (``r:`` column), wall-clock times
(``l:``) and instants (``u:``), values, derived days, and at last the reasons why a row is refused. Every expression is
built from contracts and quoted by one function; no cell of a file is ever part of the SQL.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Final

from upstream.records.contract import Column, Contract, RowCheck, code_list
from upstream.records.local_time import LOCAL_ZONE, in_summer, in_winter, instant_of, local_clock, summer_instant
from upstream.records.mapping import Binding, Mapping, fillable
from upstream.records.pseudonyms import PATTERN, pseudonym_sql
from upstream.records.tabular_files import ROW, TabularFile
from upstream.store.duckdb_session import listed, named, quoted

EARLIEST: Final = dt.date(1900, 1, 1)
"""An earlier date is a slip of the keyboard, such as the year 1022."""

FORMULA_ERRORS: Final = (
    "#DIV/0!",
    "#N/A",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#REF!",
    "#VALUE!",
    "#SPILL!",
    "#CALC!",
    "#ERROR!",
)
_FORMULA_ERROR: Final = "|".join(re.escape(error) for error in FORMULA_ERRORS)
REASON: Final = "reason"
WARNINGS: Final = "warning"
RAW: Final = "raw"
BETWEEN: Final = "; "
"""Stands between two reasons or warnings of one row."""

WITHHELD: Final = "(withheld)"
"""Stands for a cell that may hold an identifier of a person."""

YES: Final = ("true", "t", "yes", "y", "1")
NO: Final = ("false", "f", "no", "n", "0")

NHS_NUMBER: Final = r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b"
"""Ten digits as NHS numbers are written; the check digit is not worked out: no place needs such a number."""

_SPACES: Final = quoted(" \t\r\n\u00a0")
_ISO_DATE: Final = r"\d{4}-\d{1,2}-\d{1,2}"
_ISO_TIME: Final = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_OFFSET: Final = r"\s?(Z|z|[+-]\d{2}(:?\d{2})?)"
_GROUPED: Final = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
_WHAT: Final = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "yes or no",
    "date": "a date",
    "timestamp": "a date and time",
    "text": "text",
    "category": "text",
    "pseudonym": f"a pseudonym ({PATTERN})",
}


def checked_rows(
    file: TabularFile,
    held: Contract,
    binding: Binding,
    mapping: Mapping,
    *,
    as_at: dt.date | None,
    today: dt.date,
    pads: tuple[str, str] | None,
) -> str:
    """The query that reads a file into a table's columns.

    Parameters
    ----------
    file, held, binding, mapping
        The file, the table's contract, and how the one fills the other.
    as_at
        As-at date of rows that carry none.
    today
        No row can be read from a source system after it.
    pads
        SQL expressions of the inner and outer pad of the key; ``None``: pseudonyms were keyed before.

    Returns
    -------
    str
        SQL whose rows are the table's columns, the number of the row, ``reason`` (empty: the row is good), ``warning``
        (empty: nothing to say) and ``raw`` (the cells as JSON where there is a reason, without identifiers of people).
    """
    position = {header: f"c{number}" for number, header in enumerate(file.headers)}
    bound = {name: (position[header], file.types[header]) for name, header in binding.headers.items()}
    columns = fillable(held)
    cells = [f"{_cell(column, bound, mapping, as_at)} AS {named('r:' + column.name)}" for column in columns]
    kinds = {column.name: _kind_of_cell(column, bound, mapping) for column in columns}
    times = [column for column in columns if column.type == "timestamp"]
    walls = [item for column in times for item in _wall(column, kinds[column.name], mapping)]
    values = [
        f"{_value(column, kinds[column.name], mapping, pads)} AS {named(column.name)}"
        for column in columns
        if column.type != "timestamp"
    ]
    instants = [f"{_instant(column, mapping)} AS {named(column.name)}" for column in times]
    derived = [f"{_derived(column)} AS {named(column.name)}" for column in held.columns if column.derived]
    midnight = "CAST(as_at + 1 AS TIMESTAMP)"
    last = f"CASE WHEN {in_summer(midnight)} THEN {summer_instant(midnight)} ELSE {instant_of(midnight)} END"
    end = f"{last} AS {named('u:end')}"
    reasons = _joined(_reasons(held, kinds, today))
    warnings = _joined(_warnings(held, mapping))
    failed = {column.name: _failed(column, kinds[column.name], today) for column in columns}
    names = ", ".join(named(name) for name in held.names)
    return f"""
        SELECT {names}, {named(ROW)}, {REASON}, {WARNINGS},
               CASE WHEN {REASON} <> '' THEN {_raw(held, bound, binding, failed)} END AS {RAW}
        FROM (SELECT *, {reasons} AS {REASON}, {warnings} AS {WARNINGS}
        FROM (SELECT *, {", ".join([*derived, end])}
        FROM (SELECT {", ".join(["*", *instants])}
        FROM (SELECT *, {", ".join([*walls, *values])}
        FROM (SELECT *, {", ".join(cells)} FROM {file.sql})))))"""


def _trimmed(text: str) -> str:
    return f"nullif(trim({text}, {_SPACES}), '')"


def _cell(column: Column, bound: dict[str, tuple[str, str]], mapping: Mapping, as_at: dt.date | None) -> str:
    if column.name in bound:
        cell, kind = bound[column.name]
        if kind == "OTHER":
            cell, kind = f"CAST({cell} AS VARCHAR)", "VARCHAR"
        translated = mapping.values.get(column.name)
        if kind == "VARCHAR":
            cell = _trimmed(cell)
        elif translated:
            cell = f"CAST({cell} AS VARCHAR)"
        if kind == "VARCHAR" and mapping.blanks:
            cell = f"CASE WHEN lower({cell}) IN ({_list(mapping.blanks)}) THEN NULL ELSE {cell} END"
        if translated:
            cases = " ".join(f"WHEN {quoted(theirs)} THEN {quoted(ours)}" for theirs, ours in translated.items())
            cell = f"CASE lower({cell}) {cases} ELSE {cell} END"
    elif column.name in mapping.constants:
        cell = f"CAST({quoted(mapping.constants[column.name])} AS VARCHAR)"
    else:
        cell = "CAST(NULL AS VARCHAR)"
    default = as_at.isoformat() if column.name == "as_at" and as_at else column.default
    if default is None:
        return cell
    text = str(default).lower() if isinstance(default, bool) else str(default)
    kind = _kind_of_cell(column, bound, mapping)
    return f"coalesce({cell}, CAST({quoted(text)} AS {'DOUBLE' if kind == 'DECIMAL' else kind}))"


def _kind_of_cell(column: Column, bound: dict[str, tuple[str, str]], mapping: Mapping) -> str:
    kind = bound.get(column.name, ("", "VARCHAR"))[1]
    return "VARCHAR" if kind == "OTHER" or column.name in mapping.values else kind


def _value(column: Column, kind: str, mapping: Mapping, pads: tuple[str, str] | None) -> str:
    cell = named("r:" + column.name)
    match column.type:
        case "integer":
            return _integer(cell, kind)
        case "number":
            return _number(cell, kind)
        case "boolean":
            return _boolean(cell, kind)
        case "date":
            return _date(cell, kind, mapping)
        case "pseudonym":
            text = _text(cell, kind)
            if pads is not None:
                return pseudonym_sql(text, *pads)
            return f"CASE WHEN regexp_full_match({text}, {quoted(PATTERN)}) THEN {text} END"
        case "category":
            return _category(column, _text(cell, kind))
        case _:
            return _text(cell, kind)


def _text(cell: str, kind: str) -> str:
    if kind == "VARCHAR":
        return cell
    if kind == "DOUBLE":
        # a reference that another tool kept as a floating number: 12345.0 is 12345
        whole = f"{cell} = floor({cell}) AND abs({cell}) < 1e15"
        return f"CASE WHEN {whole} THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR) ELSE CAST({cell} AS VARCHAR) END"
    return f"CAST({cell} AS VARCHAR)"


def _category(column: Column, text: str) -> str:
    """The code itself, whatever the case, or the code of a label; anything else as it stands."""
    codes = {allowed.lower(): allowed for allowed in column.allowed}
    listed_codes = code_list(column.code_list) if column.code_list else None
    if listed_codes is not None:
        codes |= {label.lower(): code for code, label in listed_codes.codes.items()}
        codes |= {code.lower(): code for code in listed_codes.codes}
    if not codes:
        return text
    cases = " ".join(f"WHEN {quoted(theirs)} THEN {quoted(ours)}" for theirs, ours in codes.items())
    return f"CASE lower({text}) {cases} ELSE {text} END"


def _plain_number(cell: str) -> str:
    return f"CASE WHEN regexp_full_match({cell}, {quoted(_GROUPED)}) THEN replace({cell}, ',', '') ELSE {cell} END"


def _integer(cell: str, kind: str) -> str:
    if kind == "VARCHAR":
        plain = _plain_number(cell)
        return f"CASE WHEN regexp_full_match({plain}, '[+-]?\\d+(\\.0*)?') THEN TRY_CAST({plain} AS BIGINT) END"
    if kind == "BOOLEAN":
        return "CAST(NULL AS BIGINT)"
    if kind in ("DOUBLE", "DECIMAL"):
        return f"CASE WHEN {cell} = floor({cell}) THEN TRY_CAST({cell} AS BIGINT) END"
    return f"TRY_CAST({cell} AS BIGINT)"


def _number(cell: str, kind: str) -> str:
    if kind not in ("VARCHAR", "DOUBLE", "DECIMAL", "BIGINT"):
        return "CAST(NULL AS DOUBLE)"
    number = f"TRY_CAST({_plain_number(cell) if kind == 'VARCHAR' else cell} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _boolean(cell: str, kind: str) -> str:
    if kind == "BOOLEAN":
        return cell
    text = f"lower({_text(cell, kind)})"
    return f"CASE WHEN {text} IN ({_list(YES)}) THEN true WHEN {text} IN ({_list(NO)}) THEN false END"


def _date(cell: str, kind: str, mapping: Mapping) -> str:
    if kind == "DATE":
        return cell
    if kind == "TIMESTAMP":
        return f"CAST({cell} AS DATE)"
    if kind == "TIMESTAMPTZ":
        return f"CAST({local_clock(cell)} AS DATE)"
    if kind != "VARCHAR":
        return "CAST(NULL AS DATE)"
    iso = f"regexp_full_match({cell}, {quoted(f'{_ISO_DATE}([ T]{_ISO_TIME})?')})"
    other = f"CAST({_by_formats(cell, mapping)} AS DATE)" if mapping.date_formats else "NULL"
    return f"CASE WHEN {iso} THEN CAST(TRY_CAST({cell} AS TIMESTAMP) AS DATE) ELSE {other} END"


def _by_formats(cell: str, mapping: Mapping) -> str:
    return f"TRY_STRPTIME({cell}, {listed(mapping.date_formats)})"


def _wall(column: Column, kind: str, mapping: Mapping) -> Iterator[str]:
    """A time as the clock on the wall showed it, or as an instant where the file says which."""
    cell = named("r:" + column.name)
    wall, instant = "CAST(NULL AS TIMESTAMP)", "CAST(NULL AS TIMESTAMPTZ)"
    if kind == "TIMESTAMP":
        wall = cell
    elif kind == "TIMESTAMPTZ":
        instant = cell
    elif kind == "VARCHAR":
        shape = rf"{_ISO_DATE}[ T]{_ISO_TIME}"
        other = _by_formats(cell, mapping) if mapping.date_formats else "NULL"
        wall = (
            f"CASE WHEN regexp_full_match({cell}, {quoted(shape)}) THEN TRY_CAST({cell} AS TIMESTAMP) ELSE {other} END"
        )
        instant = (
            f"CASE WHEN regexp_full_match({cell}, {quoted(shape + _OFFSET)}) THEN TRY_CAST({cell} AS TIMESTAMPTZ) END"
        )
    yield f"{wall} AS {named('l:' + column.name)}"
    yield f"{instant} AS {named('u:' + column.name)}"


def _instant(column: Column, mapping: Mapping) -> str:
    """The instant of a wall-clock time: summer time where both could be meant, nothing where neither exists."""
    wall, instant = named("l:" + column.name), named("u:" + column.name)
    if mapping.timezone == "UTC":
        return f"coalesce({instant}, {instant_of(wall)})"
    summer, winter = summer_instant(wall), instant_of(wall)
    local = f"CASE WHEN {in_summer(wall)} THEN {summer} WHEN {in_winter(wall)} THEN {winter} END"
    return f"CASE WHEN {wall} IS NULL THEN {instant} ELSE {local} END"


def _derived(column: Column) -> str:
    rule, _, rest = str(column.derived).partition("(")
    if rule == "row_of_file":
        return named(ROW)
    if rule != "local_date":
        raise ValueError(f"{column.derived} is not a derivation of force tables")
    return f"CAST({local_clock(named(rest.rstrip(')')))} AS DATE)"


def _reasons(held: Contract, kinds: dict[str, str], today: dt.date) -> Iterator[tuple[str, str]]:
    for column in fillable(held):
        yield from _column_reasons(column, kinds[column.name], today)
    for check in held.checks:
        if check.severity == "quarantine":
            yield _broken(check), check.sentence


def _column_reasons(column: Column, kind: str, today: dt.date) -> Iterator[tuple[str, str]]:
    cell, value, name = named("r:" + column.name), named(column.name), column.name
    # a pattern, not IN: DuckDB makes a join of each long IN, half the time of adding a small file
    error = f"regexp_full_match({cell}, {quoted(_FORMULA_ERROR)})" if kind == "VARCHAR" else "false"
    if kind == "VARCHAR":
        yield error, f"{name} is a formula error"
    if column.required:
        yield f"{cell} IS NULL", f"{name} is blank"
    if column.type == "timestamp":
        wall = named("l:" + name)
        first = f"{quoted(EARLIEST.isoformat())}::TIMESTAMP"
        yield f"{value} IS NULL AND {wall} >= {first}", f"{name} is a time that the clocks skipped in spring"
        yield (
            f"{value} IS NULL AND {wall} IS NULL AND {cell} IS NOT NULL AND NOT {error}",
            f"{name} is not {_WHAT[column.type]}",
        )
        yield f"{wall} < {first} OR {value} < {instant_of(first)}", f"{name} is before {EARLIEST.year}"
        yield f"{value} >= {named('u:end')}", f"{name} is after the as-at date"
    else:
        yield f"{value} IS NULL AND {cell} IS NOT NULL AND NOT {error}", f"{name} is not {_WHAT[column.type]}"
    if column.type == "date":
        last = f"{quoted(today.isoformat())}::DATE" if name == "as_at" else "as_at"
        yield f"{value} < {quoted(EARLIEST.isoformat())}::DATE", f"{name} is before {EARLIEST.year}"
        yield f"{value} > {last}", f"{name} is after {'today' if name == 'as_at' else 'the as-at date'}"
    if column.allowed:
        yield f"{value} NOT IN ({_list(column.allowed)}) AND NOT {error}", f"{name} is not one of the allowed values"
    if column.minimum is not None:
        yield f"{value} < {column.minimum!r}", f"{name} is below {column.minimum:g}"
    if column.maximum is not None:
        yield f"{value} > {column.maximum!r}", f"{name} is above {column.maximum:g}"


def _warnings(held: Contract, mapping: Mapping) -> Iterator[tuple[str, str]]:
    for check in held.checks:
        if check.severity == "warning":
            yield _broken(check), check.sentence
    if mapping.timezone == LOCAL_ZONE:
        for column in fillable(held):
            if column.type == "timestamp":
                wall = named("l:" + column.name)
                yield (
                    f"{in_summer(wall)} AND {in_winter(wall)}",
                    f"{column.name} occurs twice when the clocks go back: the first (summer time) is taken",
                )


def _broken(check: RowCheck) -> str:
    names = [named(name) for name in check.columns]
    match check.rule:
        case "in_order":
            pairs = [f"{a} > {b}" for i, a in enumerate(names) for b in names[i + 1 :]]
            return " OR ".join(f"coalesce({pair}, false)" for pair in pairs)
        case "excludes":
            return f"{names[0]} AND {names[1]} IS NOT NULL"
        case "requires":
            return f"{names[0]} = {quoted(str(check.value))} AND {names[1]} IS NULL"
        case "never":
            return f"{names[0]} = {quoted(str(check.value))}"
        case "no_nhs_number":
            return " OR ".join(f"coalesce({_holds_nhs_number(name)}, false)" for name in names)


def _holds_nhs_number(text: str) -> str:
    return f"regexp_matches({text}, {quoted(NHS_NUMBER)})"


def _joined(cases: Iterable[tuple[str, str]]) -> str:
    listed_cases = [f"CASE WHEN {when} THEN {quoted(then)} END" for when, then in cases]
    return f"concat_ws({quoted(BETWEEN)}, {', '.join([*listed_cases, 'NULL'])})"


def _list(values: Iterable[str]) -> str:
    return ", ".join(quoted(value) for value in values)


def _raw(held: Contract, bound: dict[str, tuple[str, str]], binding: Binding, failed: dict[str, str]) -> str:
    """The cells that a column reads, by header.

    Where a table holds people, an identifier may stand in the wrong column: the pseudonym is shown in its own, and no
    other cell is that fails its own check or whose code is in no list. Where a table may hold no NHS number, no
    cell with one is shown.
    """
    watched = any(check.rule == "no_nhs_number" for check in held.checks)
    people = any(column.type == "pseudonym" for column in held.columns)
    fields = []
    for name, header in binding.headers.items():
        column = held.column(name)
        shown = named(name) if column.type == "pseudonym" else f"CAST({bound[name][0]} AS VARCHAR)"
        if people and column.type != "pseudonym":
            doubtful = f"coalesce({failed[name]}, false) AND {named('r:' + name)} IS NOT NULL"
            shown = f"CASE WHEN {doubtful} THEN {quoted(WITHHELD)} ELSE {shown} END"
        if watched:
            shown = f"CASE WHEN coalesce({_holds_nhs_number(shown)}, false) THEN {quoted(WITHHELD)} ELSE {shown} END"
        fields.append(f"{quoted(header)}, {shown}")
    return f"CAST(json_object({', '.join(fields)}) AS VARCHAR)" if fields else "'{}'"


def _failed(column: Column, kind: str, today: dt.date) -> str:
    """Whether a cell fails its column's own checks, or is a code that no list has."""
    conditions = [f"coalesce({when}, false)" for when, _ in _column_reasons(column, kind, today)]
    if column.type == "category" and not column.allowed:
        known = code_list(column.code_list) if column.code_list else None
        value = named(column.name)
        conditions.append(f"{value} NOT IN ({_list(known.codes)})" if known and known.codes else f"{value} IS NOT NULL")
    return " OR ".join(f"({condition})" for condition in conditions)
