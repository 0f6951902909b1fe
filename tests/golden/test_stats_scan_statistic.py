"""A published circular scan, a slow second reading, and how often nothing is found."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.scan_statistic import circles, permutation_scan, poisson_scan


@pytest.mark.shared
def test_leukaemia_in_new_york(shared_data: Path) -> None:
    # R package smerc, checked there against SaTScan: whole cases, circles of up to 10% of the population
    with (shared_data / "golden" / "ny_leukemia_tracts.csv").open() as file:
        rows = list(csv.DictReader(file))
    population = np.array([float(row["population"]) for row in rows])
    cases = np.array([int(float(row["cases"])) for row in rows])
    ids = np.array([int(row["id"]) for row in rows])
    zones = circles([float(row["longitude"]) for row in rows], [float(row["latitude"]) for row in rows], population)
    found = poisson_scan(cases, population, zones, rng=np.random.default_rng(1))
    first, second, *_ = found.clusters
    seventh = found.clusters[6]
    assert (found.cases, population.sum()) == (552, 1_057_673)
    assert (len(first.places), ids[first.places[0]], first.cases) == (26, 49, 85)
    assert first.expected == pytest.approx(49.71, abs=0.005)
    assert first.log_likelihood_ratio == pytest.approx(11.577255, abs=1e-6)
    assert ids[second.places].tolist() == [89, 88, 87, 84, 90, 86, 92, 85]
    assert second.expected == pytest.approx(17.79, abs=0.005)
    assert second.log_likelihood_ratio == pytest.approx(9.019716, abs=1e-6)
    assert ids[seventh.places].tolist() == [166, 159, 167]
    assert seventh.log_likelihood_ratio == pytest.approx(3.209485, abs=1e-6)
    # SaTScan's 999 replicas and ours are different draws
    assert [first.p, second.p, seventh.p] == pytest.approx([0.001, 0.013, 0.976], abs=0.015)
    assert second.p_fitted == pytest.approx(0.013, abs=0.01)


def slow_ratio(count: float, base: float, total: float) -> float:
    if count < 2 or count <= base:
        return 0.0
    outside = (total - count) * np.log((total - count) / (total - base)) if count < total else 0
    return float(count * np.log(count / base) + outside)


def test_every_cylinder_looked_at_in_turn_gives_the_same() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.random((2, 30))
    where, ages = rng.integers(0, 30, 250), rng.integers(0, 60, 250)
    where[:15], ages[:15] = 3, rng.integers(0, 5, 15)
    weight = np.bincount(where, minlength=30)
    zones = circles(x, y, weight, most_share=0.3)
    found = permutation_scan(where, ages, zones, most_periods=7, rng=rng, simulations=99)
    best = 0.0
    for centre in range(30):
        near = np.argsort(np.hypot(x - x[centre], y - y[centre]), kind="stable")
        for reach in range(1, 31):
            inside = near[:reach]
            if weight[inside].sum() > 0.3 * 250:
                break
            for span in range(1, 8):
                count = int((np.isin(where, inside) & (ages < span)).sum())
                base = float(weight[inside].sum() * (ages < span).sum() / 250)
                best = max(best, slow_ratio(count, base, 250))
    first = found.clusters[0]
    assert first.log_likelihood_ratio == pytest.approx(best)
    assert 3 in first.places
    assert first.p == 0.01
    assert first.recurrence(365) == pytest.approx(1 / (first.p_fitted * 365))
    seen = np.concatenate([cluster.places for cluster in found.clusters])
    assert len(seen) == len(set(seen.tolist()))


def test_replicas_skip_nothing_that_matters() -> None:
    # the quick bound must never hide the highest ratio: one replica that is the data itself
    rng = np.random.default_rng(3)
    x, y = rng.random((2, 40))
    expected = rng.uniform(1, 30, 40)
    zones = circles(x, y, expected, most_share=0.5)
    for _ in range(25):
        cases = rng.poisson(expected)
        total = cases.sum()
        scaled = expected * total / expected.sum()
        highest = max(
            slow_ratio(cases[zones.order[c, : r + 1]].sum(), scaled[zones.order[c, : r + 1]].sum(), total)
            for c in range(40)
            for r in range(zones.size[c])
        )
        found = poisson_scan(cases, expected, zones, rng=rng, simulations=0)
        top = found.clusters[0].log_likelihood_ratio if found.clusters else 0.0
        assert top == pytest.approx(highest)
        again = _Again(cases)
        same = poisson_scan(cases, expected, zones, rng=again, simulations=1)
        assert same.highest[0] == pytest.approx(highest)


class _Again:
    """A source that draws the data itself."""

    def __init__(self, cases) -> None:
        self.cases = cases

    def multinomial(self, total, shares, size):
        return np.tile(self.cases, (size, 1))


def test_five_per_cent_of_nothing_is_a_cluster_and_a_planted_one_is_found() -> None:
    rng = np.random.default_rng(20_263)
    x, y = rng.random((2, 60))
    risk = rng.dirichlet(np.full(60, 2.0))
    named = 0
    for _ in range(300):
        where = rng.choice(60, 400, p=risk)
        zones = circles(x, y, np.bincount(where, minlength=60), most_share=0.2)
        scan = permutation_scan(where, rng.integers(0, 100, 400), zones, most_periods=7, rng=rng, simulations=39)
        named += bool(scan.clusters) and scan.clusters[0].p <= 0.05
    assert 0.02 < named / 300 < 0.09  # three standard errors round 5%
    near = np.argsort(np.hypot(x - x[0], y - y[0]))[:3]
    found = 0
    for _ in range(30):
        where = np.r_[rng.choice(60, 400, p=risk), rng.choice(near, 14)]
        ages = np.r_[rng.integers(0, 100, 400), rng.integers(0, 4, 14)]
        zones = circles(x, y, np.bincount(where, minlength=60), most_share=0.2)
        scan = permutation_scan(where, ages, zones, most_periods=7, rng=rng, simulations=39)
        found += scan.clusters[0].p <= 0.05 and bool(np.isin(near, scan.clusters[0].places).any())
    assert found >= 28


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"places": [0, 1], "ages": [0]}, "one of each"),
        ({"places": [0, 9], "ages": [0, 5]}, "places 0 to 2"),
        ({"places": [0, 1], "ages": [0, 1], "most_periods": 5}, "shorter than the history"),
        ({"places": [0.5, 1], "ages": [0, 5]}, "whole numbers"),
        ({"places": [0], "ages": [0]}, "1 places"),
    ],
)
def test_what_cannot_be_scanned_is_refused(given: dict, words: str) -> None:
    zones = circles([0, 1, 2], [0, 0, 0], [1, 1, 1], most_share=0.5)
    with pytest.raises(BadInput, match=words):
        permutation_scan(**({"most_periods": 3, "rng": np.random.default_rng(0)} | given), zones=zones)


def test_circles_and_counts_that_cannot_be_are_refused() -> None:
    rng = np.random.default_rng(0)
    for bad in (
        {"weight": [0, 0, 0]},
        {"weight": [1, 1]},
        {"most_share": 0.9},
        {"most_distance": -1},
        {"x": [0, np.nan, 1]},
    ):
        with pytest.raises(BadInput):
            circles(**({"x": [0, 1, 2], "y": [0, 0, 0], "weight": [1, 1, 1]} | bad))
    zones = circles([0, 1, 2], [0, 0, 0], [1, 1, 1], most_share=0.5)
    for cases, expected in (([1, 1], [1, 1, 1]), ([0, 0, 1], [1, 1, 1]), ([1, 1, 1], [1, 1]), ([1, 1, 0.5], [1, 1, 1])):
        with pytest.raises(BadInput):
            poisson_scan(cases, expected, zones, rng=rng)
