"""The mapping of somebody's file onto a table: their headers, their values, their dates, said once in a TOML file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, cast

from upstream.errors import BadInput
from upstream.records.contract import Column, Contract
from upstream.toml_files import NotToml, parse

Timezone = Literal["Europe/London", "UTC"]
Pseudonyms = Literal["to be keyed", "already keyed"]

_SECTIONS: Final[dict[str, type]] = {
    "table": str,
    "sheet": str,
    "timezone": str,
    "pseudonyms": str,
    "blanks": list,
    "date_formats": list,
    "columns": dict,
    "constants": dict,
    "values": dict,
}

_DIRECTIVES: Final = re.compile("%(?:-?[dmyHIMSj]|[aAwubBYpgfnzZUWcxXGV%])")
"""What a date format may hold, as DuckDB reads it."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read a file into a table.

    Attributes
    ----------
    columns
        Our column -> their header. A column that is not named is looked for under its own name.
    constants
        Our column -> one value for every row.
    values
        Our column -> their value -> our value, compared without regard to case.
    date_formats
        ``strptime`` patterns to try, in order, where ISO 8601 does not fit.
    blanks
        Words that mean "nothing", beside the empty cell.
    timezone
        Zone of times that carry no offset.
    pseudonyms
        Whether the file holds identifiers that must be keyed, or codes that were keyed before.
    sheet
        Name of the worksheet; ``None``: the first with rows.
    """

    columns: MappingType[str, str] = field(default_factory=dict)
    constants: MappingType[str, str] = field(default_factory=dict)
    values: MappingType[str, MappingType[str, str]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    timezone: Timezone = "Europe/London"
    pseudonyms: Pseudonyms = "to be keyed"
    sheet: str | None = None


def read_mapping(path: Path, held: Contract) -> Mapping:
    """Read a mapping file for a table.

    Raises
    ------
    BadInput
        Not a TOML file, a section or column that is not known, a value of the wrong kind, or another table's mapping.
    """
    try:
        _, raw = parse(path.read_bytes())
    except OSError as error:
        raise BadInput(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except NotToml as error:
        raise BadInput(f"The mapping {path.name} is {error.reason}.", allowed="a TOML file") from None
    _check_sections(path, raw)
    if raw.get("table", held.table) != held.table:
        raise BadInput(f"{path.name} is a mapping for {raw['table']}, not for {held.table}.")
    for section in ("columns", "constants", "values"):
        for name, value in raw.get(section, {}).items():
            _check_column(path, section, name, value, held)
    return Mapping(
        columns=MappingProxyType(dict(raw.get("columns", {}))),
        constants=MappingProxyType({name: _as_text(value) for name, value in raw.get("constants", {}).items()}),
        values=MappingProxyType(
            {
                name: MappingProxyType({theirs.strip().lower(): _as_text(ours) for theirs, ours in pairs.items()})
                for name, pairs in raw.get("values", {}).items()
            }
        ),
        date_formats=tuple(_date_format(path, pattern) for pattern in raw.get("date_formats", ())),
        blanks=tuple(str(word).strip().lower() for word in raw.get("blanks", ())),
        timezone=cast("Timezone", _one_of(path, "timezone", raw, ("Europe/London", "UTC"))),
        pseudonyms=cast("Pseudonyms", _one_of(path, "pseudonyms", raw, ("to be keyed", "already keyed"))),
        sheet=raw.get("sheet"),
    )


def _check_sections(path: Path, raw: dict[str, Any]) -> None:
    for name, value in raw.items():
        if name not in _SECTIONS:
            raise BadInput(f"{path.name} has {name!r}, which is not known.", allowed=", ".join(_SECTIONS))
        if not isinstance(value, _SECTIONS[name]):
            raise BadInput(f"{path.name} sets {name} to {value!r}.", allowed=f"a {_SECTIONS[name].__name__}")


def _check_column(path: Path, section: str, name: str, value: object, held: Contract) -> None:
    known = fillable(held)
    if name not in {column.name for column in known}:
        raise BadInput(
            f"{path.name} [{section}] names {name!r}, which is not a column of {held.table}.{_near(name, held.names)}",
            allowed=", ".join(column.name for column in known),
        )
    wanted = dict if section == "values" else str if section == "columns" else (str, int, float, bool)
    if not isinstance(value, wanted) and not hasattr(value, "isoformat"):
        raise BadInput(f"{path.name} [{section}] sets {name} to {value!r}, which is not of the kind expected.")


def _date_format(path: Path, pattern: object) -> str:
    unknown = _DIRECTIVES.sub("", str(pattern)).partition("%")[1:]
    if any(unknown):
        raise BadInput(
            f"{path.name} has the date format {pattern!r}, in which {''.join(unknown)[:3]!r} means nothing.",
            allowed="%d %m %Y %H %M %S and the other codes of strptime",
        )
    return str(pattern)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _one_of(path: Path, name: str, raw: dict[str, Any], allowed: tuple[str, ...]) -> str:
    value = raw.get(name, allowed[0])
    if value not in allowed:
        raise BadInput(f"{path.name} sets {name} to {value!r}.", allowed=" or ".join(allowed))
    return str(value)


def _near(name: str, names: Sequence[str]) -> str:
    found = difflib.get_close_matches(name.lower(), [other.lower() for other in names], n=1)
    return f" Did you mean {found[0]!r}?" if found else ""


def fillable(held: Contract) -> tuple[Column, ...]:
    """The columns a file can fill: all but those the store derives."""
    return tuple(column for column in held.columns if column.derived is None)


@dataclass(frozen=True, slots=True)
class Binding:
    """A mapping bound to the headers of one file.

    Attributes
    ----------
    headers
        Our column -> header in the file, exactly as written there.
    unused
        Headers of the file that no column reads.
    """

    headers: MappingType[str, str]
    unused: tuple[str, ...]


def bind(held: Contract, mapping: Mapping, headers: Sequence[str], *, as_at_given: bool) -> Binding:
    """Find each column's header in a file; a header is compared without regard to case and outer spaces.

    Raises
    ------
    BadInput
        A header that the mapping names is not in the file, one header occurs twice, or a required column is not filled.
    """
    found: dict[str, str] = {}
    for header in headers:
        key = header.strip().lower()
        if key and key in found:
            raise BadInput(
                f"The header {header!r} occurs twice.", remedy="Rename one of them: it is not known which is meant."
            )
        found[key] = header
    listed = ", ".join(header.strip() for header in headers) or "none"
    bound: dict[str, str] = {}
    for column in fillable(held):
        theirs = mapping.columns.get(column.name)
        if theirs is not None and theirs.strip().lower() not in found:
            raise BadInput(
                f"The mapping reads {column.name} from {theirs!r}, which the file does not have."
                f"{_near(theirs, [header.strip() for header in headers])}",
                allowed=f"the headers found: {listed}",
            )
        place = found.get((theirs or column.name).strip().lower())
        if place is not None and (theirs is not None or column.name not in mapping.constants):
            bound[column.name] = place
    _check_required(held, mapping, bound, listed, as_at_given=as_at_given)
    # a column that the store works out for itself is not read, and nobody need be told
    taken = {*bound.values(), *(found.get(column.name, "") for column in held.columns if column.derived)}
    return Binding(MappingProxyType(bound), tuple(header for header in headers if header not in taken))


def _check_required(
    held: Contract, mapping: Mapping, bound: MappingType[str, str], listed: str, *, as_at_given: bool
) -> None:
    lacking = [
        column.name
        for column in fillable(held)
        if column.required
        and column.name not in bound
        and column.name not in mapping.constants
        and column.default is None
        and not (column.name == "as_at" and as_at_given)
    ]
    if lacking:
        raise BadInput(
            f"Nothing fills {', '.join(lacking)} of {held.table}. Headers found: {listed}.",
            remedy="Name the header of each under [columns] in the mapping, or give it one value under [constants]"
            + ("; or say --as-at DATE." if "as_at" in lacking else "."),
        )
