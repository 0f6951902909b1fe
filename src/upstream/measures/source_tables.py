"""What a definition may say about a table: its columns, their types and allowed values, from the record contracts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from upstream.errors import BadInput


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
    key: tuple[str, ...]
    columns: dict[str, Column]

    @property
    def personal(self) -> tuple[str, ...]:
        """Columns about people."""
        return tuple(column.name for column in self.columns.values() if column.personal)


def table_names() -> tuple[str, ...]:
    """Every table that has a contract."""
    folder = resources.files("upstream.records").joinpath("contracts")
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


@cache
def code_list(name: str) -> dict[str, str] | None:
    """Codes and names of a code list; ``None`` when there is no such list (areas come with the records)."""
    path = resources.files("upstream.records").joinpath("code_lists", f"{name}.toml")
    if not path.is_file():
        return None
    codes = tomllib.loads(path.read_text("utf-8")).get("codes", {})
    return {str(code): str(title) for code, title in codes.items()}


@cache
def source_table(name: str) -> SourceTable:
    """The contract of a table."""
    if name not in table_names():
        raise BadInput(f"There is no table {name!r}.", allowed=", ".join(table_names()))
    path = resources.files("upstream.records").joinpath("contracts", f"{name}.toml")
    raw = tomllib.loads(path.read_text("utf-8"))
    columns: dict[str, Column] = {}
    for entry in raw["columns"]:
        allowed = entry.get("allowed")
        if allowed is None and "code_list" in entry:
            allowed = code_list(entry["code_list"])
        columns[entry["name"]] = Column(
            entry["name"], entry["type"], tuple(allowed) if allowed else None, bool(entry.get("personal", False))
        )
    return SourceTable(name, raw["event_date"], raw["event_date"] == "snapshot_on", tuple(raw["key"]), columns)
