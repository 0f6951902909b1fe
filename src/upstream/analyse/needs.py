"""The Vulnerability Location Index: which small areas carry most need, and how sure that is."""

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
from upstream.places.tables import GROUPS, read_table
from upstream.stats.composite import (
    WEIGHT_CONCENTRATION,
    LeftOut,
    composite,
    drawn_parts,
    leave_one_out,
    rank_intervals,
)
from upstream.store import ReadingScope, Store

SEED: Final = 20_260
"""Of the simulations, so that the same records give the same intervals."""
TOP: Final = 10
"""Small areas chosen, as in the source: "the top 10 Local Super Output Areas"."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One small area in the index.

    Attributes
    ----------
    area
        The small area.
    score
        Of the index; 0 to 100 with the exponential transformation.
    rank, lower, upper
        1 the most need, with the interval of ranks under other weights and other counts.
    in_top
        Share of the simulations in which it is among the first, 0 to 1.
    least, most
        Smallest and largest rank when one indicator is left out.
    rank_of_kind
        Among rural, or among urban, small areas; ``None`` where nobody says which it is.
    values
        Each indicator as a reader knows it: a rate per 1,000, a score or a rank.
    """

    area: SmallArea
    score: float
    rank: int
    lower: int
    upper: int
    in_top: float
    least: int
    most: int
    rank_of_kind: int | None
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """One indicator in the index.

    Attributes
    ----------
    of
        The indicator.
    unit
        What its numbers are, in words.
    share
        Its weight, as a share of all, 0 to 1.
    correlation
        Spearman's correlation of the ranks with and without it.
    replaced
        Small areas among the first that are no longer there without it.
    """

    of: IndicatorOf
    unit: str
    share: float
    correlation: float
    replaced: int


@dataclass(frozen=True, slots=True)
class Kind:
    """Rural or urban small areas together.

    Attributes
    ----------
    name
        "Rural", "Urban", or a policing area.
    small_areas, residents
        How many.
    in_top, expected_in_top
        Small areas of them among the first; and on average over the simulations of other weights and counts.
    share_of_residents, share_of_harm, share_of_top
        Of all residents, of all days of harm, and of the small areas chosen, 0 to 1. NaN without harm.
    median_rank
        Of theirs.
    """

    name: str
    small_areas: int
    residents: int
    in_top: int
    expected_in_top: float
    share_of_residents: float
    share_of_harm: float
    share_of_top: float
    median_rank: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """People of one group in the small areas chosen; never an input of the index.

    Attributes
    ----------
    group
        As the population file names it.
    people
        In every small area.
    of_all, of_top
        Share of all residents, and of residents of the small areas chosen, 0 to 1.
    of_need
        Share of residents when each small area counts by its days of harm, 0 to 1: what the share would be if the
        choice followed recorded harm alone. NaN without harm.
    """

    group: str
    people: int
    of_all: float
    of_top: float
    of_need: float


@dataclass(frozen=True, slots=True)
class Index:
    """An index of needs.

    Attributes
    ----------
    definition
        With the weights used.
    areas
        Most need first.
    indicators, lacking
        Those in the index; and the others, each with why not (their weight falls to the rest).
    kinds, policing_areas
        Rural and urban, and each policing area, beside the ranks.
    groups, groups_of
        Who lives in the small areas chosen, and what the counts are of; empty where no population by group is held.
    top
        Small areas chosen.
    first, last, missing
        Months counted, and those of them that are not held.
    left_out
        Small areas with too few residents, and their residents.
    placed, elsewhere, without_place
        Crimes in the small areas, in others, and of no known one.
    weight_concentration
        How firmly the weights were held; ``None``: certain.
    tables
        Versions counted.
    """

    definition: IndexDefinition
    areas: tuple[Ranked, ...]
    indicators: tuple[Weighed, ...]
    lacking: tuple[tuple[IndicatorOf, str], ...]
    kinds: tuple[Kind, ...]
    policing_areas: tuple[Kind, ...]
    groups: tuple[Exposure, ...]
    groups_of: str | None
    top: int
    first: Month
    last: Month
    missing: tuple[Month, ...]
    left_out: tuple[tuple[str, int], ...]
    placed: float
    elsewhere: float
    without_place: float
    weight_concentration: float | None
    tables: tuple[TableVersion, ...]
    engine_version: str = ENGINE_VERSION


def index_of_needs(
    definition: IndexDefinition,
    store: Store,
    scope: ReadingScope,
    *,
    top: int = TOP,
    weight_concentration: float | None = WEIGHT_CONCENTRATION,
    to: Month | None = None,
    areas: Mapping[str, str] | None = None,
    force: str | None = None,
    files: Sequence[Path] = (),
    engine: EngineName = "duckdb",
    memory: str | None = None,
    threads: int | None = None,
) -> Index:
    """Rank small areas by need, with how far each rank can be trusted and who lives in those chosen.

    Question: where do needs come together, how sure is that, and whom does the choice fall on?

    Parameters: as :func:`needs_of`; ``top`` how many are chosen; ``weight_concentration`` how firmly the weights are
    held, ``None``: certain.

    Assumes: the weights say how much each need matters. Intervals show other weights and the chance in counts; the
    deprivation scores and errors of recording do not vary in them.

    When not to use: to judge people who live there, or to compare an area's score with last year's; it is relative.

    Source: :mod:`upstream.stats.composite`.
    """
    needs = needs_of(
        definition, store, scope, to=to, areas=areas, force=force, files=files, engine=engine, memory=memory,
        threads=threads,
    )  # fmt: skip
    return ranked(definition, needs, store, top=top, weight_concentration=weight_concentration)


def ranked(
    definition: IndexDefinition,
    needs: Needs,
    store: Store,
    *,
    top: int = TOP,
    weight_concentration: float | None = WEIGHT_CONCENTRATION,
    drawn: NDArray[np.float64] | None = None,
) -> Index:
    """The index of needs already counted, so that other weights need no new reading.

    ``drawn`` is what :func:`draws_of` gave of the same needs: with it other weights need no new draws.
    """
    n = len(needs.areas)
    if not 1 <= top <= n:
        raise BadInput(f"The first {top} of {n} small areas cannot be chosen.", allowed=f"1 to {n}")
    weight_of = {one.key: one.weight for one in definition.indicators}
    weights = [weight_of[one.key] for one in needs.used]
    kind = definition.transformation
    made = composite(needs.indicators, weights, transformation=kind)
    spread = rank_intervals(
        needs.indicators, weights, rng=np.random.default_rng(SEED), top=top, transformation=kind,
        weight_concentration=weight_concentration, drawn=draws_of(definition, needs) if drawn is None else drawn,
    )  # fmt: skip
    without = leave_one_out(needs.indicators, weights, top=top, transformation=kind)
    of_kind = _ranks_of_kind(needs.areas, made.ranks)
    weighted = without.ranks[made.weights > 0]
    rows = [
        Ranked(
            area, float(made.scores[at]), int(made.ranks[at]), int(spread.lower[at]), int(spread.upper[at]),
            float(spread.in_top[at]), int(weighted[:, at].min()), int(weighted[:, at].max()), of_kind[at],
            tuple(float(values[at]) for values in needs.plain),
        )
        for at, area in enumerate(needs.areas)
    ]  # fmt: skip
    chosen = made.ranks <= top
    groups, groups_of = _exposures(store, needs, chosen)
    rural = ["" if area.rural is None else "Rural" if area.rural else "Urban" for area in needs.areas]
    return Index(
        definition=definition,
        areas=tuple(sorted(rows, key=lambda row: (row.rank, row.area.code))),
        indicators=_weighed(needs, made.weights, without),
        lacking=needs.lacking,
        kinds=_kinds(rural, needs, made.ranks, chosen, spread.in_top),
        policing_areas=_kinds([area.area for area in needs.areas], needs, made.ranks, chosen, spread.in_top),
        groups=groups,
        groups_of=groups_of,
        top=top,
        first=needs.first,
        last=needs.last,
        missing=needs.missing,
        left_out=needs.left_out,
        placed=needs.placed,
        elsewhere=needs.elsewhere,
        without_place=needs.without_place,
        weight_concentration=weight_concentration,
        tables=needs.tables,
    )


def draws_of(definition: IndexDefinition, needs: Needs) -> NDArray[np.float64]:
    """Counts that could as well have been, drawn once for whatever weights; (simulations, indicators, small areas)."""
    return drawn_parts(
        needs.indicators, rng=np.random.default_rng([SEED, 1]), transformation=definition.transformation
    )  # fmt: skip


def _weighed(needs: Needs, shares: NDArray[np.float64], without: LeftOut) -> tuple[Weighed, ...]:
    return tuple(
        Weighed(one, needs.units[at], float(shares[at]), float(without.correlation[at]), int(without.replaced[at]))
        for at, one in enumerate(needs.used)
    )


def _ranks_of_kind(small: Sequence[SmallArea], ranks: NDArray[np.int64]) -> list[int | None]:
    """Rank of each among those as rural as it."""
    rural = np.array([-1 if area.rural is None else int(area.rural) for area in small])
    return [
        None if rural[at] < 0 else 1 + int(((rural == rural[at]) & (ranks < ranks[at])).sum())
        for at in range(len(small))
    ]


def _kinds(
    names: Sequence[str], needs: Needs, ranks: NDArray[np.int64], chosen: NDArray[np.bool_], surely: NDArray[np.float64]
) -> tuple[Kind, ...]:
    each = np.array(names)
    residents = np.array([area.residents for area in needs.areas])
    harm = needs.harm.sum()
    made = []
    for name in sorted(set(names) - {""}):
        of = each == name
        made.append(
            Kind(
                name, int(of.sum()), int(residents[of].sum()), int(chosen[of].sum()),
                float(surely[of].sum()),
                float(residents[of].sum() / residents.sum()),
                float(needs.harm[of].sum() / harm) if harm else float("nan"),
                float(chosen[of].sum() / chosen.sum()), float(np.median(ranks[of])),
            )
        )  # fmt: skip
    return tuple(made)


def _exposures(store: Store, needs: Needs, chosen: NDArray[np.bool_]) -> tuple[tuple[Exposure, ...], str | None]:
    at = {area.code: place for place, area in enumerate(needs.areas)}
    held = [row for row in read_table(store, GROUPS).to_pylist() if row["lsoa"] in at]
    if not held:
        return (), None
    period = max(row["period"] for row in held)
    groups: dict[str, NDArray[np.float64]] = {}
    for row in held:
        if row["period"] == period:
            groups.setdefault(row["group"], np.zeros(len(at)))[at[row["lsoa"]]] = row["counted"]
    residents = np.array([float(area.residents) for area in needs.areas])
    weight = needs.harm / residents
    need = (weight * residents).sum()
    return tuple(
        Exposure(
            group, int(people.sum()), float(people.sum() / residents.sum()),
            float(people[chosen].sum() / residents[chosen].sum()),
            float((weight * people).sum() / need) if need else float("nan"),
        )
        for group, people in sorted(groups.items())
    ), period  # fmt: skip


def as_rows(index: Index) -> list[dict[str, Any]]:
    """The index as a table, a row a small area, most need first."""
    keys = [one.of.key for one in index.indicators]
    return [
        {
            "rank": row.rank, "rank_from": row.lower, "rank_to": row.upper, "lsoa": row.area.code,
            "name": row.area.name, "area": row.area.area, "rural": row.area.rural, "rank_of_kind": row.rank_of_kind,
            "residents": row.area.residents, "score": round(row.score, 3), "in_top": round(row.in_top, 3),
            "rank_least": row.least, "rank_most": row.most,
            **{f"value_{key}": round(value, 3) for key, value in zip(keys, row.values, strict=True)},
        }
        for row in index.areas
    ]  # fmt: skip
