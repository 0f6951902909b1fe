"""Signals as rows for other programs, and the shape of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely

from upstream.places.national_grid import to_degrees
from upstream.places.tables import BOUNDARIES, read_table
from upstream.scan.signals import KIND_WORDS, Group, Signal
from upstream.store import Store

_CORNERS: Final = 8
"""Of a quarter of a circle."""
_SAME: Final = (
    "place", "count", "expected", "p", "recurrence_days", "false_alarm_share", "harm_days", "easting", "northing",
    "radius_metres", "evidence", "method",
)  # fmt: skip


def signal_rows(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """One row a signal, group by group; ``group`` is the key of the one that leads it."""
    return [signal_row(one, group.lead.key) for group in groups for one in (group.lead, *group.others)]


def signal_row(signal: Signal, group: str) -> dict[str, Any]:
    """A signal as a row of plain values; lists as words parted by semicolons."""
    return {
        "group": group,
        "key": signal.key,
        "kind": KIND_WORDS[signal.kind],
        "types": "; ".join(signal.types),
        "area": signal.area,
        "small_areas": "; ".join(signal.small_areas),
        "first": signal.first.isoformat(),
        "last": signal.last.isoformat(),
        **{name: getattr(signal, name) for name in _SAME},
        "tables": "; ".join(f"{table} version {version}" for table, version in sorted(signal.tables.items())),
    }


def shapes(signals: Sequence[Signal], store: Store) -> list[shapely.Geometry | None]:
    """The circle of each signal, or its small areas together, in degrees; ``None`` where it is of a whole area."""
    held: Mapping[str, bytes] = {}
    if store.holds(BOUNDARIES.name) and any(one.easting is None and one.small_areas for one in signals):
        rows = sorted(read_table(store, BOUNDARIES).to_pylist(), key=lambda row: row["vintage"])
        held = {row["lsoa"]: row["wkb"] for row in rows}
    return [_shape(one, held) for one in signals]


def _shape(signal: Signal, held: Mapping[str, bytes]) -> shapely.Geometry | None:
    if signal.easting is not None and signal.northing is not None:
        circle = shapely.Point(signal.easting, signal.northing).buffer(signal.radius_metres or 1.0, quad_segs=_CORNERS)
        corners = shapely.get_coordinates(circle)
        return shapely.Polygon(np.asarray(to_degrees(corners[:, 0], corners[:, 1])))
    found = [shapely.from_wkb(held[code]) for code in signal.small_areas if code in held]
    return shapely.union_all(found) if found else None
