"""What each small area of a force has of every indicator: from records, deprivation, or a partner's file."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.analyse.index_definition import IndexDefinition, IndicatorOf, refuse_protected
from upstream.errors import BadInput, NotHeld
from upstream.harm.weights import one_for, weights
from upstream.measures.asked import EngineName
from upstream.measures.crime_types import ASB, left_out, types_in
from upstream.measures.engines import ask
from upstream.measures.questions import Question
from upstream.measures.result import TableVersion
from upstream.measures.slice_questions import SliceRows, by_small_area_and_type, victims_again_by_small_area
from upstream.measures.slices import tables_with, versions_of
from upstream.periods import Month, months
from upstream.places.areas import areas_of_small_areas, force_of_lsoa
from upstream.places.rurality import rural_small_areas
from upstream.places.tables import AREAS, CHANGES, DEPRIVATION, POPULATION, read_table
from upstream.places.vintages import lsoa_carry
from upstream.records.quality import month_facts
from upstream.stats.composite import Indicator, exact, shrunken_rates
from upstream.store import ReadingScope, Snapshot, Store

VINTAGE: Final = 2021
PURPOSE: Final = "Index of needs by small area"
TABLES: Final = frozenset({"crimes", "incidents", "people_in_crimes", "street_crimes"})


@dataclass(frozen=True, slots=True)
class SmallArea:
    """One small area: ``area`` names the policing area it lies in; ``rural`` is ``None`` where nobody says."""

    code: str
    name: str
    area: str
    residents: int
    households: int | None
    rural: bool | None


@dataclass(frozen=True, slots=True)
class Needs:
    """What every small area has of each indicator.

    Attributes
    ----------
    areas
        Small areas of the force with enough residents, by code.
    left_out
        Small areas with fewer, or with none known: code and residents.
    used, lacking
        Indicators that could be had; and the others, each with why not.
    indicators
        Of those used, for :mod:`upstream.stats.composite`.
    plain
        Of those used, array (n,) as a reader knows it.
    units
        Of those used, what the numbers of ``plain`` are, in words.
    harm
        Array (n,) days of harm, for weighing by need; zeros where none could be counted.
    first, last
        Months counted, both included.
    missing
        Months among them that are not held: they are not zero, and are in no figure.
    placed, elsewhere, without_place
        Crimes in those small areas, in others, and of no known one.
    tables
        Versions counted.
    """

    areas: tuple[SmallArea, ...]
    left_out: tuple[tuple[str, int], ...]
    used: tuple[IndicatorOf, ...]
    lacking: tuple[tuple[IndicatorOf, str], ...]
    indicators: tuple[Indicator, ...]
    plain: tuple[NDArray[np.float64], ...]
    units: tuple[str, ...]
    harm: NDArray[np.float64]
    first: Month
    last: Month
    missing: tuple[Month, ...]
    placed: float
    elsewhere: float
    without_place: float
    tables: tuple[TableVersion, ...]


def small_areas_of(
    store: Store, areas: Mapping[str, str], force: str | None, least_residents: int
) -> tuple[tuple[SmallArea, ...], tuple[tuple[str, int], ...]]:
    """Small areas of a force with enough residents, by code; and the others with their residents (0: not known).

    Parameters
    ----------
    store
        Holds a look-up of small areas and a population.
    areas
        Code to name of the policing areas; empty: those of the look-up.
    force
        Slug of the force, where no policing area is named.

    Raises
    ------
    NotHeld
        No look-up, no population, or no small area of the force.
    """
    area_of = areas_of_small_areas(store, areas)
    people = {
        row["lsoa"]: row
        for row in sorted(read_table(store, POPULATION).to_pylist(), key=lambda row: row["period"])
        if row["vintage"] == VINTAGE and row["residents"] is not None
    }
    if area_of is None or not people:
        raise NotHeld(
            f"No {'look-up of small areas' if area_of is None else 'population of 2021 small areas'} is held.",
            remedy="Add it: upstream places add lookup FILE.csv, upstream places add population FILE.csv",
        )
    inside = _of_force(store, area_of, areas, force)
    rural = rural_small_areas(store, vintage=VINTAGE)
    names = {row["lsoa"]: row["name"] for row in read_table(store, AREAS).to_pylist() if row[f"in_{VINTAGE}"]}
    kept, out = [], []
    for code in sorted(inside & names.keys()):
        row = people.get(code, {"residents": 0, "households": None})
        if row["residents"] < least_residents:
            out.append((code, row["residents"]))
            continue
        area = areas.get(area_of[code], area_of[code])
        kept.append(SmallArea(code, names[code] or code, area, row["residents"], row["households"], rural.get(code)))
    if len(kept) < 3:
        raise NotHeld(f"{len(kept)} small areas of the force have {least_residents} residents or more.",
                      allowed="three or more", remedy="Add a look-up of its small areas and a population.")  # fmt: skip
    return tuple(kept), tuple(out)


def _of_force(store: Store, area_of: Mapping[str, str], areas: Mapping[str, str], force: str | None) -> set[str]:
    wanted = set(areas) | set(areas.values())
    inside = {code for code, area in area_of.items() if area in wanted}
    if inside or force is None:
        return inside or set(area_of)
    of = force_of_lsoa(store)
    found = {code for code, one in of.items() if one.name.lower().replace("&", "and").replace(" ", "-") == force}
    return found or set(area_of)


def needs_of(
    definition: IndexDefinition,
    store: Store,
    scope: ReadingScope,
    *,
    to: Month | None = None,
    areas: Mapping[str, str] | None = None,
    force: str | None = None,
    files: Sequence[Path] = (),
    engine: EngineName = "duckdb",
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
) -> Needs:
    """What every small area has of each indicator of an index, each table read once.

    Question: how much harm, crime, repeated victimisation and deprivation is there in each small area?

    Parameters: ``definition``; ``store``; ``scope`` whose areas bound what is read; ``to`` the last month (the newest
    held); ``areas`` code to name of the policing areas; ``force`` its slug; ``files`` of a partner: a small-area code
    and a number a column.

    Assumes: a crime belongs to the small area that it is recorded in; codes of 2011 are carried to 2021 by residents.

    When not to use: for places with many visitors and few residents, rates for each resident say little of the risk to
    any one person; they say where the work is.

    Raises
    ------
    NotHeld
        No records, or nothing about small areas.
    """
    small, left = small_areas_of(store, areas or {}, force, definition.least_residents)
    table = next((name for name in ("crimes", "street_crimes") if store.holds(name)), None)
    if table is None:
        raise NotHeld("No table of crimes is held.", remedy="Add records first.")
    held = {one.month for one in month_facts(store, table, force) if one.state != "missing"}
    last = to or max(held)
    first = last - (definition.months - 1)
    if not any(month in held for month in months(first, last)):
        raise NotHeld(f"No records of {first.label} to {last.label} are held.",
                      allowed=f"{min(held).label} to {max(held).label}")  # fmt: skip
    opened = {name: store.snapshot(name, scope=scope) for name in tables_with(table, store, scope)}
    questions = _questions(definition, table, opened, first, last, force)
    with ask(list(questions.values()), opened, engine, spark=spark, memory=memory, threads=threads) as answers:
        rows = {key: one.rows.to_pylist() for key, one in zip(questions, answers, strict=True)}
    carried = _Carried(store, small)
    made = _Made(carried, table, rows, _file_columns(files), _deprivation(store), len(small))
    found, lacking = [], []
    for one in definition.indicators:
        try:
            found.append((one, *made.indicator(one, small)))
        except NotHeld as error:
            lacking.append((one, error.what))
    if len(found) < 2:
        raise NotHeld("Fewer than two indicators of the index are held: " + "; ".join(why for _, why in lacking))
    placed = carried.sums(rows["crimes"])
    total, without = (sum(int(r["n"]) for r in rows["crimes"] if every or r["lsoa"] is None) for every in (True, False))
    return Needs(
        areas=small, left_out=left, used=tuple(one for one, _, _ in found), lacking=tuple(lacking),
        indicators=tuple(indicator for _, indicator, _ in found), plain=tuple(plain for _, _, plain in found),
        units=tuple(made.unit(one) for one, _, _ in found), harm=made.harm()[0], first=first, last=last,
        missing=tuple(month for month in months(first, last) if month not in held),
        placed=float(placed.sum()), elsewhere=total - without - float(placed.sum()), without_place=without,
        tables=versions_of(opened),
    )  # fmt: skip


def _questions(
    definition: IndexDefinition,
    table: str,
    opened: Mapping[str, Snapshot],
    first: Month,
    last: Month,
    force: str | None,
) -> dict[str, Question]:
    def rows(name: str, types: tuple[str, ...] | None, without: tuple[str, ...] = ()) -> SliceRows:
        visible = None if name == "street_crimes" else opened[name].areas
        return SliceRows(name, first.first_day, last.last_day, types=types, visible=visible, force=force,
                         without_types=without)  # fmt: skip

    found = {"crimes": by_small_area_and_type(rows(table, None, left_out(table, ())))}
    if any(ASB in one.types for one in definition.indicators):
        asb = "incidents" if "incidents" in opened else table
        if asb in ("incidents", "street_crimes"):
            found["asb"] = by_small_area_and_type(rows(asb, types_in(asb, (ASB,))))
    if "people_in_crimes" in opened:
        found["again"] = victims_again_by_small_area(rows(table, None))
    return found


class _Carried:
    """Small-area codes of either census as positions among the small areas, with shares."""

    def __init__(self, store: Store, small: Sequence[SmallArea]) -> None:
        at = {area.code: place for place, area in enumerate(small)}
        self.n = len(small)
        self.places: dict[str, list[tuple[int, float]]] = {code: [(place, 1.0)] for code, place in at.items()}
        if store.holds(CHANGES.name):
            self.places |= {code: [] for code in at}
            for row in lsoa_carry(store, VINTAGE).to_pylist():
                if row["to_code"] in at:
                    share = (at[row["to_code"]], row["part"] / row["whole"])
                    self.places.setdefault(row["from_code"], []).append(share)
            self.places |= {code: [(place, 1.0)] for code, place in at.items() if not self.places[code]}

    def sums(self, rows: Sequence[Mapping[str, Any]], weight: str = "n") -> NDArray[np.float64]:
        """The sum of a field by small area, array (n,)."""
        made = np.zeros(self.n)
        for row in rows:
            for place, share in self.places.get(row["lsoa"], ()):
                made[place] += share * float(row[weight])
        return made


@dataclass(frozen=True, slots=True)
class _Made:
    """Everything that indicators are made of."""

    carried: _Carried
    table: str
    rows: Mapping[str, list[dict[str, Any]]]
    columns: Mapping[str, Mapping[str, float]]
    domains: Mapping[str, Mapping[str, tuple[float, bool]]]
    n: int

    def indicator(self, of: IndicatorOf, small: Sequence[SmallArea]) -> tuple[Indicator, NDArray[np.float64]]:
        if of.counts == "deprivation":
            return self._domain(of, small)
        if of.counts == "file":
            return self._column(of, small)
        counts, dispersion = self._counts(of)
        bases = _bases(of, small)
        if of.per == "none":
            return exact(counts, more_is_need=of.more_is_need), counts
        rates = shrunken_rates(counts, bases, dispersion=dispersion)
        if not of.more_is_need:
            rates = exact(rates.values, more_is_need=False)
        return rates, 1000 * counts / bases

    def unit(self, of: IndicatorOf) -> str:
        """What the numbers of an indicator are, in words."""
        if of.counts == "deprivation":
            return (
                "score"
                if any(scored for _, scored in self.domains[of.domain].values())
                else "rank, 1 the most deprived"
            )
        what = {"harm": "days", "victims_again": "people", "file": "value"}.get(of.counts, "number")
        return what if of.per == "none" else f"{what} per 1,000 {of.per}"

    def _counts(self, of: IndicatorOf) -> tuple[NDArray[np.float64], float]:
        """Counts by small area, and their variance over their mean if events are Poisson."""
        if of.counts == "harm":
            return self.harm(of.types)
        key = "again" if of.counts == "victims_again" else "asb" if of.types == (ASB,) else "crimes"
        if key not in self.rows:
            raise NotHeld(
                f"{of.title}: {'no people are' if key == 'again' else 'no incidents are'} held beside crimes."
            )
        rows = self.rows[key]
        if key == "crimes":
            rows = self._of_types(of.types)
        return self.carried.sums(rows), 1.0

    def _of_types(self, types: Sequence[str]) -> list[dict[str, Any]]:
        wanted = types_in(self.table, [name for name in types if name != ASB])
        return [row for row in self.rows["crimes"] if not types or wanted is None or row["type"] in wanted]

    def harm(self, types: Sequence[str] = ()) -> tuple[NDArray[np.float64], float]:
        """Days of harm by small area without what police find, and the mean weight of a day."""
        weighed, days, squares = [], 0.0, 0.0
        for row in self._of_types(types):
            weight = one_for(weights(), self.table, row["type"] or "", row["code"])
            if weight is not None and not weight.found_by_police:
                each = float(weight.days)
                weighed.append({"lsoa": row["lsoa"], "days": each * row["n"]})
                days += each * row["n"]
                squares += each**2 * row["n"]
        found = self.carried.sums(weighed, "days")
        return found, squares / days if days else 1.0

    def _domain(self, of: IndicatorOf, small: Sequence[SmallArea]) -> tuple[Indicator, NDArray[np.float64]]:
        held = self.domains.get(of.domain, {})
        lacking = [area.code for area in small if area.code not in held]
        if lacking:
            raise NotHeld(f"{of.title}: no deprivation of 2021 small areas is held for {len(lacking)} of {len(small)}.")
        values = np.array([held[area.code][0] for area in small])
        is_score = held[small[0].code][1]
        return exact(values, more_is_need=is_score == of.more_is_need), values

    def _column(self, of: IndicatorOf, small: Sequence[SmallArea]) -> tuple[Indicator, NDArray[np.float64]]:
        held = self.columns.get(of.column or of.key)
        if held is None:
            raise NotHeld(f"{of.title}: no file with a column {of.column or of.key} was given.")
        lacking = [area.code for area in small if area.code not in held]
        if lacking:
            raise NotHeld(
                f"{of.title}: the file lacks {len(lacking)} of {len(small)} small areas, such as {lacking[0]}."
            )
        values = np.array([held[area.code] for area in small])
        if of.per == "none":
            return exact(values, more_is_need=of.more_is_need), values
        bases = _bases(of, small)
        return shrunken_rates(values, bases), 1000 * values / bases


def _bases(of: IndicatorOf, small: Sequence[SmallArea]) -> NDArray[np.float64]:
    if of.per == "households":
        if any(not area.households for area in small):
            raise NotHeld(f"{of.title}: households are not held for every small area.")
        return np.array([float(area.households or 0) for area in small])
    return np.array([float(area.residents) for area in small])


def _deprivation(store: Store) -> dict[str, dict[str, tuple[float, bool]]]:
    """Domain -> small area -> its score of the newest index (true), else its rank (false)."""
    held = [row for row in read_table(store, DEPRIVATION).to_pylist() if row["vintage"] == VINTAGE]
    newest = max((row["year"] for row in held), default=None)
    found: dict[str, dict[str, tuple[float, bool]]] = {}
    for row in held:
        if row["year"] == newest and (row["score"] is not None or row["rank"] is not None):
            scored = row["score"] is not None
            found.setdefault(row["domain"], {})[row["lsoa"]] = (float(row["score" if scored else "rank"]), scored)
    return found


def _file_columns(files: Sequence[Path]) -> dict[str, dict[str, float]]:
    """Column -> small area -> number, of CSV files whose first column is a small-area code."""
    found: dict[str, dict[str, float]] = {}
    for path in files:
        if not path.is_file():
            raise BadInput(f"There is no file {path}.", allowed="a CSV file: a small-area code, then numbers")
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            header = [cell.strip() for cell in next(reader, [])]
            if len(header) < 2:
                raise BadInput(f"{path.name} has no column of numbers.", allowed="a small-area code, then numbers")
            refuse_protected(path.name, *header[1:])
            columns: list[dict[str, float]] = [found.setdefault(name, {}) for name in header[1:]]
            for line, row in enumerate(reader, start=2):
                _file_row(path.name, line, row, columns)
    return found


def _file_row(name: str, line: int, row: Sequence[str], columns: Sequence[dict[str, float]]) -> None:
    if not any(cell.strip() for cell in row):
        return
    try:
        numbers = [float(cell) for cell in row[1:]]
    except ValueError:
        numbers = []
    code = row[0].strip().upper()
    if len(numbers) != len(columns) or not np.isfinite(numbers).all() or any(code in column for column in columns):
        raise BadInput(
            f"{name}, line {line}: {','.join(row)[:80]!r} cannot be used.",
            allowed="one line a small area, with a number in every column",
        )
    for column, number in zip(columns, numbers, strict=True):
        column[code] = number
