"""Table contracts and code lists, read from the reviewed TOML files beside this module.

A contract says what one table of records holds: its columns with type, unit and allowed values, its key, which columns
are personal, the legal regime it is held under, the purpose and how long it is kept. A code list gives the codes of a
category column and what each means; a code that is not in the list is kept and reported, never dropped.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal, cast

import pyarrow as pa

from upstream.errors import BadInput

ColumnType = Literal["text", "category", "pseudonym", "date", "timestamp", "integer", "number", "boolean"]
WrittenBy = Literal["upsert", "replace_month"]
CheckRule = Literal["in_order", "excludes", "requires", "never", "no_nhs_number"]
StandardMark = Literal["mandatory", "required", "local"]

_ARROW: Final[dict[str, pa.DataType]] = {
    "text": pa.string(),
    "category": pa.string(),
    "pseudonym": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}

_DUCKDB: Final[dict[str, str]] = {
    "text": "VARCHAR",
    "category": "VARCHAR",
    "pseudonym": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    Attributes
    ----------
    name, type, meaning
        Name in the store, kind of value, and what it means to a practitioner.
    required
        A row without it is quarantined.
    allowed
        Closed list of values; a row with another is quarantined. Empty: any value.
    code_list
        Name of the open code list: an unknown code is kept and reported.
    unit
        Unit of a number, for example metres.
    minimum, maximum
        Inclusive bounds of a number; a row outside is quarantined.
    default
        Value of a blank; ``None``: a blank stays empty.
    derived
        How the store fills it, for example ``local_date(recorded_at)``; never read from a file.
    personal
        The value is about an identifiable person.
    standard
        How the data standard that the table follows marks the item; "local": it is not in the standard. ``None``: the
        table follows none.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    code_list: str | None = None
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    default: str | float | bool | None = None
    derived: str | None = None
    personal: bool = False
    standard: StandardMark | None = None

    @property
    def arrow_type(self) -> pa.DataType:
        return _ARROW[self.type]

    @property
    def duckdb_type(self) -> str:
        return _DUCKDB[self.type]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A check across the columns of one row; blanks never break it.

    Attributes
    ----------
    rule
        "in_order": none of the columns lies after the next. "excludes": the first is true and the second is filled.
        "requires": the first is ``value`` and the second is blank. "never": the column is ``value``.
        "no_nhs_number": none of the columns holds what looks like one.
    columns
        Columns the rule looks at, in its order.
    severity
        "quarantine": the row is set aside. "warning": it is kept and counted.
    sentence
        What is wrong with a row that breaks it.
    value
        The value that "requires" and "never" speak of.
    """

    rule: CheckRule
    columns: tuple[str, ...]
    severity: Literal["quarantine", "warning"]
    sentence: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """What one table of records holds and why.

    Attributes
    ----------
    table, title, description
        Name in the store; name and one-line description for readers.
    written_by
        "upsert": rows replace earlier ones of the same key with an older as-at date. "replace_month": a file replaces
        everything held of its force and month.
    key
        Columns that identify a row; empty when rows have no key (then rows that look alike are separate records).
    event_date
        Date column that says which day or month a row counts in.
    regime, purpose, retention_years, retention_reason
        Legal regime ("dpa-2018-part-3", "uk-gdpr" or "none"), purpose of holding, years kept (0: no limit), and why.
    columns
        In table order.
    replaces
        Columns that name one report or register, which a file holds whole: rows held of it with an older as-at date go
        when a newer one comes, also where that has no row of their key. Empty: rows stay until their key comes again.
    agreement
        What must be agreed with the partner that gives the records, and by which law; empty: the force's own.
    checks
        Checks across the columns of a row.
    attribution
        What must be printed wherever the table's data are shown; empty: nothing.
    """

    table: str
    title: str
    description: str
    written_by: WrittenBy
    key: tuple[str, ...]
    event_date: str
    regime: str
    purpose: str
    retention_years: int
    retention_reason: str
    columns: tuple[Column, ...]
    checks: tuple[RowCheck, ...] = ()
    attribution: str = ""
    replaces: tuple[str, ...] = ()
    agreement: str = ""

    @property
    def personal(self) -> bool:
        """Whether any column is about an identifiable person: the table then opens only with a reading scope."""
        return any(column.personal for column in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of the table; every column may be null in the files."""
        return pa.schema([pa.field(column.name, column.arrow_type) for column in self.columns])

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of this name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise BadInput(f"Table {self.table} has no column {name!r}.", allowed=", ".join(self.names))


@dataclass(frozen=True, slots=True)
class CodeList:
    """Codes of a category column.

    Attributes
    ----------
    name, title
        Name of the file; title for readers.
    codes
        Code -> what it means, in the order of the file. police.uk lists map our key to the label as published.
    """

    name: str
    title: str
    codes: MappingProxyType[str, str]


def _read(folder: str, name: str) -> dict[str, Any]:
    source = resources.files("upstream.records") / folder / f"{name}.toml"
    return tomllib.loads(source.read_text("utf-8"))


def _names(folder: str) -> tuple[str, ...]:
    found = (resources.files("upstream.records") / folder).iterdir()
    return tuple(sorted(item.name.removesuffix(".toml") for item in found if item.name.endswith(".toml")))


@cache
def table_names() -> tuple[str, ...]:
    """Every table that has a contract, in alphabetical order."""
    return _names("contracts")


@cache
def contract(table: str) -> Contract:
    """The contract of a table.

    Raises
    ------
    BadInput
        There is no such table.
    """
    if table not in table_names():
        raise BadInput(f"There is no table {table!r}.", allowed=", ".join(table_names()))
    raw = _read("contracts", table)
    columns = tuple(Column(**{**column, "allowed": tuple(column.get("allowed", ()))}) for column in raw.pop("columns"))
    checks = tuple(RowCheck(**{**check, "columns": tuple(check["columns"])}) for check in raw.pop("checks", ()))
    lists = {"key": tuple(raw["key"]), "replaces": tuple(raw.get("replaces", ()))}
    return Contract(**{**raw, **lists, "columns": columns, "checks": checks})


def contracts() -> tuple[Contract, ...]:
    """Every contract, in alphabetical order of table."""
    return tuple(contract(name) for name in table_names())


@cache
def code_list_names() -> tuple[str, ...]:
    """Every code list that has a file."""
    return _names("code_lists")


@cache
def code_list(name: str) -> CodeList | None:
    """A code list, or ``None`` when the force itself names the codes (areas, incident types)."""
    if name not in code_list_names():
        return None
    raw = _read("code_lists", name)
    codes = cast("dict[str, str]", {str(code): str(meaning) for code, meaning in raw["codes"].items()})
    return CodeList(name=name, title=raw["title"], codes=MappingProxyType(codes))
