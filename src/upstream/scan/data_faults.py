"""Faults of the data that would pass for news: months that are missing, or look only partly uploaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from upstream.harm.totals import Counted, harm_of
from upstream.measures.crime_types import type_by_key
from upstream.measures.engines import ask_duckdb
from upstream.measures.slice_questions import SliceRows, by_area_and_code
from upstream.periods import Month, months
from upstream.places.areas import areas_of_small_areas
from upstream.records.quality import MonthFact, PartMonth, month_facts
from upstream.scan.monthly_counts import SHARED_POINTS
from upstream.scan.night import Night
from upstream.scan.signals import Signal, key_of
from upstream.scan.volumes import READ_MONTHS

LOOKED_BACK: Final = READ_MONTHS
"""Months, the last one among them, whose faults are told: those that any month is compared with."""
USUAL_MONTHS: Final = 12
"""Months, the last one among them, whose harm stands for that of the records that are lacking."""
WHOLE_NAMED: Final = 6 / 10_000
"""Share of whole months that the rule names all the same. Source: docs/explanation/calibration.md."""
_DAYS_A_MONTH: Final = 365.25 / 12
TABLES: Final = ("crimes", "incidents", "street_crimes")
METHOD: Final = (
    "Records of the month against the lowest of the two months before and after, as far as held: by type, by area, and "
    "by type in an area. Named when below 60% (50% for a type in an area) and five standard errors of a count."
)


def data_faults(night: Night, table: str) -> tuple[Signal, ...]:
    """Missing months, and months of which only a part seems to be there, as far back as months are compared.

    Months missing one after the other are one fault.
    """
    carried = areas_of_small_areas(night.store, tuple(night.areas)) if table in SHARED_POINTS else None
    facts = month_facts(night.store, table, night.force, area_of=carried)
    version = night.store.version(table)
    since = night.last_month - (LOOKED_BACK - 1)
    before = [fact for fact in facts if fact.month <= night.last_month]
    held = [fact.rows for fact in before if fact.state != "missing"]
    missing = [fact.month for fact in before if fact.state == "missing"] if night.whole_force else []
    gaps = [gap for gap in _gaps(missing) if gap[-1] >= since]
    parts = [(fact, low) for fact in before if fact.month >= since for low in fact.low if _may_see(night, low)]
    return (
        *(_missing(night, table, gap, round(sum(held) / len(held)), version) for gap in gaps),
        *(_part(night, table, fact, low, version) for fact, low in parts),
    )


def not_yet_held(night: Night, tables: Iterable[str]) -> tuple[Signal, ...]:
    """Months that a table of the force's own has not, though another one has: nobody added them yet."""
    newest = {
        name: facts[-1].month
        for name in tables
        if name not in SHARED_POINTS and (facts := month_facts(night.store, name))
    }
    if not newest or not night.whole_force:
        return ()
    there = min(max(newest.values()), night.last_month)
    found = []
    for name, last in newest.items():
        rows = [fact.rows for fact in month_facts(night.store, name)[-USUAL_MONTHS:]]
        lacking = _gaps(tuple(months(last + 1, there)))
        usual, version = round(sum(rows) / len(rows)), night.store.version(name)
        found += [_missing(night, name, gap, usual, version) for gap in lacking]
    return tuple(found)


def _gaps(lacking: Sequence[Month]) -> Iterator[list[Month]]:
    """Months in order, those that follow one another together."""
    starts = [at for at, month in enumerate(lacking) if not at or month != lacking[at - 1] + 1]
    return (list(lacking[start:end]) for start, end in pairwise([*starts, len(lacking)]))


def _may_see(night: Night, low: PartMonth) -> bool:
    return night.scope.areas is None or low.area in night.scope.areas


def _part(night: Night, table: str, fact: MonthFact, low: PartMonth, version: int) -> Signal:
    kind = type_by_key(table).get(low.category or "")
    what = f"of {kind or low.category} " if low.category else ""
    evidence = (
        f"{fact.month.label} holds {low.rows:,} {_thing(table)} {what}in {night.place(low.area)}; the lowest of the "
        f"months beside it holds {low.lowest_neighbour:,}. It looks as if only a part was uploaded."
    )
    return _fault(night, table, [fact.month], low, (kind,) if kind else (), evidence, version)


def _missing(night: Night, table: str, gap: Sequence[Month], usual: int, version: int) -> Signal:
    alone = len(gap) == 1
    evidence = (
        f"No {_thing(table)} of {gap[0].label if alone else f'{gap[0].label} to {gap[-1].label}'} are held for "
        f"{night.force_name}, where months hold {usual:,} on average. "
        f"{'The month was' if alone else f'The {len(gap)} months were'} not uploaded, or left empty."
    )
    return _fault(night, table, gap, PartMonth(None, None, 0, usual * len(gap)), (), evidence, version)


def _fault(
    night: Night, table: str, of: Sequence[Month], low: PartMonth, types: tuple[str, ...], evidence: str, version: int
) -> Signal:
    figures: dict[str, Any] = {"table": table, "category": low.category, "missing": not low.rows}
    period = f"{table}|{of[0]}|{low.category or ''}"
    return Signal(
        key=key_of("data_fault", types, low.area, (), period),
        kind="data_fault",
        types=types,
        area=low.area,
        small_areas=(),
        place=night.place(low.area),
        first=of[0].first_day,
        last=of[-1].last_day,
        count=low.rows,
        expected=float(low.lowest_neighbour),
        recurrence_days=_DAYS_A_MONTH / WHOLE_NAMED if low.rows else None,
        harm_days=(low.lowest_neighbour - low.rows) * _harm_each(night, table, low),
        figures=figures,
        evidence=evidence,
        method=METHOD,
        tables={table: version},
    )


def _harm_each(night: Night, table: str, low: PartMonth) -> float:
    """Days of harm of one record such as are lacking, by those held of the last months; incidents have no weight."""
    if table == "incidents":
        return 0.0
    opened = night.store.snapshot(table, scope=night.scope)
    within = (low.area,) if low.area is not None and table not in SHARED_POINTS else None
    rows = SliceRows(
        table, (night.last_month - (USUAL_MONTHS - 1)).first_day, night.last_month.last_day, areas=within,
        types=(low.category,) if low.category else tuple(type_by_key(table)), force=night.force,
    )  # fmt: skip
    with ask_duckdb([by_area_and_code(rows)], {table: opened}) as answers:
        held = [Counted(row["type"], row["code"], int(row["n"])) for row in answers[0].rows.to_pylist()]
    return float(harm_of(table, held).days) / max(sum(one.crimes for one in held), 1)


def _thing(table: str) -> str:
    return {"crimes": "records of crimes", "incidents": "incidents", "street_crimes": "street crimes"}[table]
