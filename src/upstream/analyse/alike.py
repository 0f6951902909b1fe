"""The small areas most like those of a place, by who lives there and how: whom its figures can fairly be beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.analyse.small_area_needs import VINTAGE, SmallArea
from upstream.places.tables import DEPRIVATION, read_table
from upstream.stats.intervals import Interval, poisson_interval
from upstream.stats.similarity import MOST_SIMILAR, most_similar
from upstream.store import Store

MOST_SMALL_AREAS: Final = 30
"""Small areas of a place beyond which policing areas are the better comparison."""
WITH_CRIME: Final = frozenset({"imd", "crime"})
"""Domains of deprivation that hold recorded crime: like must not be found by the answer."""


@dataclass(frozen=True, slots=True)
class AlikePlaces:
    """Small areas outside a place that are most like one of its own.

    Attributes
    ----------
    variables
        What likeness is by, in words; no figure of crime is among them.
    codes, names
        The small areas found, each once, by code.
    count, residents
        In all of them together.
    rate
        A year for each 1,000 residents, with its 95% interval (Poisson).
    """

    variables: tuple[str, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    count: int
    residents: int
    rate: Interval


def alike_places(
    small: Sequence[SmallArea], here: Sequence[SmallArea], counts: Mapping[str, int], years: float, store: Store
) -> AlikePlaces | None:
    """The small areas of the force most like those of a place, and the same crimes there.

    Question: is it more here than where people live alike?

    Parameters: ``small`` areas of the force; ``here`` those of the place; ``counts`` by code; ``years`` counted.

    Assumes: those variables are what should be alike, each as much as the others; counts are Poisson.

    When not to use: to say why: places alike in these may differ in what brings crime, a station or a row of bars.

    Source: :func:`upstream.stats.similarity.most_similar`, of each small area of the place among those outside it.

    ``None`` where the place has none or too many small areas, or too few lie outside it.
    """
    inside = {area.code for area in here}
    outside = [area for area in small if area.code not in inside]
    if not 0 < len(here) <= MOST_SMALL_AREAS or len(outside) < 2 * MOST_SIMILAR or years <= 0:
        return None
    variables, of = _variables(small, store)
    others = np.array([of[area.code] for area in outside])
    found: set[int] = set()
    for area in here:
        near = most_similar(np.vstack([others, of[area.code]]), len(outside), count=MOST_SIMILAR)
        found.update(int(at) for at in near.order)
    chosen = sorted((outside[at] for at in found), key=lambda area: area.code)
    count = sum(counts.get(area.code, 0) for area in chosen)
    residents = sum(area.residents for area in chosen)
    return AlikePlaces(
        variables, tuple(area.code for area in chosen), tuple(area.name for area in chosen), count, residents,
        poisson_interval(count, exposure=residents / 1000 * years),
    )  # fmt: skip


def _variables(small: Sequence[SmallArea], store: Store) -> tuple[tuple[str, ...], dict[str, NDArray[np.float64]]]:
    """What likeness is by, and its values by code: what is not known of every small area is left out."""
    titles = ["residents"]
    columns: list[list[float]] = [[float(area.residents) for area in small]]
    if all(area.households for area in small):
        titles.append("residents a household")
        columns.append([area.residents / (area.households or 1) for area in small])
    if all(area.rural is not None for area in small):
        titles.append("rural or urban")
        columns.append([float(bool(area.rural)) for area in small])
    for domain, scores in _deprivation(store).items():
        if all(area.code in scores for area in small):
            titles.append(f"{domain} deprivation")
            columns.append([scores[area.code] for area in small])
    table = np.array(columns).T
    return tuple(titles), {area.code: table[at] for at, area in enumerate(small)}


def _deprivation(store: Store) -> dict[str, dict[str, float]]:
    """Scores of the newest index by domain, those without crime."""
    rows: list[dict[str, Any]] = [
        row for row in read_table(store, DEPRIVATION).to_pylist() if row["vintage"] == VINTAGE
    ]
    year = max((row["year"] for row in rows), default=None)
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["year"] == year and row["score"] is not None and row["domain"] not in WITH_CRIME:
            found.setdefault(row["domain"], {})[row["lsoa"]] = float(row["score"])
    return dict(sorted(found.items()))
