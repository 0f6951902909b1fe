"""Versions of the index of needs kept as they were, and what moved between two of them, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from upstream.analyse.index_definition import IndexDefinition
from upstream.analyse.needs import Index
from upstream.analyse.small_area_needs import Needs
from upstream.errors import BadInput
from upstream.periods import Month
from upstream.stats.composite import transformed


@dataclass(frozen=True, slots=True)
class KeptArea:
    """One small area in a kept version: its rank with interval, and what each need put into its score.

    ``parts`` are the needs on the index's scale, by key, before they are weighed.
    """

    code: str
    name: str
    area: str
    rank: int
    lower: int
    upper: int
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class KeptIndex:
    """An index as it was.

    Attributes
    ----------
    key, version, digest
        Of the definition; the digest holds its weights too.
    top
        Small areas chosen.
    weights, titles
        Share (0 to 1) and name of each need used, by key.
    first, last
        Months counted.
    tables
        Table name to the version that was read.
    areas
        Most need first.
    """

    key: str
    version: int
    digest: str
    top: int
    weights: Mapping[str, float]
    titles: Mapping[str, str]
    first: Month
    last: Month
    tables: Mapping[str, int]
    engine_version: str
    areas: tuple[KeptArea, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """How one small area moved.

    Attributes
    ----------
    code, name, area
        Of the small area.
    before, after
        Its ranks; ``None`` where it was not in that version.
    apart
        Whether the intervals of its two ranks do not overlap: only then is the move more than the versions' own doubt.
    change
        Of its score; ``by_weights`` and ``by_records`` add up to it. NaN where it is in one version only.
    need
        Title of the need that moved it most the way it went; empty where the score stood still.
    entered, left
        Whether it is now, or was before and is no longer, among those chosen.
    """

    code: str
    name: str
    area: str
    before: int | None
    after: int | None
    apart: bool
    change: float
    by_weights: float
    by_records: float
    need: str
    entered: bool
    left: bool


@dataclass(frozen=True, slots=True)
class Moves:
    """What moved between two versions.

    Attributes
    ----------
    moves
        Every small area of either, those that entered or left the first ones before, then by how far they moved.
    stayed
        Small areas among the first of both.
    correlation
        Spearman's correlation of the ranks of those in both; NaN with fewer than three.
    weights
        Needs whose weight changed: title to share before and after (0 where it was not used).
    tables
        Tables that changed: name to version before and after (``None``: not read).
    differ
        What differs between the versions, in words; empty where nothing does.
    """

    moves: tuple[Move, ...]
    stayed: int
    correlation: float
    weights: Mapping[str, tuple[float, float]]
    tables: Mapping[str, tuple[int | None, int | None]]
    differ: tuple[str, ...]


def kept_index(definition: IndexDefinition, needs: Needs, index: Index) -> KeptIndex:
    """An index as it is to be kept.

    Parameters
    ----------
    definition
        With the weights used.
    needs, index
        What was counted, and the index made of it with those weights.
    """
    scaled = transformed(np.array([one.values for one in needs.indicators]), definition.transformation)
    at = {area.code: place for place, area in enumerate(needs.areas)}
    keys = [one.key for one in needs.used]
    return KeptIndex(
        key=definition.key, version=definition.version, digest=definition.hash, top=index.top,
        weights={one.of.key: one.share for one in index.indicators},
        titles={one.of.key: one.of.title for one in index.indicators},
        first=index.first, last=index.last, tables={one.table: one.version for one in index.tables},
        engine_version=index.engine_version,
        areas=tuple(
            KeptArea(
                row.area.code, row.area.name, row.area.area, row.rank, row.lower, row.upper, row.score,
                dict(zip(keys, scaled[:, at[row.area.code]].tolist(), strict=True)),
            )
            for row in index.areas
        ),
    )  # fmt: skip


def as_data(made: KeptIndex) -> dict[str, Any]:
    """A kept version as JSON has it."""
    return {**asdict(made), "first": str(made.first), "last": str(made.last), "areas": [asdict(a) for a in made.areas]}


def from_data(data: Mapping[str, Any]) -> KeptIndex:
    """The version that :func:`as_data` made the data of."""
    months = {name: Month.parse(data[name]) for name in ("first", "last")}
    return KeptIndex(**{**data, **months, "areas": tuple(KeptArea(**area) for area in data["areas"])})


def moves(before: KeptIndex, after: KeptIndex) -> Moves:
    """What moved between two versions of an index, and whether the weights or the records moved it.

    Question: why are these places first now, when others were before?

    Parameters: ``before``, ``after`` versions of one index.

    Assumes: a score is a sum of needs by weights, so its change splits exactly: each weight's change by the mean of the
    need's two values, and each need's change by the mean of its two weights. Needs are on a scale of ranks: one place
    moves also because others did.

    When not to use: as a finding that a place got better or worse. The index is relative; look at its counts.

    Source: the split of a product's change at the means of both factors, as Kitagawa (1955), Journal of the American
    Statistical Association 50, 1168-1194.

    Raises
    ------
    BadInput
        Versions of different indices.
    """
    if before.key != after.key:
        raise BadInput(f"{before.key} and {after.key} are two indices.", allowed="two versions of one index")
    old, new = ({area.code: area for area in one.areas} for one in (before, after))
    every = {**old, **new}
    rows = [_move(every[code], old.get(code), new.get(code), before, after) for code in sorted(every)]
    both = sorted(old.keys() & new.keys())
    ranks = np.array([[of[code].rank for code in both] for of in (old, new)], float)
    return Moves(
        tuple(sorted(rows, key=_how_far)),
        sum(old[code].rank <= before.top and new[code].rank <= after.top for code in both),
        float(np.corrcoef(ranks)[0, 1]) if len(both) > 2 and ranks.std(axis=1).all() else float("nan"),
        _changed_weights(before, after),
        {
            name: (before.tables.get(name), after.tables.get(name))
            for name in sorted({*before.tables, *after.tables})
            if before.tables.get(name) != after.tables.get(name)
        },
        _differ(before, after),
    )


def _move(one: KeptArea, old: KeptArea | None, new: KeptArea | None, before: KeptIndex, after: KeptIndex) -> Move:
    entered = new is not None and new.rank <= after.top and (old is None or old.rank > before.top)
    left = old is not None and old.rank <= before.top and (new is None or new.rank > after.top)
    if old is None or new is None:
        before_rank, after_rank = (None if side is None else side.rank for side in (old, new))
        nothing = float("nan")
        return Move(
            one.code, one.name, one.area, before_rank, after_rank, True, nothing, nothing, nothing, "", entered, left
        )  # fmt: skip
    by_weights, by_records = _split(old, new, before.weights, after.weights)
    change = new.score - old.score
    pushed = {key: (by_weights[key] + by_records[key]) * np.sign(change) for key in sorted(by_weights)}
    most = max(pushed, key=lambda key: pushed[key]) if change else ""
    titles = {**before.titles, **after.titles}
    return Move(
        one.code, one.name, one.area, old.rank, new.rank, new.lower > old.upper or new.upper < old.lower, change,
        sum(by_weights.values()), sum(by_records.values()), titles.get(most, ""), entered, left,
    )  # fmt: skip


def _split(
    old: KeptArea, new: KeptArea, before: Mapping[str, float], after: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """By need: how far its weight, and how far its value, moved the score."""
    by_weights, by_records = {}, {}
    for key in {*before, *after}:
        weight = (before.get(key, 0.0), after.get(key, 0.0))
        # a need that one version did not have moved by its weight alone
        value = (old.parts.get(key, new.parts.get(key, 0.0)), new.parts.get(key, old.parts.get(key, 0.0)))
        by_weights[key] = (weight[1] - weight[0]) * (value[0] + value[1]) / 2
        by_records[key] = (value[1] - value[0]) * (weight[0] + weight[1]) / 2
    return by_weights, by_records


def _how_far(move: Move) -> tuple[bool, float, str]:
    far = abs(move.after - move.before) if move.before and move.after else float("inf")
    return (not (move.entered or move.left), -far, move.code)


def _changed_weights(before: KeptIndex, after: KeptIndex) -> dict[str, tuple[float, float]]:
    titles = {**before.titles, **after.titles}
    pairs = {key: (before.weights.get(key, 0.0), after.weights.get(key, 0.0)) for key in titles}
    return {titles[key]: pair for key, pair in pairs.items() if abs(pair[0] - pair[1]) > 1e-9}


def _differ(before: KeptIndex, after: KeptIndex) -> tuple[str, ...]:
    found = []
    if before.version != after.version:
        found.append(f"the definition: version {before.version}, then {after.version}")
    if _changed_weights(before, after):
        found.append("the weights")
    if before.tables != after.tables:
        found.append("the records")
    if (before.first, before.last) != (after.first, after.last):
        found.append(f"the months: to {before.last.label}, then to {after.last.label}")
    if before.engine_version != after.engine_version:
        found.append("the way of calculating")
    return tuple(found)


def as_rows(made: Moves) -> list[dict[str, Any]]:
    """What moved as a table, a row a small area."""
    return [
        {
            "lsoa": row.code, "name": row.name, "area": row.area, "rank_before": row.before, "rank_after": row.after,
            "apart": row.apart, "score_change": _number(row.change), "by_weights": _number(row.by_weights),
            "by_records": _number(row.by_records), "need": row.need, "entered": row.entered, "left": row.left,
        }
        for row in made.moves
    ]  # fmt: skip


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)
