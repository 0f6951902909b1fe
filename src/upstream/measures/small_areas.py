"""A count by small area (LSOA) of one census, whichever census the codes in the records are of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import pyarrow.compute as pc

from upstream.errors import BadInput, NotHeld
from upstream.measures.asked import EngineName
from upstream.measures.definition import Definition, Tally
from upstream.measures.engines import ask
from upstream.measures.facts import may_count
from upstream.measures.gathering import visible_areas
from upstream.measures.questions import Question, Scope, Sum, daily_question
from upstream.measures.result import NOT_KNOWN, TableVersion
from upstream.measures.source_tables import source_table
from upstream.periods import Month, months
from upstream.places.areas import areas_of_small_areas
from upstream.places.residents import residents_of
from upstream.places.tables import AREAS, read_table
from upstream.places.vintages import Vintage, carry_counts, lsoa_carry
from upstream.records.quality import month_facts
from upstream.store import ReadingScope, Snapshot, Store

SMALL_AREA_COLUMN: Final = "lsoa"


@dataclass(frozen=True, slots=True)
class SmallArea:
    """The count of one small area.

    Attributes
    ----------
    code, name
        The small area; the name is empty where no look-up has it.
    area
        The partnership or district it lies in, or ``None``.
    count
        Rows; a fraction where rows of a split code were shared out by residents.
    estimated
        Whether some of the count is such a share.
    """

    code: str
    name: str
    area: str | None
    count: Fraction
    estimated: bool


@dataclass(frozen=True, slots=True)
class SmallAreaCounts:
    """A measure by small area; ``total`` is the sum of ``areas``, ``unknown`` and ``without``, exactly.

    Attributes
    ----------
    key, vintage
        The measure; census year of the codes.
    first, last
        The months counted, both included.
    areas
        Small areas with any row, by the area they lie in and code.
    unknown
        Codes that the look-up does not have, with their rows.
    without
        Rows without a small area.
    total
        Rows of the force, as counted.
    by_residents
        Whether split codes were shared by residents; else evenly, as no population of the census is held.
    part
        Months that look only partly uploaded.
    table, query
        The version and the query that the counts rest on.
    """

    key: str
    vintage: Vintage
    first: Month
    last: Month
    areas: tuple[SmallArea, ...]
    unknown: tuple[tuple[str, int], ...]
    without: int
    total: int
    by_residents: bool
    part: tuple[Month, ...]
    table: TableVersion
    query: str

    def of(self, wanted: Collection[str]) -> SmallAreaCounts:
        """With the small areas of these codes, or in these areas, alone; the totals stay those of the force.

        Raises
        ------
        BadInput
            One of them has no row here.
        """
        known = {name for one in self.areas for name in (one.code, one.area)}
        if lacking := sorted(set(wanted) - known):
            inside = sorted({one.area for one in self.areas if one.area is not None})
            raise BadInput(
                f"There is no row of {self.key} in {lacking[0]!r}.",
                allowed=", ".join([*inside, f"or an LSOA code of {self.vintage}"]),
            )
        return replace(self, areas=tuple(a for a in self.areas if not wanted or {a.code, a.area} & set(wanted)))


def small_area_counts(
    definition: Definition,
    store: Store,
    *,
    to: Month,
    span: int = 1,
    vintage: Vintage = 2021,
    force: str | None = None,
    area_codes: Sequence[str] = (),
    scope: ReadingScope | None = None,
    engine: EngineName = "duckdb",
    spark: Any = None,
) -> SmallAreaCounts:
    """Rows that a measure counts, by small area of one census.

    Question
        How many in each small area, when some records carry the codes of another census?

    Parameters
    ----------
    definition
        A count of rows of a table that has small areas.
    to, span
        The last month, and how many months are added up.
    vintage
        Census year of the small areas wanted.
    force, area_codes
        Slug of the force, where a table holds several; codes by which the settings name areas.

    Assumes
        Within a code that was split, what is counted is spread as its residents are (:func:`lsoa_carry`).
    When not to use
        To rank places, or to test differences that rest on shares only.
    Source
        Counts by code come from the engine as whole numbers; the shares are applied here, as fractions.

    Raises
    ------
    BadInput
        The measure is no count of rows with small areas.
    NotHeld
        A month is missing (it is not zero), or the look-up between the censuses is not held.
    """
    tally = _counted(definition)
    snapshot = store.snapshot(tally.table, scope=scope)
    first = to - (span - 1)
    part = _part(store, tally, force, first, to)
    shares = lsoa_carry(store, vintage)
    by_code, query = _by_code(
        tally,
        snapshot,
        Scope(first, to, (), force, visible_areas([snapshot]), by_lsoa=frozenset({tally.table})),
        engine,
        spark,
    )
    without = by_code.pop(NOT_KNOWN, 0)
    carried = carry_counts(by_code, shares)
    names = {row["lsoa"]: row["name"] or "" for row in read_table(store, AREAS).to_pylist()}
    area_of = areas_of_small_areas(store, area_codes) or {}
    areas = [
        SmallArea(code, names.get(code, ""), area_of.get(code), count, code in carried.estimated)
        for code, count in carried.counts.items()
    ]
    return SmallAreaCounts(
        key=definition.key,
        vintage=vintage,
        first=first,
        last=to,
        areas=tuple(sorted(areas, key=lambda one: (one.area or "", one.code))),
        unknown=tuple(carried.unknown.items()),
        without=without,
        total=sum(by_code.values()) + without,
        by_residents=bool(residents_of(store, vintage=vintage)),
        part=part,
        table=TableVersion(tally.table, snapshot.version, snapshot.committed_at.isoformat()),
        query=query,
    )


def _counted(definition: Definition) -> Tally:
    tally = definition.numerator
    if definition.kind != "count" or tally is None or tally.column or tally.distinct:
        raise BadInput(
            f"{definition.key} is no count of rows, so it has no figure by small area.",
            allowed="measures of kind count",
            remedy="See what a measure counts with: upstream measures show KEY",
        )
    if SMALL_AREA_COLUMN not in source_table(tally.table).columns:
        raise BadInput(
            f"{definition.key} counts {tally.table}, which has no small areas.",
            allowed="measures of tables with a column lsoa",
        )
    return tally


def _part(store: Store, tally: Tally, force: str | None, first: Month, to: Month) -> tuple[Month, ...]:
    """The months that look partial for this measure, once every month is known to be held."""
    facts = {fact.month: fact for fact in month_facts(store, tally.table, force)}
    lacking = [month for month in months(first, to) if month not in facts or facts[month].state == "missing"]
    if lacking:
        held = [month for month, fact in facts.items() if fact.state != "missing"]
        raise NotHeld(
            f"{', '.join(str(month) for month in lacking)} of {tally.table} {'is' if len(lacking) == 1 else 'are'} "
            "missing, which is not zero.",
            allowed=f"months from {min(held)} to {max(held)} that are held" if held else None,
            remedy="See them with: upstream records status",
        )
    return tuple(month for month in months(first, to) if any(may_count(tally, low) for low in facts[month].low))


def _by_code(
    tally: Tally, snapshot: Snapshot, scope: Scope, engine: EngineName, spark: Any
) -> tuple[dict[str, int], str]:
    """Rows by small-area code as recorded, and the query."""
    question: Question = daily_question(source_table(tally.table), [Sum(tally.filter)], scope)
    with ask([question], {tally.table: snapshot}, engine, spark=spark) as (answer,):
        added = answer.rows.group_by("label").aggregate([("s0", "sum")])
        counts = zip(
            added.column("label").to_pylist(), pc.fill_null(added.column("s0_sum"), 0).to_pylist(), strict=True
        )
        return {code or NOT_KNOWN: int(rows) for code, rows in counts if rows}, answer.sql
