"""Facilities near a place, from the registers of partners: licensed premises and schools, each with its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from upstream.errors import BadInput
from upstream.measures.engines import ask_duckdb
from upstream.measures.registers import PREMISES, SCHOOLS, register_question
from upstream.store import ReadingScope, Store

FacilityKind = Literal["licensed premises", "school"]
_TABLES: Final[dict[FacilityKind, str]] = {"licensed premises": PREMISES, "school": SCHOOLS}
FURTHEST_METRES: Final = 20_000.0
"""A wider circle is no neighbourhood."""


@dataclass(frozen=True, slots=True)
class Facility:
    """One facility.

    Attributes
    ----------
    kind, name
        What it is and how it is called.
    reference
        Of the register: the authority and its licence, or the school's number.
    easting, northing
        Metres on the National Grid.
    metres
        From the place asked for.
    lsoa
        Code of its small area; ``None`` where not known.
    source
        Table that it came from.
    """

    kind: FacilityKind
    name: str
    reference: str
    easting: float
    northing: float
    metres: float
    lsoa: str | None
    source: str


@dataclass(frozen=True, slots=True)
class FacilitiesNear:
    """Facilities near a place.

    Attributes
    ----------
    facilities
        Nearest first.
    without_point
        Facilities on the registers, of the kinds asked for, that have no point: any of them may be near.
    not_held
        Kinds of which no register is held: that there are none is not known.
    """

    facilities: tuple[Facility, ...]
    without_point: int
    not_held: tuple[FacilityKind, ...]


def facilities_near(
    store: Store,
    scope: ReadingScope,
    near: tuple[float, float],
    metres: float,
    *,
    kinds: Sequence[FacilityKind] = ("licensed premises", "school"),
) -> FacilitiesNear:
    """Facilities within some metres of a place, nearest first.

    Question: what stands near by that could have to do with a problem here?

    Parameters: ``store``; ``scope`` who reads, and for what; ``near`` easting and northing; ``metres`` how far;
    ``kinds`` of facility.

    Assumes: the registers' points are where the facilities are. Licences that are suspended or ended are left out; a
    school is one that some term's exclusions name, in its latest row.

    When not to use: to say that a facility causes crime: compare it with others of its kind first
    (:func:`upstream.scan.concentration.risky_facilities`).

    Raises
    ------
    BadInput
        No place, or a distance that is none.
    """
    if not np.isfinite(near).all() or not 0 < metres <= FURTHEST_METRES:
        raise BadInput(
            f"{metres:g} metres about {near}.", allowed=f"a point, and more than 0 to {FURTHEST_METRES:,.0f} metres"
        )
    held = [kind for kind in kinds if store.holds(_TABLES[kind])]
    found: list[Facility] = []
    without = 0
    for kind in held:
        table = _TABLES[kind]
        snapshot = store.snapshot(table, scope=scope)
        with ask_duckdb([register_question(table)], {table: snapshot}) as answers:
            rows = answers[0].rows.to_pylist()
        for row in rows:
            if row["easting"] is None or row["northing"] is None:
                without += 1
                continue
            away = float(np.hypot(row["easting"] - near[0], row["northing"] - near[1]))
            if away <= metres:
                found.append(
                    Facility(
                        kind, row["name"] or row["reference"], row["reference"], row["easting"], row["northing"], away,
                        row["lsoa"], table,
                    )
                )  # fmt: skip
    found.sort(key=lambda one: (one.metres, one.kind, one.name, one.reference))
    return FacilitiesNear(tuple(found), without, tuple(kind for kind in kinds if kind not in held))
