"""Concentration over small areas, and over the facilities of a register, as plain data of one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from upstream.measures.events import Events
from upstream.measures.registers import REGISTERS, Listed
from upstream.scan.concentration import Exposure, concentrated, risky_facilities
from upstream.scan.place_rows import concentration_facts, stability_facts, study_facts
from upstream.scan.read_facts import Row, number, read_facts
from upstream.scan.study import Study

RADII: Final = (25.0, 50.0, 100.0, 200.0, 400.0)
"""Metres that may be called near a facility: at its door to five minutes on foot. A choice."""
USUAL_RADIUS: Final = 100.0


def concentration_answer(events: Events, study: Study, *, exposure: Exposure, seed: int) -> dict[str, Any]:
    """How few small areas hold how much; the same ``seed`` gives the same answer."""
    found = concentrated(events, study, rng=np.random.default_rng(seed), exposure=exposure)
    order = np.argsort(-found.counts, kind="stable")
    return {
        "read": read_facts(events, found.left_out, found.notes),
        "study": study_facts(study),
        "seed": seed,
        "exposure": found.exposure,
        "concentration": concentration_facts(found.found),
        "stability": stability_facts(found),
        "curve": [number(share) for share in found.curve],
        "rows": [
            {"lsoa": str(study.keys[at]), "name": str(study.names[at]), "events": int(found.counts[at])} for at in order
        ],
    }


def facility_answer(
    events: Events, of: Listed, *, radius: float, names: Mapping[str, str], seed: int
) -> dict[str, Any]:  # fmt: skip
    """Which few facilities of a kind hold how much; ``names`` of small areas. As :func:`concentration_answer`."""
    found = risky_facilities(
        events, of.names.tolist(), of.easting, of.northing, radius=radius, rng=np.random.default_rng(seed)
    )
    held = found.counts[found.order].cumsum()
    register = REGISTERS[of.kind]
    return {
        "read": read_facts(events, found.left_out, found.notes),
        "seed": seed,
        "kind": of.kind,
        "words": register.words,
        "table": register.table,
        "version": of.version,
        "without_point": of.without_point,
        "radius_metres": radius,
        "beyond": found.beyond,
        "concentration": concentration_facts(found.found),
        "curve": [number(share) for share in held / held[-1]],
        "rows": [_facility(of, int(at), int(found.counts[at]), names) for at in found.order],
    }


def _facility(of: Listed, at: int, events: int, names: Mapping[str, str]) -> Row:
    code = str(of.lsoa[at])
    return {
        "name": str(of.names[at]),
        "reference": str(of.references[at]),
        "lsoa": code,
        "place": names.get(code, code),
        "easting": number(of.easting[at]),
        "northing": number(of.northing[at]),
        "events": events,
    }
