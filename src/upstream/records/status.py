"""What the store holds: by table and force, months, rows, the newest entry, what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from upstream.periods import Month
from upstream.places.areas import areas_of_small_areas
from upstream.records.contract import contract, table_names
from upstream.records.entries import Entry, Source, entries, standing
from upstream.records.month_replacement import held_months, sources_in_use
from upstream.records.quality import MonthFact, month_facts
from upstream.store import Store


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one table, for police.uk tables of one force.

    Attributes
    ----------
    table, title, force
        Table with its title; slug of the force, or ``None`` for the force's own tables.
    version, rows
        Version of the table; rows of this force (or of the table).
    months
        Every month from the first to the last, with its state.
    newest
        The newest entry that stands, or ``None`` when all were taken back.
    entries
        Ids of the entries that stand, oldest first.
    quarantined
        Rows refused out of the files that what is held came from.
    """

    table: str
    title: str
    force: str | None
    version: int
    rows: int
    months: tuple[MonthFact, ...]
    newest: Entry | None
    entries: tuple[str, ...]
    quarantined: int

    @property
    def missing(self) -> tuple[Month, ...]:
        return tuple(fact.month for fact in self.months if fact.state == "missing")

    @property
    def suspect(self) -> tuple[MonthFact, ...]:
        return tuple(fact for fact in self.months if fact.state == "suspect")


def status(store: Store) -> tuple[Holding, ...]:
    """Every table of records held, by table and force."""
    area_of = areas_of_small_areas(store)
    return tuple(
        holding for table in table_names() if store.holds(table) for holding in _of_table(store, table, area_of)
    )


def _of_table(store: Store, table: str, area_of: Mapping[str, str] | None) -> list[Holding]:
    book = list(entries(store, table))
    adds, used = standing(book), sources_in_use(table, book)
    forces: list[str | None] = [None]
    if contract(table).written_by == "replace_month":
        forces = [*sorted({force for force, _ in held_months(store, table)})]
    held = []
    for force in forces:
        facts = month_facts(store, table, force, area_of=area_of)
        mine = [add for add in adds if force is None or any(month.force == force for month in add.months)]
        held.append(
            Holding(
                table=table,
                title=contract(table).title,
                force=force,
                version=store.version(table),
                rows=sum(fact.rows for fact in facts),
                months=facts,
                newest=mine[-1] if mine else None,
                entries=tuple(add.id for add in mine),
                quarantined=sum(source.quarantined for entry, source in used if _of_force(entry, source, force)),
            )
        )
    return held


def _of_force(entry: Entry, source: Source, force: str | None) -> bool:
    return force is None or any(month.force == force and month.sha256 == source.sha256 for month in entry.months)
