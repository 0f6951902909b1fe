"""The Typology Model: small areas sorted into classes of the same needs, and whether the classes hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.analyse.index_definition import IndexDefinition, IndicatorOf
from upstream.analyse.small_area_needs import Needs, SmallArea, needs_of
from upstream.errors import BadInput
from upstream.measures.asked import ENGINE_VERSION, EngineName
from upstream.measures.result import TableVersion
from upstream.periods import Month
from upstream.stats.classes import (
    STABLE,
    Classes,
    NumberOfClasses,
    Stability,
    classed,
    number_of_classes,
    stability,
)
from upstream.stats.composite import transformed
from upstream.store import ReadingScope, Store

SEED: Final = 20_260
MOST_CLASSES: Final = 8
_CLEAR: Final = 0.35
"""Standard deviations from the force's mean at which a variable is part of a class's name."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One small area in the typology.

    Attributes
    ----------
    area
        The small area.
    number
        Of its class, from 1.
    certainty
        Share of the resamples in which it fell into that class, 0 to 1.
    second
        Number of the class that is next nearest.
    silhouette
        -1 to 1: how much nearer its own class is than the next.
    """

    area: SmallArea
    number: int
    certainty: float
    second: int
    silhouette: float


@dataclass(frozen=True, slots=True)
class AreaClass:
    """One class of small areas.

    Attributes
    ----------
    number, name
        From 1, the largest first; the name says what is high and low in it.
    small_areas, residents, rural
        How many of each; ``rural`` small areas, ``None`` where nobody says.
    centre
        Mean of each variable as transformed: standard deviations from the force's mean.
    median
        Of each variable as a reader knows it.
    stability
        Mean Jaccard similarity over resamples, 0 to 1.
    stable
        Whether that is 0.75 or more.
    """

    number: int
    name: str
    small_areas: int
    residents: int
    rural: int | None
    centre: tuple[float, ...]
    median: tuple[float, ...]
    stability: float
    stable: bool


@dataclass(frozen=True, slots=True)
class Typology:
    """A typology.

    Attributes
    ----------
    definition
        As used.
    classes
        The largest first.
    areas
        By class, then code.
    variables, units, lacking
        Those used, what their numbers are; and the others, each with why not.
    tried
        How well each number of classes does.
    asked
        Whether the number was asked for; else it is the one with the highest silhouette.
    first, last, missing, tables
        As in :class:`upstream.analyse.needs.Index`.
    """

    definition: IndexDefinition
    classes: tuple[AreaClass, ...]
    areas: tuple[Typed, ...]
    variables: tuple[IndicatorOf, ...]
    units: tuple[str, ...]
    lacking: tuple[tuple[IndicatorOf, str], ...]
    tried: NumberOfClasses
    asked: bool
    first: Month
    last: Month
    missing: tuple[Month, ...]
    tables: tuple[TableVersion, ...]
    engine_version: str = ENGINE_VERSION


def typology(
    definition: IndexDefinition,
    store: Store,
    scope: ReadingScope,
    *,
    classes: int | None = None,
    to: Month | None = None,
    areas: Mapping[str, str] | None = None,
    force: str | None = None,
    files: Sequence[Path] = (),
    engine: EngineName = "duckdb",
    memory: str | None = None,
    threads: int | None = None,
) -> Typology:
    """Sort small areas into classes of the same needs.

    Question: which small areas are of a kind, so that what works in one may be tried in another?

    Parameters: as :func:`needs_of`; ``classes`` how many, ``None``: the number with the highest mean silhouette.

    Assumes: that distances on the transformed variables, each by its weight, say how alike small areas are.

    When not to use: for classes that are not stable, or small areas whose certainty is low: they lie between classes.

    Source: :mod:`upstream.stats.classes`.
    """
    needs = needs_of(
        definition, store, scope, to=to, areas=areas, force=force, files=files, engine=engine, memory=memory,
        threads=threads,
    )  # fmt: skip
    return typology_of(definition, needs, classes=classes)


def typology_of(definition: IndexDefinition, needs: Needs, *, classes: int | None = None) -> Typology:
    """The typology of needs already counted, so that another number of classes needs no new reading."""
    weights = {one.key: one.weight for one in definition.indicators}
    scales = np.sqrt([weights[one.key] for one in needs.used])
    centred = transformed(np.array([one.values for one in needs.indicators]), definition.transformation)
    table = (centred * scales[:, None]).T
    rng = np.random.default_rng(SEED)
    most = min(MOST_CLASSES, len(np.unique(table, axis=0)) - 1)
    if classes is not None and not 2 <= classes <= most:
        raise BadInput(f"{classes} classes cannot be made.", allowed=f"2 to {most}")
    tried = number_of_classes(table, range(2, most + 1), rng=rng)
    found = classed(table, classes or tried.by_silhouette, rng=np.random.default_rng(SEED))
    again = stability(table, found, rng=rng)
    return Typology(
        definition=definition, classes=_classes(needs, centred, found, again), areas=_typed(needs, found, again),
        variables=needs.used, units=needs.units, lacking=needs.lacking, tried=tried, asked=classes is not None,
        first=needs.first, last=needs.last, missing=needs.missing, tables=needs.tables,
    )  # fmt: skip


def _classes(needs: Needs, centred: NDArray[np.float64], found: Classes, again: Stability) -> tuple[AreaClass, ...]:
    residents = np.array([area.residents for area in needs.areas])
    known = all(area.rural is not None for area in needs.areas)
    rural = np.array([bool(area.rural) for area in needs.areas])
    spread = centred.std(axis=1)
    made = []
    for at, size in enumerate(found.sizes):
        of = found.labels == at
        centre = np.divide(centred[:, of].mean(axis=1) - centred.mean(axis=1), spread,
                           out=np.zeros(len(spread)), where=spread > 0)  # fmt: skip
        made.append(
            AreaClass(
                at + 1, _name(needs.used, centre), int(size), int(residents[of].sum()),
                int(rural[of].sum()) if known else None, tuple(map(float, centre)),
                tuple(float(np.median(values[of])) for values in needs.plain), float(again.jaccard[at]),
                bool(again.jaccard[at] >= STABLE),
            )
        )  # fmt: skip
    return tuple(made)


def _name(variables: Sequence[IndicatorOf], centre: NDArray[np.float64]) -> str:
    """What stands out in a class, in words: at most two variables above and one below the force's mean."""
    order = np.argsort(-centre)
    high = [variables[at].title for at in order[:2] if centre[at] >= _CLEAR]
    low = [variables[at].title for at in order[::-1][:1] if centre[at] <= -_CLEAR]
    if (centre >= _CLEAR).all():
        return f"High on everything, {high[0].lower()} most"
    if (centre <= -_CLEAR).all():
        return f"Low on everything, {low[0].lower()} least"
    parts = [f"high: {' and '.join(word.lower() for word in high)}"] if high else []
    parts += [f"low: {low[0].lower()}"] if low else []
    said = "; ".join(parts) or "near the force's mean on everything"
    return said[0].upper() + said[1:]


def _typed(needs: Needs, found: Classes, again: Stability) -> tuple[Typed, ...]:
    rows = [
        Typed(area, int(found.labels[at]) + 1, float(again.membership[at, found.labels[at]]),
              int(found.second[at]) + 1, float(found.silhouette[at]))
        for at, area in enumerate(needs.areas)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.number, row.area.code)))


def as_rows(made: Typology) -> list[dict[str, Any]]:
    """The typology as a table, a row a small area."""
    names = {one.number: one.name for one in made.classes}
    return [
        {
            "class": row.number, "class_name": names[row.number], "lsoa": row.area.code, "name": row.area.name,
            "area": row.area.area, "rural": row.area.rural, "residents": row.area.residents,
            "certainty": round(row.certainty, 3), "second_class": row.second, "silhouette": round(row.silhouette, 3),
        }
        for row in made.areas
    ]  # fmt: skip
