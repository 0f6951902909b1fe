"""The questions put to an engine: many measures of one table in one query, integer answers only.

Every answer is counts, sums of scaled whole numbers, or a histogram, by area label and day or month. Areas are labelled
by :data:`~upstream.measures.result.NOT_KNOWN` where a row's area is blank or not one of the force's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final, Literal

import ibis
import ibis.expr.types as ir

from upstream.measures.conditions import days, meets, month_number, seconds, unbound, with_durations
from upstream.measures.definition import Definition, Tally
from upstream.measures.filters import Filter
from upstream.measures.result import FORCE, NOT_KNOWN
from upstream.measures.source_tables import SourceTable, source_table
from upstream.periods import Month
from upstream.places.areas import NUMBER_IN_NAME

FIXED_POINT: Final = 100_000
"""Numbers and weights are summed as whole hundred-thousandths, so that order and engine cannot change a digit."""

Shape = Literal["daily", "distinct", "histogram", "holders", "repeat", "linked", "records", "slice"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What every question is limited to.

    Attributes
    ----------
    first, last : Month
        Months read.
    areas : tuple of str
        Area codes of the force; empty: every area that the records name.
    force : str or None
        Slug of the force, for tables that hold several.
    visible : tuple of str or None
        Areas whose rows the reader may use; ``None``: every row.
    by_force : bool
        Label rows by force instead of by area, in tables that hold several.
    by_lsoa : frozenset of str
        Tables whose rows are labelled by the code of their small area, which a look-up then carries.
    """

    first: Month
    last: Month
    areas: tuple[str, ...] = ()
    force: str | None = None
    visible: tuple[str, ...] | None = None
    by_force: bool = False
    by_lsoa: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sum:
    """A column of a daily answer: rows that meet ``filter``, the sum of ``column``, or (``squared``) of its square."""

    filter: Filter | None
    column: str | None = None
    squared: bool = False

    @property
    def scaled(self) -> bool:
        """Whether the whole number answered is in hundred-thousandths."""
        return self.column is not None


@dataclass(frozen=True)
class Question:
    """One query.

    Attributes
    ----------
    shape : str
        What the answer holds: "daily": label, day, rows and one column a sum; "distinct": label, month, n; "histogram":
        label, month, value and a column a filter (value -1: rows that cannot be used); "holders": label, month, value
        (rows a holder has), n (holders); "repeat" and "linked": label, month, n (people), hits; "records": the rows;
        "slice": as the functions of :mod:`~upstream.measures.slice_questions` say.
    tables : tuple of str
        Tables read.
    expression : ibis table
    sums : tuple of Sum
        Of a daily question, in the order of its columns ``s0``, ``s1`` ...; of a histogram likewise.
    """

    shape: Shape
    tables: tuple[str, ...]
    expression: ir.Table
    sums: tuple[Sum, ...] = ()


QuestionKey = tuple[object, ...]


def sums_of(definition: Definition) -> list[tuple[str, Sum]]:
    """The daily sums that a definition needs, each with its table."""
    above, below, weight = definition.numerator, definition.denominator, definition.weight
    if above is None or definition.kind in ("duration", "repeat", "holders", "linked_share"):
        return []
    found = [(t.table, Sum(t.filter, weight or t.column)) for t in (above, below) if t is not None and not t.distinct]
    if weight and below is not None:
        found += [(below.table, Sum(below.filter, weight, squared=True)), (below.table, Sum(below.filter))]
        found += [(above.table, Sum(above.filter))]
    found += [(t.table, Sum(t.filter)) for t in (above, below) if t is not None and t.table == "returns"]
    return found


def other_question_keys(definition: Definition) -> list[QuestionKey]:
    """Keys of the questions of its own that a definition needs; equal keys are asked once."""
    base = definition.numerator
    if base is None:
        return []
    match definition.kind:
        case "duration":
            return [("histogram", base.table, definition.duration_from, definition.duration_to)]
        case "holders":
            return [("holders", base, definition.holder)]
        case "repeat":
            return [("repeat", base, definition.person, definition.window_months, definition.prior)]
        case "linked_share":
            return [("linked", base, definition.person, definition.linked, definition.linked_person)]
        case _:
            tallies = (base, definition.denominator)
            return [("distinct", tally) for tally in tallies if tally is not None and tally.distinct]


def daily_question(table: SourceTable, sums: Iterable[Sum], scope: Scope) -> Question:
    """All the sums of one table by area label and day."""
    wanted = tuple(dict.fromkeys(sums))
    rows = with_durations(_rows(table, scope), [one.filter.condition for one in wanted if one.filter])
    columns = {f"s{at}": _sum(one, table, rows) for at, one in enumerate(wanted)}
    answer = rows.group_by(label=rows.upstream_label, day=rows[table.event_date]).agg(rows=rows.count(), **columns)
    return Question("daily", (table.name,), answer, wanted)


def other_question(key: QuestionKey, scope: Scope, filters: Sequence[Filter | None] = ()) -> Question:
    """The question of a key made by :func:`other_question_keys`; a histogram serves several ``filters`` at once."""
    match key:
        case ("histogram", str() as table, str() as start, str() as end):
            return _histogram(table, start, end, filters, scope)
        case ("holders", Tally() as base, str() as holder):
            return _holders(base, holder, scope)
        case ("repeat", Tally() as base, str() as person, int() as window, str() as prior):
            return _repeat(base, person, window, prior, scope)
        case ("linked", Tally() as base, str() as person, Tally() as linked, str() as other):
            return _linked(base, person, linked, other, scope)
        case ("distinct", Tally() as tally):
            return _distinct(tally, scope)
    raise ValueError(f"no such question: {key!r}")


# --- rows and labels ------------------------------


def _rows(table: SourceTable, scope: Scope) -> ir.Table:
    """Rows of the months in scope, labelled, last snapshots only."""
    rows = unbound(table)
    day = rows[table.event_date]
    rows = rows.filter(day >= ibis.literal(scope.first.first_day), day <= ibis.literal(scope.last.last_day))
    if "force" in table.columns and scope.force is not None:
        rows = rows.filter(rows["force"] == scope.force)
    if scope.visible is not None:
        rows = rows.filter(_area(table, rows).isin(list(scope.visible)).fill_null(False))
    if table.snapshot:
        day = rows[table.event_date]
        newest = rows.group_by(upstream_at=month_number(day)).agg(upstream_last=day.max())
        rows = rows.filter(day.isin(newest.upstream_last))
    label = rows["force"].fill_null(NOT_KNOWN) if scope.by_force else _label(table, rows, scope)
    return rows.mutate(upstream_label=label)


def _area(table: SourceTable, rows: ir.Table) -> ir.StringValue:
    """The area as recorded; empty where the table has none."""
    if "area" in table.columns:
        return rows["area"]
    if "lsoa_name" in table.columns:
        area = rows["lsoa_name"].re_replace(NUMBER_IN_NAME, "")
        return (area == "").ifelse(ibis.null("string"), area)
    return ibis.null("string")


def names_small_areas(table: SourceTable) -> bool:
    """Whether rows lie in a small area and in no area of the force's own: the tables of police.uk."""
    return {"lsoa", "lsoa_name"} <= table.columns.keys() and "area" not in table.columns


def _label(table: SourceTable, rows: ir.Table, scope: Scope) -> ir.StringValue:
    if table.name in scope.by_lsoa:
        return rows["lsoa"].fill_null(NOT_KNOWN)
    area = _area(table, rows)
    if not scope.areas or table.name == "returns":
        return area.fill_null(NOT_KNOWN)
    return area.isin(list(scope.areas)).fill_null(False).ifelse(area, NOT_KNOWN)


def _sum(one: Sum, table: SourceTable, rows: ir.Table) -> ir.IntegerScalar:
    where = meets(one.filter.condition, rows) if one.filter is not None else None
    if one.column is None:
        return rows.count(where=where)
    value = rows[one.column]
    if table.columns[one.column].type == "number":
        value = (value * FIXED_POINT + 0.5).floor().cast("int64")
    else:
        value = value.cast("int64") * FIXED_POINT
    if one.squared:
        value = value * value
    return value.sum(where=where)


def _met(base: Tally, table: SourceTable, scope: Scope) -> ir.Table:
    rows = _rows(table, scope)
    if base.filter is not None:
        rows = rows.filter(meets(base.filter.condition, rows))
    return rows.mutate(upstream_month=month_number(rows[table.event_date]))


def _areas_and_force(rows: ir.Table) -> ir.Table:
    """The rows by area label, and all of them once more under the force: what cannot be added up is counted twice."""
    return rows.union(rows.mutate(upstream_label=ibis.literal(FORCE)), distinct=False)


# --- shapes ------------------------------


def records_question(tally: Tally, scope: Scope, area: str) -> Question:
    """The rows themselves of one tally in the months in scope, latest first; ``area`` may be the whole force."""
    table = source_table(tally.table)
    rows = _met(tally, table, scope)
    if area != FORCE:
        rows = rows.filter(rows.upstream_label == area)
    others = [name for name in table.columns if name != table.event_date]
    answer = rows.select(*table.columns).order_by(ibis.desc(table.event_date), *others)
    return Question("records", (table.name,), answer)


def _distinct(tally: Tally, scope: Scope) -> Question:
    table = source_table(tally.table)
    rows = _met(tally, table, scope)
    for column in tally.distinct:
        rows = rows.filter(rows[column].notnull())
    each = _areas_and_force(rows.select("upstream_label", "upstream_month", *tally.distinct)).distinct()
    answer = each.group_by(label=each.upstream_label, month=each.upstream_month).agg(n=each.count())
    return Question("distinct", (table.name,), answer)


def _histogram(name: str, start: str, end: str, filters: Sequence[Filter | None], scope: Scope) -> Question:
    table = source_table(name)
    sums = tuple(Sum(one) for one in dict.fromkeys(filters))
    rows = _rows(table, scope)
    rows = rows.filter(reduce(or_, (meets(one.filter.condition if one.filter else None, rows) for one in sums)))
    taken = seconds(rows, start, end) if table.columns[start].type == "timestamp" else days(rows, start, end)
    rows = rows.mutate(
        upstream_value=(taken >= 0).fill_null(False).ifelse(taken, -1).cast("int64"),
        upstream_month=month_number(rows[table.event_date]),
    )
    columns = {f"s{at}": _sum(one, table, rows) for at, one in enumerate(sums)}
    answer = rows.group_by(label=rows.upstream_label, month=rows.upstream_month, value=rows.upstream_value).agg(
        **columns
    )
    return Question("histogram", (name,), answer, sums)


def _holders(base: Tally, holder: str, scope: Scope) -> Question:
    table = source_table(base.table)
    rows = _met(base, table, scope)
    rows = rows.filter(rows[holder].notnull()).select("upstream_label", "upstream_month", holder)
    rows = _areas_and_force(rows)
    each = rows.group_by("upstream_label", "upstream_month", holder).agg(upstream_held=rows.count())
    answer = each.group_by(label=each.upstream_label, month=each.upstream_month, value=each.upstream_held).agg(
        n=each.count()
    )
    return Question("holders", (table.name,), answer)


def _repeat(base: Tally, person: str, window: int, prior: str, scope: Scope) -> Question:
    table = source_table(base.table)
    rows = _met(base, table, scope)
    rows = rows.filter(rows[person].notnull())
    if prior == "month":
        marked = _before_the_month(rows, person, window)
    else:
        marked = _before_the_offence(rows, person, window, table)
    each = _areas_and_force(marked.select("upstream_label", "upstream_month", person, "upstream_again"))
    people = each.group_by("upstream_label", "upstream_month", person).agg(upstream_again=each.upstream_again.max())
    answer = people.group_by(label=people.upstream_label, month=people.upstream_month).agg(
        n=people.count(), hits=people.upstream_again.sum()
    )
    return Question("repeat", (table.name,), answer)


def _before_the_offence(rows: ir.Table, person: str, window: int, table: SourceTable) -> ir.Table:
    """Marks rows whose person has another row in the ``window`` months up to the same day, the earlier row first."""
    day = rows[table.event_date]
    order = [table.event_date, *(name for name in ("crime_ref",) if name in table.columns)]
    last = day.lag(1).over(ibis.window(group_by=person, order_by=order))
    rows = rows.mutate(upstream_prior=last)
    again = rows.upstream_prior >= (rows[table.event_date] - ibis.interval(months=window))
    return rows.mutate(upstream_again=again.fill_null(False).cast("int64"))


def _before_the_month(rows: ir.Table, person: str, window: int) -> ir.Table:
    """Marks rows whose person has a row in one of the ``window`` whole months before the row's month."""
    months = rows.select(person, "upstream_month").distinct()
    last = months.upstream_month.lag(1).over(ibis.window(group_by=person, order_by="upstream_month"))
    months = months.mutate(upstream_again=((months.upstream_month - last) <= window).fill_null(False).cast("int64"))
    return rows.select("upstream_label", "upstream_month", person).join(months, [person, "upstream_month"])


def _linked(base: Tally, person: str, linked: Tally, other: str, scope: Scope) -> Question:
    table, second = source_table(base.table), source_table(linked.table)
    rows = _met(base, table, scope)
    rows = rows.filter(rows[person].notnull())
    each = _areas_and_force(rows.select("upstream_label", "upstream_month", upstream_person=rows[person])).distinct()
    matches = _met(linked, second, scope)
    matches = matches.select(upstream_person=matches[other], upstream_month=matches.upstream_month).distinct()
    matches = matches.mutate(upstream_hit=ibis.literal(1))
    joined = each.left_join(matches, ["upstream_person", "upstream_month"])
    answer = joined.group_by(label=joined.upstream_label, month=joined.upstream_month).agg(
        n=joined.count(), hits=joined.upstream_hit.fill_null(0).sum()
    )
    return Question("linked", (table.name, second.name), answer)
