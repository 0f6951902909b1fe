"""Days on which people were victims or suspects of crimes, as arrays: who is a number that means nothing elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstream.errors import BadInput, NotHeld, Refused
from upstream.measures.asked import EngineName
from upstream.measures.engines import ask
from upstream.measures.events import EventsOf, rows_asked
from upstream.measures.result import TableVersion
from upstream.measures.slice_questions import days_of_people
from upstream.measures.slices import table_of, versions_of
from upstream.store import ReadingScope, Store

Role = Literal["victim", "suspect"]
PEOPLE: Final = "people_in_crimes"


@dataclass(frozen=True, slots=True)
class PersonEvents:
    """Crimes of people, one row a person and crime.

    Attributes
    ----------
    of : EventsOf
        What was asked.
    role : str
        "victim" or "suspect".
    who : array (n,) of int64
        A number of the person that means nothing beyond these arrays.
    day : array (n,) of datetime64[D]
        Local day on which the crime was recorded.
    tables : tuple of TableVersion
    """

    of: EventsOf
    role: Role
    who: NDArray[np.int64]
    day: NDArray[np.datetime64]
    tables: tuple[TableVersion, ...]


def person_events(
    of: EventsOf,
    store: Store,
    scope: ReadingScope,
    role: Role,
    *,
    engine: EngineName = "duckdb",
    memory: str | None = None,
    threads: int | None = None,
) -> PersonEvents:
    """Days on which people had a part in crimes of some types, days and places.

    Question: on what days was the same person a victim, or a suspect, again?

    Parameters: as for :func:`~upstream.measures.events.events`; ``scope`` must cover the people of crimes.

    Assumes: one person has one pseudonym; businesses are left out.

    When not to use: to look at one person.

    Raises
    ------
    Refused
        The scope does not cover people.
    NotHeld
        No people, or no crimes, are held.
    """
    table = table_of(of.types, store)
    if table != "crimes" or not store.holds(PEOPLE):
        raise NotHeld("No people are held beside these records.", remedy="Add the force's people_in_crimes first.")
    if role not in ("victim", "suspect"):
        raise BadInput(f"{role} is no part in a crime.", allowed="victim or suspect")
    if not scope.covers(PEOPLE):
        raise Refused("This reading does not cover people.", remedy="Ask for a scope that names people_in_crimes.")
    opened = {name: store.snapshot(name, scope=scope) for name in (table, PEOPLE)}
    wanted = rows_asked(of, table, opened[table], store)
    with ask([days_of_people(wanted, role)], opened, engine, memory=memory, threads=threads) as answers:
        rows = answers[0].rows
    rows = rows.sort_by([("who", "ascending"), ("day", "ascending")])
    return PersonEvents(
        of=of,
        role=role,
        who=rows.column("who").cast(pa.int64()).to_numpy(),
        day=np.asarray(rows.column("day").cast(pa.date32()).to_numpy(), "datetime64[D]"),
        tables=versions_of(opened),
    )
