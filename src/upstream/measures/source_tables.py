"""What a definition may say about a table: its columns, their types and allowed values, from the record contracts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from upstream.records.contract import code_list, contract


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract; ``allowed`` is ``None`` where any value may stand."""

    name: str
    type: str
    allowed: tuple[str, ...] | None
    personal: bool


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A contract, as far as measures need it.

    ``event_date`` is the day a row belongs to; ``snapshot`` says that rows describe the state on that day.
    """

    name: str
    event_date: str
    snapshot: bool
    columns: dict[str, Column]

    @property
    def personal(self) -> tuple[str, ...]:
        """Columns about people."""
        return tuple(column.name for column in self.columns.values() if column.personal)


@cache
def source_table(name: str) -> SourceTable:
    """The contract of a table, open code lists read as the values a definition may name.

    Raises
    ------
    BadInput
        There is no such table.
    """
    held = contract(name)
    columns: dict[str, Column] = {}
    for column in held.columns:
        allowed = column.allowed
        codes = code_list(column.code_list) if column.code_list else None
        if not allowed and codes is not None:
            allowed = tuple(codes.codes)
        columns[column.name] = Column(column.name, column.type, allowed or None, column.personal)
    return SourceTable(name, held.event_date, held.event_date == "snapshot_on", columns)
