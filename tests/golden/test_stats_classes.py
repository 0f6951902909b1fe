"""Classes of eight points as R's kmeans prints them, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.classes import classed, number_of_classes, stability

POINTS = np.array([[7, 1], [3, 4], [1, 5], [5, 8], [1, 3], [7, 8], [8, 2], [5, 9]], float)


def test_eight_points_in_three_classes() -> None:
    # as printed in a published R tutorial ("k-means in a toy dataset", kmeans(kdata, centers = kdata[1:3,])): centres
    # 7.5 1.5 / 5.666667 8.333333 / 1.666667 4.000000, classes 1 3 3 2 3 2 1 2
    found = classed(POINTS, 3, rng=np.random.default_rng(1))
    assert found.sizes.tolist() == [3, 3, 2]
    named = {tuple(np.round(centre, 6)) for centre in found.centres}
    assert named == {(7.5, 1.5), (5.666667, 8.333333), (1.666667, 4.0)}
    groups = {frozenset(np.flatnonzero(found.labels == at) + 1) for at in range(3)}
    assert groups == {frozenset({1, 7}), frozenset({2, 3, 5}), frozenset({4, 6, 8})}


def test_one_alone_has_no_silhouette() -> None:
    found = classed([[0.0], [0.1], [9.0]], 2, rng=np.random.default_rng(1))
    assert found.silhouette[2] == 0
    # Rousseeuw's formula by hand: own 0.1, other 9 and 8.9
    assert found.silhouette[:2] == pytest.approx([8.9 / 9, 8.8 / 8.9])


@pytest.mark.parametrize(("values", "k"), [(POINTS, 1), (POINTS, 9), ([[1.0], [1.0], [2.0]], 3), ([[1.0], [2.0]], 2)])
def test_classes_that_cannot_be(values: np.ndarray, k: int) -> None:
    with pytest.raises(BadInput):
        classed(values, k, rng=np.random.default_rng(1))


def test_numbers_that_cannot_be_tried() -> None:
    for ks in ([], [1, 2], [2, 4]):
        with pytest.raises(BadInput):
            number_of_classes(POINTS, ks, rng=np.random.default_rng(1))
    with pytest.raises(BadInput):
        classed([[np.nan], [1.0], [2.0]], 2, rng=np.random.default_rng(1))


def test_well_apart_classes_come_back_every_time() -> None:
    rng = np.random.default_rng(2)
    table = np.concatenate([rng.normal(0, 0.1, (20, 2)), rng.normal(5, 0.1, (20, 2))])
    found = stability(table, classed(table, 2, rng=rng), rng=rng, resamples=20)
    assert found.jaccard.tolist() == [1, 1]
    assert found.membership.max(axis=1).tolist() == [1] * 40
