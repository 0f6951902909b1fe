"""Planted classes are found, counted and stable; where there are none, the gap says so and nothing is stable."""

from __future__ import annotations

import numpy as np

from upstream.stats.classes import STABLE, classed, number_of_classes, stability


def _planted(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    truth = np.repeat([0, 1, 2], 40)
    centres = np.array([[0, 0, 0], [4, 0, 2], [0, 4, -2]], float)
    return centres[truth] + rng.normal(size=(120, 3)), truth


def test_planted_classes_are_found_counted_and_stable() -> None:
    rng = np.random.default_rng(20_265)
    right = agree = stable = 0
    for _ in range(4):
        table, truth = _planted(rng)
        number = number_of_classes(table, range(2, 6), rng=rng, references=8, starts=6)
        right += number.by_silhouette == 3 and number.by_gap == 3
        found = classed(table, 3, rng=rng, starts=8)
        agree += sum(np.bincount(truth[found.labels == at]).max() for at in range(3)) >= 114
        stable += bool((stability(table, found, rng=rng, resamples=15).jaccard >= STABLE).all())
    assert (right, agree, stable) == (4, 4, 4)


def test_of_no_classes_none_is_stable() -> None:
    rng = np.random.default_rng(20_266)
    stable = 0
    for _ in range(4):
        table = rng.normal(size=(120, 3))
        made = stability(table, classed(table, 5, rng=rng, starts=8), rng=rng, resamples=15)
        stable += int((made.jaccard >= STABLE).sum())
    assert stable <= 2  # of 20 classes: Hennig's bound calls few of them stable
