"""The records that some events are, with their references: for those who may go to the records, and nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from upstream.errors import BadInput
from upstream.measures.asked import EngineName
from upstream.measures.crime_types import type_label
from upstream.measures.engines import ask
from upstream.measures.events import EventsOf, Need, in_order, rows_asked, usable_rows
from upstream.measures.slice_questions import each_row
from upstream.store import ReadingScope, Store

TABLE: Final = "crimes"
"""Crimes have references of their own; those of open data name no record."""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One record, by its number among the events.

    Attributes
    ----------
    event
        Its number among the events of the same question, in their order.
    reference
        As the force's own system has it.
    recorded
        Local day.
    type
        In words.
    small_area, area
        Codes; empty where not known.
    """

    event: int
    reference: str
    recorded: dt.date
    type: str
    small_area: str
    area: str


def event_records(
    of: EventsOf,
    numbers: Collection[int],
    store: Store,
    scope: ReadingScope,
    *,
    version: int,
    need: Need = "point",
    engine: EngineName = "duckdb",
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
) -> tuple[EventRecord, ...]:
    """The records of some events, by the numbers that they had when the same question was asked of the same version.

    Question: which crimes were these?

    Parameters: ``of`` and ``need`` as the events were asked for; ``numbers`` of events, from 1; ``version`` of the
    table of crimes; ``scope`` who reads, and why.

    Assumes: events that are alike in everything that is read are told apart by nothing but their references, which may
    then stand in either order.

    When not to use: for whoever may not go to the records.

    Raises
    ------
    BadInput
        A number that no event has.
    """
    snapshot = store.snapshot(TABLE, version, scope=scope)
    question = each_row(rows_asked(of, TABLE, snapshot, store), reference=True)
    options = {"spark": spark, "memory": memory, "threads": threads}
    with ask([question], {TABLE: snapshot}, engine, **options) as answers:
        rows = in_order(answers[0].rows)
    positions = np.flatnonzero(usable_rows(TABLE, rows, need))
    wanted = sorted(set(numbers))
    if wanted and not 1 <= wanted[0] <= wanted[-1] <= len(positions):
        raise BadInput(f"Events {wanted[0]} to {wanted[-1]}.", allowed=f"1 to {len(positions):,}")
    found = rows.take(positions[np.array(wanted, np.int64) - 1]).to_pylist()
    return tuple(
        EventRecord(
            number, row["ref"], row["day"], type_label(TABLE, row["type"]), row["lsoa"] or "", row["area"] or ""
        )
        for number, row in zip(wanted, found, strict=True)
    )
