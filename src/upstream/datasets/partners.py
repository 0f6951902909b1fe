"""Partners' tables of the synthetic force, and the truths planted in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from upstream.datasets import partner_incidents as incidents
from upstream.datasets import partner_registers as registers
from upstream.datasets.crimes import Crimes
from upstream.datasets.geography import SmallAreas
from upstream.datasets.setting import Setting

_STREAM: Final = 21
"""A stream of the seed for partners alone: the force's own tables are what they would be without them."""


@dataclass(frozen=True, slots=True)
class PlantedByPartners:
    """What was planted, as the manifest prints it.

    Attributes
    ----------
    partner_violence : dict
        For each source, the assaults in it, and the share of them that the police did not record.
    partner_only_places : list of str
        Small areas in which an emergency department sees assaults that the police hardly know.
    risky_premises : dict
        Licence, place, and violence recorded at it in the last twelve months.
    """

    partner_violence: dict[str, Any]
    partner_only_places: list[str]
    risky_premises: dict[str, Any]


def write_partner_tables(
    write: Callable[[str, list[dict[str, Any]]], None],
    crimes: Crimes,
    small: SmallAreas,
    setting: Setting,
    seed: list[int],
) -> PlantedByPartners:
    """Write every partner table.

    Parameters
    ----------
    write
        Writes one table's batches.
    crimes
        As recorded; not changed.
    seed
        Of the force.
    """
    own = replace(setting, rng=np.random.default_rng([*seed, _STREAM]))
    alone = incidents.quiet_places(crimes, small)
    shares: dict[str, Any] = {}
    for source, columns_of in (
        ("ed_assaults", incidents.ed_columns),
        ("ambulance_incidents", incidents.ambulance_columns),
    ):
        seen = incidents.seen_by(source, crimes, small, alone, own)
        write(source, [columns_of(seen, small, own)])
        share = round(float(1 - seen.known.mean()), 4) if seen.known.size else None
        shares[source] = {"assaults": int(seen.known.size), "share_not_known": share}
    write("fire_incidents", [incidents.fire_columns(small, own)])
    write("road_collisions", [incidents.collision_columns(small, own)])
    columns, risky = registers.premises(crimes, small, own)
    write("licensed_premises", [columns])
    write("housing_stock", [registers.housing_columns(small, own)])
    write("school_exclusions", [registers.school_columns(small, own)])
    return PlantedByPartners(shares, small.codes[np.sort(alone)].tolist(), asdict(risky))
