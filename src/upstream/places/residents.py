"""Residents of small areas, one census or mid-year estimate at a time."""

from __future__ import annotations

import re
from typing import Final

from upstream.places.tables import POPULATION, read_table
from upstream.store import Store

_YEAR: Final = re.compile(r"(\d{4})")


def periods(store: Store) -> tuple[str, ...]:
    """The populations held, newest last."""
    found = set(read_table(store, POPULATION).column("period").to_pylist())
    return tuple(sorted(found, key=lambda period: (_year(period), period)))


def _year(period: str) -> str:
    match = _YEAR.search(period)
    return match[1] if match else ""


def residents_of(store: Store, *, vintage: int, period: str | None = None) -> dict[str, int]:
    """LSOA code of a census -> residents, of the period given or of the newest held for that census."""
    held = read_table(store, POPULATION).to_pylist()
    rows = [row for row in held if row["vintage"] == vintage and row["residents"] is not None]
    if not rows:
        return {}
    wanted = period or max((row["period"] for row in rows), key=lambda name: (_year(name), name))
    return {row["lsoa"]: row["residents"] for row in rows if row["period"] == wanted}
