"""Which small areas are rural."""

from __future__ import annotations

from upstream.places.tables import RURALITY, read_table
from upstream.store import Store


def rural_small_areas(store: Store, *, vintage: int) -> dict[str, bool]:
    """LSOA code of a census -> whether it is rural; empty when no classification is held."""
    held = read_table(store, RURALITY).to_pylist()
    return {row["lsoa"]: row["rural"] for row in held if row["vintage"] == vintage}
