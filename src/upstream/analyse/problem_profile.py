"""Everything about a place, some types and a period in one call: the records counted, and what stands beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from upstream.analyse.alike import AlikePlaces, alike_places
from upstream.analyse.near_by import NearBy, near_by
from upstream.analyse.people import TABLE as AGES
from upstream.analyse.people import People, bands_of
from upstream.analyse.profile_counts import Profile, ProfileOf, profile, rows_of
from upstream.analyse.small_area_needs import VINTAGE, SmallArea, small_areas_of
from upstream.errors import NotHeld
from upstream.measures.asked import EngineName
from upstream.measures.crime_types import left_out, types_in
from upstream.measures.engines import ask
from upstream.measures.questions import Question
from upstream.measures.slice_questions import SliceRows, by_age_and_sex, by_small_area, in_small_areas
from upstream.places.tables import AREAS, DEPRIVATION, POPULATION, read_table
from upstream.records.contract import contract
from upstream.stats.intervals import Interval, poisson_interval, rate_ratio
from upstream.store import ReadingScope, Snapshot, Store

YEAR: Final = 12
REGISTERS: Final[tuple[str, ...]] = ("licensed_premises",)
PARTNERS: Final[tuple[str, ...]] = (
    *REGISTERS,
    "ed_assaults",
    "ambulance_incidents",
    "fire_incidents",
    "road_collisions",
)
"""Tables of partners that say what is near by and what they saw there."""
TABLES: Final = frozenset(
    {"crimes", "incidents", "people_in_crimes", "street_crimes", "school_exclusions", AGES, *PARTNERS}
)
"""Every table that a profile reads where it is held: what a scope must name for all of it."""
MOST_DEPRIVED: Final = (1, 2)
"""Deciles of the most deprived fifth; decile 1 is the most deprived."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The last twelve months beside the twelve before.

    Attributes
    ----------
    then, now
        Counts of whole years of months, every one held.
    ratio
        Now over then, with its 95% interval; counts are taken as Poisson, so it is rather too narrow.
    """

    then: int
    now: int
    ratio: Interval


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """Who and what is there.

    Attributes
    ----------
    residents, small_areas
        In the place.
    rural
        Small areas of it that are rural; ``None`` where nobody says.
    deprived, index_year
        Small areas of it in the most deprived fifth of England, and of which index; ``None`` where none is held.
    """

    residents: int
    small_areas: int
    rural: int | None
    deprived: int | None
    index_year: int | None


@dataclass(frozen=True, slots=True)
class Comparator:
    """The same types and months elsewhere.

    Attributes
    ----------
    name
        A policing area, or the place itself.
    count, residents
        There.
    rate
        A year for each 1,000 residents, with its 95% interval (Poisson).
    here
        Whether it is the place itself.
    """

    name: str
    count: int
    residents: int
    rate: Interval
    here: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What a partner's table, or a register, has in the place: ``whole`` of a register, which has no period."""

    table: str
    title: str
    count: int
    whole: bool


@dataclass(frozen=True, slots=True)
class ProblemProfile:
    """A problem profile.

    Attributes
    ----------
    profile
        The records, counted.
    trend
        ``None`` without two years of months that are held.
    people
        Victims and suspects by age and sex; ``None`` where nobody holds them, or they are not open to the reader.
    place
        ``None`` where no population by small area is held, or none of them is known to lie in the place.
    comparators
        The place first, then policing areas, the highest rate first.
    alike
        Small areas most like those of a small place; ``None`` of a wide one.
    near
        Facilities in and around a place of named small areas; ``None`` of a wider one.
    beside
        Partners' tables that are held and open to the reader, with their rows in the place and period.
    not_held
        What a profile would have and nobody holds, in sentences.
    """

    profile: Profile
    trend: Trend | None = None
    people: People | None = None
    place: PlaceFacts | None = None
    comparators: tuple[Comparator, ...] = ()
    alike: AlikePlaces | None = None
    near: NearBy | None = None
    beside: tuple[Beside, ...] = ()
    not_held: tuple[str, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """Tables that it rests on beside those of ``profile``, by name."""
        registers = {one.source for one in (*self.near.inside, *self.near.around)} if self.near else set()
        held = {AREAS.name, POPULATION.name, DEPRIVATION.name} if self.place else set()
        return tuple(sorted({one.table for one in self.beside} | ({AGES} if self.people else set()) | registers | held))


@dataclass(frozen=True, slots=True)
class Reading:
    """Where from, for whom and how a profile is read."""

    store: Store
    scope: ReadingScope
    elsewhere: ReadingScope
    engine: EngineName = "duckdb"
    memory: str | None = None
    threads: int | None = None

    def rows(
        self, questions: Mapping[str, Question], opened: Mapping[str, Snapshot]
    ) -> dict[str, list[dict[str, Any]]]:
        """The answers to some questions by their names."""
        with ask(list(questions.values()), opened, self.engine, memory=self.memory, threads=self.threads) as answers:
            return {name: one.rows.to_pylist() for name, one in zip(questions, answers, strict=True)}

    def open(self, *names: str) -> dict[str, Snapshot]:
        """Those of some tables that are held and open to the reader."""
        held = (name for name in names if self.store.holds(name) and name in self.scope.tables)
        return {name: self.store.snapshot(name, scope=self.scope) for name in held}


def problem_profile(
    of: ProfileOf,
    store: Store,
    scope: ReadingScope,
    *,
    areas: Mapping[str, str],
    elsewhere: ReadingScope | None = None,
    engine: EngineName = "duckdb",
    memory: str | None = None,
    threads: int | None = None,
) -> ProblemProfile:
    """A problem's records and what stands beside them.

    Question: how much of it is there, when, where and who again; is it rising, is it more than elsewhere, whom does it
    harm, who lives there?

    Parameters: as :func:`profile`; ``areas`` code to name of the policing areas; ``elsewhere`` the scope under which
    the same crimes are counted in the rest of the force, where ``scope`` ends at some areas.

    Assumes: rates are for each resident, though visitors are victims too; counts are Poisson.

    When not to use: to say why it is more here. Places differ in much that no table holds.

    Source: :func:`profile`, :mod:`upstream.stats.intervals`, :mod:`upstream.stats.similarity`.
    """
    read = Reading(store, scope, elsewhere or scope, engine, memory, threads)
    counted = profile(of, store, scope, engine=engine, memory=memory, threads=threads)
    made = ProblemProfile(counted, _trend(counted), _people(counted, read))
    not_held = [] if made.people else ["Ages and sexes of people are not held, or not open to whoever asked."]
    try:
        small, _ = small_areas_of(store, areas, of.force, 1)
    except NotHeld as error:
        return replace(made, not_held=(*not_held, error.what))
    return _beside_place(made, small, _inside(of, small, areas), read, not_held)


def _beside_place(
    made: ProblemProfile,
    small: Sequence[SmallArea],
    here: Sequence[SmallArea],
    read: Reading,
    not_held: Sequence[str],
) -> ProblemProfile:
    """The profile with what is known of its place."""
    of = made.profile.of
    beside, lacking = _beside(of, here, read)
    open_elsewhere = read.elsewhere.areas is None
    counts = _counts_everywhere(of, made.profile.table, read) if open_elsewhere else {}
    years = sum(month.count is not None for month in made.profile.months) / YEAR
    codes = [area.code for area in here]
    said = [*not_held, *([f"Not held, or not open to whoever asked: {', '.join(lacking)}."] if lacking else [])]
    near = near_by(codes, VINTAGE, read.store, read.scope) if of.small_areas and codes else None
    if of.small_areas and near is None:
        said.append("Facilities near by need a register, outlines, and small areas no more than some 40 km apart.")
    if not here:
        said.append("Which small areas lie in the place is not known, so nobody can be counted as living there.")
    if not open_elsewhere:
        said.append("The same elsewhere is not open to whoever asked.")
    return replace(
        made,
        place=_facts(here, read.store),
        comparators=_comparators(small, here, counts, years) if open_elsewhere else (),
        alike=alike_places(small, here, counts, years, read.store) if open_elsewhere else None,
        near=near,
        beside=beside,
        not_held=tuple(said),
    )


def _people(counted: Profile, read: Reading) -> People | None:
    """Victims and suspects of the crimes by age and sex."""
    opened = read.open("people_in_crimes", AGES) if counted.table == "crimes" else {}
    if len(opened) < 2:
        return None
    opened[counted.table] = read.store.snapshot(counted.table, scope=read.scope)
    own = rows_of(counted.of, counted.table, read.store, opened[counted.table])
    found = read.rows({role: by_age_and_sex(own, role) for role in ("victim", "suspect")}, opened)
    return People(bands_of(found["victim"]), bands_of(found["suspect"]))


def _beside(of: ProfileOf, here: Sequence[SmallArea], read: Reading) -> tuple[tuple[Beside, ...], tuple[str, ...]]:
    """Partners' tables with their rows in the place; and titles of those that are not held or not open."""
    titles = {name: contract(name).title for name in PARTNERS}
    opened = read.open(*PARTNERS)
    codes = [area.code for area in here]
    questions = {
        name: in_small_areas(name, codes, None if name in REGISTERS else of.first.first_day, of.last.last_day)
        for name in opened
    }
    rows = read.rows(questions, opened)
    found = tuple(Beside(name, titles[name], int(rows[name][0]["n"]), name in REGISTERS) for name in questions)
    return found, tuple(title for name, title in titles.items() if name not in opened)


def _trend(counted: Profile) -> Trend | None:
    months = counted.months[-2 * YEAR :]
    if len(months) < 2 * YEAR or any(one.count is None or one.partial for one in months):
        return None
    then, now = (sum(one.count or 0 for one in part) for part in (months[:YEAR], months[YEAR:]))
    days_then, days_now = (sum(one.month.days for one in part) for part in (months[:YEAR], months[YEAR:]))
    return Trend(then, now, rate_ratio(now, then, exposure_now=days_now, exposure_then=days_then))


def _inside(of: ProfileOf, small: Sequence[SmallArea], areas: Mapping[str, str]) -> list[SmallArea]:
    wanted = None if of.areas is None else {areas.get(code, code) for code in of.areas}
    codes = set(of.small_areas)
    return [area for area in small if (wanted is None or area.area in wanted) and (not codes or area.code in codes)]


def _counts_everywhere(of: ProfileOf, table: str, read: Reading) -> dict[str, int]:
    """The same types and months by small area of the whole force, as far as the reader may see."""
    opened = {table: read.store.snapshot(table, scope=read.elsewhere)}
    rows = SliceRows(
        table, of.first.first_day, of.last.last_day, types=types_in(table, of.types), force=of.force,
        without_types=left_out(table, of.types), visible=None if table == "street_crimes" else opened[table].areas,
    )  # fmt: skip
    found = read.rows({"n": by_small_area(rows)}, opened)["n"]
    return {row["lsoa"]: int(row["n"]) for row in found if row["lsoa"] is not None}


def _facts(here: Sequence[SmallArea], store: Store) -> PlaceFacts | None:
    if not here:
        return None
    held = [row for row in read_table(store, DEPRIVATION).to_pylist() if row["vintage"] == VINTAGE]
    year = max((row["year"] for row in held), default=None)
    decile = {row["lsoa"]: row["decile"] for row in held if row["year"] == year and row["domain"] == "imd"}
    known = all(area.code in decile for area in here)
    return PlaceFacts(
        sum(area.residents for area in here),
        len(here),
        sum(bool(area.rural) for area in here) if all(area.rural is not None for area in here) else None,
        sum(decile[area.code] in MOST_DEPRIVED for area in here) if known else None,
        year if known else None,
    )


def _comparators(
    small: Sequence[SmallArea],
    here: Sequence[SmallArea],
    everywhere: Mapping[str, int],
    years: float,
) -> tuple[Comparator, ...]:
    residents: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for area in small:
        residents[area.area] += area.residents
        counts[area.area] += everywhere.get(area.code, 0)

    def made(name: str, count: int, people: int, *, is_here: bool) -> Comparator:
        rate = poisson_interval(count, exposure=people / 1000 * years)
        return Comparator(name, count, people, rate, is_here)

    own = sum(everywhere.get(area.code, 0) for area in here)
    people = sum(area.residents for area in here)
    place = [made("This place", own, people, is_here=True)] if people and years else []
    others = [made(name, counts[name], residents[name], is_here=False) for name in residents if years]
    return (*place, *sorted(others, key=lambda one: (-one.rate.estimate, one.name)))
