"""What the three kinds of police.uk file look like, and the SQL that turns their text into rows and finds faults.

Every column is read as text. A fault is a condition on one line; a line with a fault is quarantined with the column and
the reason, all others become rows. The conditions are never null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from upstream.errors import BadInput
from upstream.periods import Month, months
from upstream.records.contract import code_list, contract
from upstream.store.duckdb_session import named, quoted

FIRST_MONTH: Final = "2010-12"
"""data.police.uk publishes from December 2010."""

OTHER_FORCE: Final = "is not the force of the file name"
OTHER_MONTH: Final = "is not in the month of the file name"

_FILE_NAME: Final = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))-([a-z0-9-]+?)-(street|outcomes|stop-and-search)\.csv", re.I)
_SIGNS: Final = re.compile(r"[\W_]+")
_FORCE_WORDS: Final = re.compile(r"\b(police service of|police service|police|constabulary|service)\b")

# names that are not their slug with "Police" or "Constabulary" behind
_OTHER_NAMES: Final = {"hampshire-and-isle-of-wight": "hampshire", "british-transport": "btp"}


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file.

    Attributes
    ----------
    kind
        As file names say it: street, outcomes, stop-and-search.
    table
        Table that its rows go into.
    columns
        Column of the table -> header as published, for columns taken from the file.
    optional
        Headers that some years do not have.
    coded
        Column of the table whose text becomes a key of a code list, or ``None``.
    """

    kind: str
    table: str
    columns: Mapping[str, str]
    optional: frozenset[str] = frozenset()
    coded: str | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(self.columns.values())

    @property
    def names_force(self) -> bool:
        """Whether the rows themselves say force and month."""
        return "reported_by" in self.columns


_PLACE: Final = {
    "crime_id": "Crime ID",
    "month": "Month",
    "reported_by": "Reported by",
    "falls_within": "Falls within",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "location": "Location",
    "lsoa": "LSOA code",
    "lsoa_name": "LSOA name",
}
STREET: Final = Layout(
    "street",
    "street_crimes",
    {**_PLACE, "category": "Crime type", "last_outcome": "Last outcome category", "context": "Context"},
    frozenset({"Context"}),
    "category",
)
OUTCOMES: Final = Layout("outcomes", "street_outcomes", {**_PLACE, "outcome": "Outcome type"}, frozenset(), "outcome")
STOPS: Final = Layout(
    "stop-and-search",
    "street_stops",
    {
        "kind": "Type",
        "searched_at": "Date",
        "operation": "Part of a policing operation",
        "operation_name": "Policing operation",
        "latitude": "Latitude",
        "longitude": "Longitude",
        "gender": "Gender",
        "age_range": "Age range",
        "self_defined_ethnicity": "Self-defined ethnicity",
        "officer_defined_ethnicity": "Officer-defined ethnicity",
        "legislation": "Legislation",
        "object_of_search": "Object of search",
        "outcome": "Outcome",
        "outcome_linked": "Outcome linked to object of search",
        "clothing_removed": "Removal of more than just outer clothing",
    },
    frozenset({"Removal of more than just outer clothing"}),
)
LAYOUTS: Final = (STREET, OUTCOMES, STOPS)


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason to refuse a line: the header at fault, the reason, and the SQL condition."""

    header: str
    reason: str
    condition: str


def named_parts(base_name: str) -> tuple[str, str, str] | None:
    """Month, force and kind that a police.uk file name says, or ``None``."""
    match = _FILE_NAME.fullmatch(base_name)
    return (match[1], match[2].lower(), match[3].lower()) if match else None


def force_slug(name: str) -> str:
    """The slug of a force from its name as published: "Devon & Cornwall Police" gives devon-and-cornwall."""
    words = _FORCE_WORDS.sub(" ", name.casefold().replace("&", " and "))
    slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    return _OTHER_NAMES.get(slug, slug)


@cache
def known_forces() -> Mapping[str, str]:
    """Name as published -> slug, for every force of the code list, with the spellings the files use."""
    codes = code_list("forces")
    names: dict[str, str] = {}
    for slug, name in (codes.codes if codes else {}).items():
        for police in (name, name.replace("Constabulary", "Police"), name.replace("Police", "Constabulary")):
            names |= {police: slug, police.replace(" and ", " & "): slug}
    return names | {"Dyfed-Powys Police": "dyfed-powys", "Hampshire and Isle of Wight Constabulary": "hampshire"}


def _words(header: str) -> str:
    return _SIGNS.sub(" ", header).strip().casefold()


def recognise(name: str, header: Sequence[str]) -> tuple[Layout, dict[str, int]]:
    """Which kind of file a header belongs to, and where each published column stands.

    Letter case, spaces and signs in headers do not matter: statistics packages write "Crime.ID" or "crime_id". Columns
    that are not known are left out.

    Raises
    ------
    BadInput
        Columns are missing or stand twice.
    """
    places = [_words(text) for text in header]
    best = max(LAYOUTS, key=lambda layout: sum(_words(known) in places for known in layout.headers))
    found = {known: places.index(_words(known)) for known in best.headers if _words(known) in places}
    missing = [known for known in best.headers if known not in found and known not in best.optional]
    if missing and len(header) == 1 and ";" in header[0]:
        raise BadInput(
            f"{name} has semicolons between its columns: a spreadsheet seems to have saved it anew.",
            allowed="commas between the columns, as published",
            remedy="Add the file as it was downloaded from data.police.uk; nothing was added.",
        )
    if not found:
        raise BadInput(
            f"{name} has no column of a police.uk file; it begins {','.join(header)[:60]!r}.",
            allowed="street, outcomes and stop-and-search files as published",
            remedy="Download the file again from data.police.uk; nothing was added.",
        )
    if missing:
        raise BadInput(
            f"{name} lacks the columns {', '.join(missing)} of a {best.kind} file.",
            allowed=f"the columns {', '.join(best.headers)}",
            remedy="Download the file again from data.police.uk; nothing was added.",
        )
    twice = [known for known in found if places.count(_words(known)) > 1]
    if twice:
        raise BadInput(f"{name} has the column {twice[0]} twice.", allowed="each column once")
    return best, found


def _text(position: Mapping[str, int], header: str) -> str:
    return f"r.c{position[header]}" if header in position else "NULL::VARCHAR"


def _slug_sql(text: str, joint: str) -> str:
    return f"trim(regexp_replace(lower({text}), '[^a-z0-9]+', '{joint}', 'g'), '{joint}')"


def _flag(text: str) -> str:
    return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"


def projection(layout: Layout, position: Mapping[str, int]) -> str:
    """SQL expressions of the table's columns, in contract order, over ``r`` (the lines), ``k`` and the code joins."""
    made = {
        "force": "coalesce(k.force, f.slug)" if layout.names_force else "k.force",
        "month": f"coalesce(k.month, {_text(position, 'Month')})" if layout.names_force else "k.month",
    }
    made["month_on"] = "m.first_day" if layout.names_force else "(k.month || '-01')::DATE"
    for name, header in layout.columns.items():
        text = _text(position, header)
        kind = contract(layout.table).column(name).type
        if name == layout.coded:
            made[name] = f"CASE WHEN c.code IS NULL THEN {_slug_sql(text, '_')} ELSE c.code END"
        elif kind == "number":
            made[name] = f"try_cast({text} AS DOUBLE)"
        elif kind == "boolean":
            made[name] = _flag(text)
        elif kind == "timestamp":
            made[name] = f"try_cast({text} AS TIMESTAMPTZ)"
        elif name != "month":
            made[name] = text
    if layout is STOPS:
        made["searched_on"] = f"({made['searched_at']} AT TIME ZONE 'Europe/London')::DATE"
    return ", ".join(f"{made[name]} AS {named(name)}" for name in contract(layout.table).names)


def joins(layout: Layout, position: Mapping[str, int], force_names: Mapping[str, str], last_month: str) -> str:
    """SQL joins that give the code (``c``), the force's slug (``f``) and the first day of the month (``m``) of a line.

    ``last_month`` (YYYY-MM) is the last month that can have happened.
    """
    sql = ""
    if layout.coded:
        column = contract(layout.table).column(layout.coded)
        codes = code_list(column.code_list or "")
        pairs = [(label, code) for code, label in codes.codes.items()] if codes else []
        label = _text(position, layout.columns[layout.coded])
        sql += f" LEFT JOIN {_pairs(pairs, 'c', 'label', 'code')} ON c.label = {label}"
    if layout.names_force:
        name = _text(position, "Reported by")
        sql += f" LEFT JOIN {_pairs(list(force_names.items()), 'f', 'name', 'slug')} ON f.name = {name}"
        every = [
            (str(month), str(month.first_day)) for month in months(Month.parse(FIRST_MONTH), Month.parse(last_month))
        ]
        known = f"(SELECT month, day::DATE AS first_day FROM {_pairs(every, 'v', 'month', 'day')}) m"
        sql += f" LEFT JOIN {known} ON m.month = {_text(position, 'Month')}"
    return sql


def _pairs(pairs: Sequence[tuple[str, str]], alias: str, first: str, second: str) -> str:
    values = ", ".join(f"({quoted(a)}, {quoted(b)})" for a, b in pairs) or "(NULL::VARCHAR, NULL::VARCHAR)"
    return f"(VALUES {values}) {alias}({first}, {second})"


def faults(layout: Layout, position: Mapping[str, int]) -> tuple[Fault, ...]:
    """What makes a line unusable."""
    found = _dated(layout, position)
    table = contract(layout.table)
    for name, header in layout.columns.items():
        column, text = table.column(name), _text(position, header)
        if column.type == "number":
            number = f"try_cast({text} AS DOUBLE)"
            found.append(Fault(header, "is not a number", f"({text} IS NOT NULL AND {number} IS NULL)"))
            bounds = f"{number} NOT BETWEEN {column.minimum} AND {column.maximum}"
            found.append(
                Fault(header, f"is outside {column.minimum:g} to {column.maximum:g}", f"coalesce({bounds}, false)")
            )
        elif column.type == "boolean":
            found.append(Fault(header, "is not True or False", f"({text} IS NOT NULL AND {_flag(text)} IS NULL)"))
        elif name == layout.coded:
            nothing = f"coalesce({_slug_sql(text, '_')}, '') = ''"
            found.append(Fault(header, "is blank", f"CASE WHEN c.code IS NULL THEN {nothing} ELSE false END"))
    one = f"(({_text(position, 'Longitude')} IS NULL) <> ({_text(position, 'Latitude')} IS NULL))"
    found.append(Fault("Longitude", "or Latitude is blank without the other", one))
    return tuple(found)


def _dated(layout: Layout, position: Mapping[str, int]) -> list[Fault]:
    if not layout.names_force:
        when = _text(position, "Date")
        day = f"(try_cast({when} AS TIMESTAMPTZ) AT TIME ZONE 'Europe/London')"
        return [
            Fault("Date", "is not a date and time", f"(try_cast({when} AS TIMESTAMPTZ) IS NULL)"),
            Fault("Date", OTHER_MONTH, f"(strftime({day}, '%Y-%m') IS DISTINCT FROM k.month)"),
        ]
    month, force = _text(position, "Month"), _text(position, "Reported by")
    written = f"coalesce(length({month}) = 7 AND try_cast({month} || '-01' AS DATE) IS NOT NULL, false)"
    return [
        Fault(
            "Month", "is not a month written YYYY-MM", f"CASE WHEN m.month IS NULL THEN NOT {written} ELSE false END"
        ),
        Fault("Month", f"is not between {FIRST_MONTH} and this month", "(m.month IS NULL)"),
        Fault("Month", OTHER_MONTH, f"(k.month IS NOT NULL AND {month} <> k.month)"),
        Fault("Reported by", "is blank", f"({force} IS NULL)"),
        Fault("Reported by", "does not name a force", "(f.slug IS NULL)"),
        Fault("Reported by", OTHER_FORCE, "(k.force IS NOT NULL AND f.slug <> k.force)"),
    ]
