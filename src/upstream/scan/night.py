"""What one night's look rests on: the store, the last day, who may read what, and the names of places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from upstream.periods import Month
from upstream.places.tables import AREAS, read_table
from upstream.store import ReadingScope, Store


@dataclass(frozen=True)
class Night:
    """What is looked at.

    Attributes
    ----------
    store
        Tables of records and places.
    to
        The last day looked at.
    scope
        Who reads, for what; its areas bound what is looked at.
    areas
        Name by code of the force's policing areas; empty: every area that the records name, by its code.
    force, force_name
        Slug, where a table holds several forces, and name.
    """

    store: Store
    to: dt.date
    scope: ReadingScope
    areas: Mapping[str, str] = field(default_factory=dict)
    force: str | None = None
    force_name: str = "the force"

    @property
    def last_month(self) -> Month:
        """The last month that is over on :attr:`to`."""
        month = Month.of(self.to)
        return month if self.to == month.last_day else month - 1

    @property
    def whole_force(self) -> bool:
        """Whether everything may be counted, so that figures of the force mean what they say."""
        return self.scope.areas is None

    @cached_property
    def small_area_names(self) -> dict[str, str]:
        """Name by code of the small areas held."""
        if not self.store.holds(AREAS.name):
            return {}
        return {row["lsoa"]: row["name"] or row["lsoa"] for row in read_table(self.store, AREAS).to_pylist()}

    def place(self, area: str | None, small_area: str | None = None) -> str:
        """A place in words."""
        wide = self.force_name if area is None else self.areas.get(area, area)
        return wide if small_area is None else f"{self.small_area_names.get(small_area, small_area)} in {wide}"
