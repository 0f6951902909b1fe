"""What every answer of a scan says of the records that it was made of, and numbers as JSON has them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from upstream.measures.events import Events, LeftOut

Row = dict[str, Any]


def read_facts(events: Events, left_out: Sequence[LeftOut], notes: Sequence[str] = ()) -> Row:
    """What was asked of the records, what came of it, what was left out and what a reader must know."""
    return {
        "types": list(events.of.types),
        "areas": None if events.of.areas is None else list(events.of.areas),
        "first": events.of.first.isoformat(),
        "last": events.of.last.isoformat(),
        "table": events.table,
        "read": events.read,
        "used": events.read - sum(one.count for one in left_out),
        "left_out": {one.reason: one.count for one in left_out},
        "shared_points": events.shared_points,
        "missing_months": [str(month) for month in events.missing],
        "suspect_months": [str(month) for month in events.suspect],
        "notes": list(notes),
        "tables": {one.table: one.version for one in events.tables},
    }


def number(value: float) -> float | None:
    """Six significant digits; nothing where there is none."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
