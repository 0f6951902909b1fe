"""Classes against every possible partition, and silhouettes and Jaccard shares by loops."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from upstream.stats.classes import classed, stability


def _within(table: np.ndarray, labels: tuple[int, ...]) -> float:
    total = 0.0
    for one in set(labels):
        rows = [row for row, label in zip(table.tolist(), labels, strict=True) if label == one]
        middle = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        total += sum((x - m) ** 2 for row in rows for x, m in zip(row, middle, strict=True))
    return total


@pytest.mark.parametrize("seed", range(4))
def test_no_partition_is_better(seed: int) -> None:
    table = np.random.default_rng(seed).normal(size=(9, 2))
    found = classed(table, 3, rng=np.random.default_rng(seed), starts=30)
    every = (labels for labels in itertools.product(range(3), repeat=9) if len(set(labels)) == 3 and labels[0] == 0)
    assert found.within == pytest.approx(min(_within(table, labels) for labels in every))
    assert found.within == pytest.approx(_within(table, tuple(found.labels.tolist())))


@pytest.mark.parametrize("seed", range(4))
def test_silhouettes_by_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(40, 3))
    found = classed(table, 4, rng=rng)
    for i in range(40):
        away: dict[int, list[float]] = {}
        for j in range(40):
            if i != j:
                away.setdefault(int(found.labels[j]), []).append(math.dist(table[i], table[j]))
        own = away.pop(int(found.labels[i]), None)
        second = min(away, key=lambda one: sum(away[one]) / len(away[one]))
        other = sum(away[second]) / len(away[second])
        inner = 0.0 if own is None else sum(own) / len(own)
        assert found.second[i] == second
        assert found.silhouette[i] == pytest.approx(0 if own is None else (other - inner) / max(other, inner))


def test_stability_by_sets() -> None:
    table = np.random.default_rng(5).normal(size=(25, 2))
    found = classed(table, 3, rng=np.random.default_rng(5))
    made = stability(table, found, rng=np.random.default_rng(9), resamples=6, starts=3)
    again, shares = np.random.default_rng(9), np.zeros(3)
    for _ in range(6):
        picked = again.integers(25, size=25)
        # the resample is sorted by the same steps; what is compared is done with sets
        sub = _labels_of(table[picked], again)
        new = {one: {int(picked[i]) for i in range(25) if sub[i] == one} for one in set(sub)}
        here = set(picked.tolist())
        for one in range(3):
            old = {i for i in here if found.labels[i] == one}
            shares[one] += max(len(old & other) / len(old | other) for other in new.values())
    assert made.jaccard == pytest.approx(shares / 6)
    assert made.membership.sum(axis=1) == pytest.approx(np.ones(25))


def _labels_of(table: np.ndarray, rng: np.random.Generator) -> list[int]:
    from upstream.stats import classes as room

    return room._best(table, 3, rng, 3)[0].tolist()
