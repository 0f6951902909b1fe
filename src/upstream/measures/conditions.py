"""Parsed filters as Ibis expressions; the only way from a definition's text to a query."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from upstream.measures import filters as f
from upstream.measures.source_tables import SourceTable

_IBIS_TYPES: Final = {
    "text": "string",
    "category": "string",
    "pseudonym": "string",
    "date": "date",
    # engines show timestamps as UTC without a zone: arithmetic on zoned ones is twenty times slower in DuckDB
    "timestamp": "timestamp",
    "integer": "int64",
    "number": "float64",
    "boolean": "boolean",
}
_SIGNS: Final[dict[str, Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def unbound(table: SourceTable) -> ir.Table:
    """The table as an Ibis expression that no engine is bound to yet."""
    schema = {column.name: _IBIS_TYPES[column.type] for column in table.columns.values()}
    return ibis.table(schema, name=table.name)


def seconds(rows: ir.Table, start: str, end: str) -> ir.IntegerValue:
    """Whole seconds from one timestamp to another, both cut to the second so that engines agree."""
    return rows[end].truncate("s").delta(rows[start].truncate("s"), unit="second")


def days(rows: ir.Table, start: str, end: str) -> ir.IntegerValue:
    """Days from one date to another."""
    return rows[end].delta(rows[start], unit="day")


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    """Months since year 0, as :attr:`upstream.periods.Month.index`."""
    return (day.year() * 12 + day.month() - 1).cast("int64")


def meets(condition: f.Condition | None, rows: ir.Table) -> ir.BooleanValue:
    """True for the rows that meet the condition, false for all others, never empty."""
    match condition:
        case None:
            return ibis.literal(True)
        case f.IsTrue(column):
            return rows[column].fill_null(False)
        case f.IsMissing(column):
            return rows[column].isnull()
        case f.IsIn(column, values):
            return rows[column].isin(values).fill_null(False)
        case f.Compare(operand, sign, value):
            return _SIGNS[sign](_operand(operand, rows), value).fill_null(False)
        case f.Not(term):
            return ~meets(term, rows)
        case f.All(terms):
            return reduce(operator.and_, (meets(term, rows) for term in terms))
        case f.Any(terms):
            return reduce(operator.or_, (meets(term, rows) for term in terms))


def _operand(operand: f.Operand, rows: ir.Table) -> ir.Value:
    match operand:
        case f.Field(column):
            return rows[column]
        case f.Between() if _named(operand) in rows.columns:
            return rows[_named(operand)]
        case f.Between():
            return _taken(operand, rows)


def _named(between: f.Between) -> str:
    return f"upstream_{between.function}_{between.start}_{between.end}"


def _taken(between: f.Between, rows: ir.Table) -> ir.IntegerValue:
    measured = seconds if between.function == "seconds_between" else days
    return measured(rows, between.start, between.end)


def with_durations(rows: ir.Table, conditions: Iterable[f.Condition | None]) -> ir.Table:
    """The rows with a column for every time between two columns that the conditions compare: worked out once a row."""
    asked = dict.fromkeys(one for condition in conditions for one in _between(condition))
    return rows.mutate(**{_named(one): _taken(one, rows) for one in asked}) if asked else rows


def _between(condition: f.Condition | None) -> Iterator[f.Between]:
    match condition:
        case f.Compare(f.Between() as operand, _, _):
            yield operand
        case f.Not(term):
            yield from _between(term)
        case f.All(terms) | f.Any(terms):
            for term in terms:
                yield from _between(term)
