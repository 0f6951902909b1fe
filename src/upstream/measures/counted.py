"""What a measure counts: tables, filters, numerators and denominators, checked against the record contracts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, get_args

from upstream.measures.definition import Prior, Tally
from upstream.measures.fields import Fields
from upstream.measures.filters import Filter, parse
from upstream.measures.source_tables import SourceTable, source_table

_TALLY_FIELDS: Final = ("table", "filter", "column", "distinct", "returns")
_DURATION_STATISTICS: Final = ("median", "mean", "percentile")
_REPEAT_STATISTICS: Final = ("share", "people")
_NUMBERS: Final = ("integer", "number")


def _table(fields: Fields, default: str | None = None) -> SourceTable | None:
    name = fields.text("table") or ("returns" if "returns" in fields.raw else default)
    if name is None:
        fields.wrong("table", "table is lacking.")
        return None
    return fields.problems.guard((*fields.place, "table"), lambda: source_table(name))


def _filter(fields: Fields, table: SourceTable) -> Filter | None:
    text = fields.text("filter")
    parsed = (
        fields.problems.guard((*fields.place, "filter"), lambda: parse(text, table)) if "filter" in fields.raw else None
    )
    returned = fields.text("returns")
    if not returned:
        return parsed
    if table.name != "returns":
        fields.wrong("returns", f"returns is given with table {table.name!r}. Allowed: without a table.")
        return parsed
    return parse(f"measure = '{returned.replace(chr(39), chr(39) * 2)}'", table) & parsed


def _column(fields: Fields, name: str, table: SourceTable, types: tuple[str, ...], needed: bool = False) -> str | None:
    value = fields.maybe_text(name)
    if value is None:
        if needed:
            fields.wrong(name, f"{name} is lacking. Required: a column of table {table.name!r}.")
        return None
    return value if _is_column(fields, name, value, table, types) else None


def _is_column(fields: Fields, name: str, value: str, table: SourceTable, types: tuple[str, ...]) -> bool:
    column = table.columns.get(value)
    if column is None:
        fields.wrong(
            name, f"{name} is {value!r}, which table {table.name!r} does not have. Allowed: {', '.join(table.columns)}."
        )
        return False
    if types and column.type not in types:
        fields.wrong(name, f"{name} is {value!r}, a {column.type} column. Allowed: {' or '.join(types)}.")
        return False
    return True


def _tally(fields: Fields, base: Tally | None, returned_column: str) -> Tally | None:
    """A ``[numerator]``, ``[denominator]`` or ``[linked]``; its filter comes on top of the base's in the same table."""
    table = _table(fields, base.table if base else None)
    if table is None:
        return None
    own = _filter(fields, table)
    if base is not None and base.table == table.name and base.filter is not None and "returns" not in fields.raw:
        own = base.filter & own
    column = _column(fields, "column", table, _NUMBERS)
    if "returns" in fields.raw and column is None:
        column = returned_column
    distinct = fields.texts("distinct")
    for name in distinct:
        _is_column(fields, "distinct", name, table, ())
    if column and distinct:
        fields.wrong("distinct", "column and distinct are both given. Allowed: one of them.")
    return Tally(table.name, own, column, distinct)


def read_counted(fields: Fields, kind: str) -> dict[str, Any]:
    if kind == "page":
        return {}
    parts = [fields.table(name) for name in ("numerator", "denominator", "linked")]
    for part in parts:
        if part is not None:
            part.only(
                ("table", "filter", "person") if part.place[-1] == "linked" else _TALLY_FIELDS, f"[{part.place[-1]}]"
            )
    base = None
    if "table" in fields.raw or "returns" in fields.raw or kind not in ("proportion", "ratio") or not all(parts[:2]):
        table = _table(fields)
        if table is None:
            return {}
        base = Tally(table.name, _filter(fields, table))
    if kind in ("proportion", "ratio"):
        return _divided(fields, kind, base, parts[0], parts[1])
    if base is None:
        return {}
    return _BY_KIND[kind](fields, base, source_table(base.table))


def _divided(
    fields: Fields, kind: str, base: Tally | None, above: Fields | None, below: Fields | None
) -> dict[str, Any]:
    if "returns" in fields.raw and above is None and below is None and base is not None:
        return {
            "numerator": Tally("returns", base.filter, "numerator"),
            "denominator": Tally("returns", base.filter, "denominator"),
        }
    denominator = base if below is None else _tally(below, base, "numerator")
    numerator = (
        None
        if above is None
        else _tally(above, denominator if kind == "proportion" and below is None else base, "numerator")
    )
    if above is None:
        fields.wrong("numerator", f"[numerator] is lacking; a {kind} needs one.")
    if numerator is None or denominator is None:
        return {}
    if kind == "proportion" and numerator.table == denominator.table and below is not None and above is not None:
        numerator = _within(above, numerator, denominator)
    weight = None
    if "weight" in fields.raw:
        if numerator.table != denominator.table:
            fields.wrong("weight", "weight needs numerator and denominator in one table.")
        weight = _column(fields, "weight", source_table(denominator.table), _NUMBERS)
    return {"numerator": numerator, "denominator": denominator, "weight": weight}


def _within(above: Fields, numerator: Tally, denominator: Tally) -> Tally:
    """A numerator over the denominator's own table: only rows of the denominator count."""
    if "returns" in above.raw or numerator.column or numerator.distinct or denominator.filter is None:
        return numerator
    own = _filter(above, source_table(numerator.table))
    return Tally(numerator.table, denominator.filter & own)


def _count(fields: Fields, base: Tally, table: SourceTable) -> dict[str, Any]:
    column = _column(fields, "column", table, _NUMBERS)
    if "returns" in fields.raw and column is None:
        column = "numerator"
    return {"numerator": Tally(base.table, base.filter, column)}


def _mean(fields: Fields, base: Tally, table: SourceTable) -> dict[str, Any]:
    column = _column(fields, "column", table, _NUMBERS, needed=True)
    per = fields.texts("per")
    if not per:
        fields.wrong("per", "per is lacking. Required: a list of columns.")
    for name in per:
        _is_column(fields, "per", name, table, ())
    return {
        "numerator": Tally(base.table, base.filter, column),
        "denominator": Tally(base.table, base.filter, None, per),
    }


def _duration(fields: Fields, base: Tally, table: SourceTable) -> dict[str, Any]:
    types = ("timestamp", "date")
    start = _column(fields, "from", table, types, needed=True)
    end = _column(fields, "to", table, types, needed=True)
    if start and end and table.columns[start].type != table.columns[end].type:
        fields.wrong(
            "to", f"from is a {table.columns[start].type} and to a {table.columns[end].type}. Allowed: both the same."
        )
    statistic = fields.choice("statistic", _DURATION_STATISTICS, "median")
    percentile = fields.number("percentile")
    if (percentile is None) == (statistic == "percentile"):
        fields.wrong("percentile", 'percentile goes with statistic = "percentile", and only with it.')
    if percentile is not None and not 0 < percentile < 100:
        fields.wrong("percentile", f"percentile is {percentile}. Allowed: between 0 and 100.")
    unit = fields.raw.get("unit", "minutes")
    if unit not in ("seconds", "minutes", "days"):
        fields.wrong("unit", f"unit is {unit!r}. Allowed for a duration: seconds, minutes, days.")
    return {
        "numerator": base,
        "duration_from": start,
        "duration_to": end,
        "statistic": statistic,
        "percentile": percentile,
    }


def _repeat(fields: Fields, base: Tally, table: SourceTable) -> dict[str, Any]:
    statistic = fields.choice("statistic", _REPEAT_STATISTICS, "share")
    if statistic == "people" and fields.raw.get("unit", "count") != "count":
        fields.wrong("unit", "a number of people has unit count.")
    values: dict[str, Any] = {
        "numerator": base,
        "person": _column(fields, "person", table, ("pseudonym",), needed=True),
        "window_months": fields.integer("window_months", 12, 1, 60),
        "prior": fields.choice("prior", get_args(Prior), "offence"),
        "statistic": statistic,
    }
    if statistic == "people":
        values.update(unit="count", decimals=0)
    return values


def _holders(fields: Fields, base: Tally, table: SourceTable) -> dict[str, Any]:
    at_least = fields.integer("at_least", 1, 1, 1_000_000)
    at_most = fields.integer("at_most", 1_000_000, 1, 1_000_000) if "at_most" in fields.raw else None
    if at_most is not None and at_most < at_least:
        fields.wrong("at_most", f"at_most ({at_most}) is less than at_least ({at_least}).")
    return {
        "numerator": base,
        "holder": _column(fields, "holder", table, ("pseudonym", "text", "category"), needed=True),
        "at_least": at_least,
        "at_most": at_most,
    }


def _linked_share(fields: Fields, base: Tally, table: SourceTable) -> dict[str, Any]:
    person = _column(fields, "person", table, ("pseudonym",), needed=True)
    part = fields.table("linked")
    if part is None:
        fields.wrong("linked", "[linked] is lacking.")
        return {}
    linked = _tally(Fields({k: v for k, v in part.raw.items() if k != "person"}, part.problems, part.place), None, "")
    other = part.maybe_text("person") or person
    if linked is not None and other is not None:
        _is_column(part, "person", other, source_table(linked.table), ("pseudonym",))
    return {"numerator": base, "person": person, "linked": linked, "linked_person": other}


_BY_KIND: Final[dict[str, Callable[[Fields, Tally, SourceTable], dict[str, Any]]]] = {
    "count": _count,
    "level": _count,
    "rate": _count,
    "mean": _mean,
    "duration": _duration,
    "repeat": _repeat,
    "holders": _holders,
    "linked_share": _linked_share,
}
