"""The years of the demonstration's records: plans that ended lie in them, so that what came of them is known."""

import datetime
from dataclasses import dataclass

import numpy as np

from upstream_web.audit.changes import System
from upstream_web.demo.people import Cast
from upstream_web.measures.engine.store import force
from upstream_web.places.queries import small_areas_of
from upstream_web.problems.changes.small_areas import add_small_areas
from upstream_web.problems.engine import months_held, small_areas_held

TREATED, COMPARED = 8, 24
"""Small areas of a plan that is judged from records: where it is done, and what it is compared with."""
MONTHS_BEFORE, MONTHS_AFTER = 12, 10
"""Of records, before a plan was opened and from then on: a year, and until the time that it is judged by has ended."""


@dataclass(frozen=True, slots=True)
class InRecords:
    """What the records hold.

    first, last : days on which a plan may have been opened that the records show before and after
    small_areas : codes, by code of the area that they lie in
    """

    first: datetime.date
    last: datetime.date
    small_areas: dict[str, list[str]]

    def opened(self, rng: np.random.Generator) -> datetime.date:
        """A day on which a plan was opened that has ended."""
        return self.first + datetime.timedelta(days=int(rng.integers((self.last - self.first).days)))

    def places(self, area: str, rng: np.random.Generator) -> tuple[list[str], list[str]]:
        """Small areas of an area: where something is done, and others; none where there are too few."""
        inside = self.small_areas[area]
        if len(inside) < TREATED + COMPARED:
            return [], []
        chosen = [str(one) for one in rng.choice(inside, TREATED + COMPARED, replace=False)]
        return chosen[:TREATED], chosen[TREATED:]


def in_records(cast: Cast) -> InRecords:
    """What the records hold; their small areas come into the tree first."""
    add_small_areas(by=System("demonstration"), held=small_areas_held())
    held = [fact.month for fact in months_held(force())]
    first, last = held[0] + MONTHS_BEFORE, held[-1] - MONTHS_AFTER
    inside = {code: small_areas_of(area) for code, area in cast.areas.items() if code != "FORCE"}
    return InRecords(first.first_day, last.last_day, inside)
