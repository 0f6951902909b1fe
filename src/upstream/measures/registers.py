"""Registers of facilities that the store holds: every one of a kind, the quiet ones included, with its point."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput, NotHeld
from upstream.measures.conditions import unbound
from upstream.measures.engines import ask_duckdb
from upstream.measures.questions import Question
from upstream.measures.source_tables import source_table
from upstream.store import ReadingScope, Store

PREMISES: Final = "licensed_premises"
SCHOOLS: Final = "school_exclusions"


@dataclass(frozen=True, slots=True)
class Register:
    """One kind of facility: in words, the table that lists it, and the column that must be true of it, if any."""

    words: str
    table: str
    only: str | None = None


REGISTERS: Final[dict[str, Register]] = {
    "licensed premises": Register("Licensed premises", PREMISES),
    "drinking places": Register("Premises licensed for drinking there", PREMISES, "on_premises"),
    "off-licences": Register("Premises licensed for alcohol to take away", PREMISES, "off_premises"),
    "late food": Register("Premises licensed for late hot food and drink", PREMISES, "late_refreshment"),
    "schools": Register("Schools", SCHOOLS),
}
"""Kinds that can be told apart in what partners give; facilities of one kind are compared with one another alone."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Every facility of a kind, (n,) each, in the order of its reference.

    Attributes
    ----------
    kind : str
        Key of :data:`REGISTERS`.
    names, references : of str
    lsoa : of str
        Code of the small area; empty where not known.
    easting, northing : of float64
        Metres on the National Grid.
    without_point : int
        Facilities of the kind that have none and are not among these.
    version : int
        Of the register's table.
    """

    kind: str
    names: NDArray[np.str_]
    references: NDArray[np.str_]
    lsoa: NDArray[np.str_]
    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    without_point: int
    version: int


def registers_held(store: Store) -> tuple[str, ...]:
    """Kinds of facility that some register of the store lists."""
    return tuple(kind for kind, one in REGISTERS.items() if store.holds(one.table))


def listed(kind: str, store: Store, scope: ReadingScope, *, areas: Collection[str] | None = None) -> Listed:
    """Every facility of a kind, of some areas or everywhere.

    Question: which places of this kind are there?

    Parameters: ``kind`` of :data:`REGISTERS`; ``scope`` who reads, and for what; ``areas`` codes as the register has
    them, of which a facility must be.

    Assumes: the register is whole. Licences that are suspended or ended are left out; a school is one that some term's
    exclusions name, in its latest row: no pupil is read.

    Raises
    ------
    BadInput
        No such kind.
    NotHeld
        No register of it is held.
    """
    if kind not in REGISTERS:
        raise BadInput(f"{kind!r} is no kind of facility.", allowed=", ".join(REGISTERS))
    of = REGISTERS[kind]
    if not store.holds(of.table):
        raise NotHeld(f"No register of {of.words.lower()} is held.", remedy=f"Add it: upstream records add {of.table}")
    snapshot = store.snapshot(of.table, scope=scope)
    with ask_duckdb([register_question(of.table, only=of.only)], {of.table: snapshot}) as answers:
        rows = sorted(answers[0].rows.to_pylist(), key=lambda row: row["reference"])
    own = [row for row in rows if areas is None or row["area"] in areas]
    held = [row for row in own if row["easting"] is not None and row["northing"] is not None]
    return Listed(
        kind,
        np.array([row["name"] or row["reference"] for row in held], np.str_),
        np.array([row["reference"] for row in held], np.str_),
        np.array([row["lsoa"] or "" for row in held], np.str_),
        np.array([row["easting"] for row in held], np.float64),
        np.array([row["northing"] for row in held], np.float64),
        len(own) - len(held),
        snapshot.version,
    )


def register_question(table: str, *, only: str | None = None) -> Question:
    """One row a facility: name, reference, area, lsoa, easting, northing; those alone of which ``only`` is true."""
    rows = unbound(source_table(table))
    return _schools(rows) if table == SCHOOLS else _premises(rows, only)


def _premises(rows: ir.Table, only: str | None) -> Question:
    rows = rows.filter((rows["status"] == "current").fill_null(True))
    if only is not None:
        rows = rows.filter(rows[only].fill_null(False))
    answer = rows.select(
        name=rows["name"], reference=rows["authority"] + ibis.literal(" ") + rows["licence_ref"], area=rows["area"],
        easting=rows["easting"], northing=rows["northing"], lsoa=rows["lsoa"],
    )  # fmt: skip
    return Question("slice", (PREMISES,), answer)


def _schools(rows: ir.Table) -> Question:
    latest = rows.group_by(of=rows["school_urn"]).agg(last=rows["period_to"].max())
    joined = rows.inner_join(latest, [rows["school_urn"] == latest["of"], rows["period_to"] == latest["last"]])
    answer = joined.group_by(reference="school_urn").agg(
        name=joined["school"].max(), area=joined["area"].max(), easting=joined["easting"].max(),
        northing=joined["northing"].max(), lsoa=joined["lsoa"].max(),
    )  # fmt: skip
    return Question("slice", (SCHOOLS,), answer)
