"""The space-time Poisson scan beside every cylinder looked at in turn, and how often it finds nothing."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.scan_statistic import circles, space_time_poisson_scan


def conditional(count: float, base: float, total: float) -> float:
    if count < 2 or count <= base:
        return 0.0
    outside = (total - count) * np.log((total - count) / (total - base)) if count < total else 0.0
    return float(count * np.log(count / base) + outside)


def expectation(count: float, base: float, _total: float) -> float:
    return float(count * np.log(count / base) + base - count) if count >= 2 and count > base else 0.0


@pytest.mark.parametrize("windows", ["latest", "any"])
@pytest.mark.parametrize("statistic", ["conditional", "expectation"])
def test_every_cylinder_looked_at_in_turn_gives_the_same(windows: str, statistic: str) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.random((2, 12))
    expected = rng.uniform(0.5, 4, (12, 6))
    cases = rng.poisson(expected)
    cases[4, 2:5] += 9
    weight = expected.sum(1)
    zones = circles(x, y, weight, most_share=0.4)
    found = space_time_poisson_scan(
        cases, expected, zones, rng=rng, simulations=39, windows=windows, statistic=statistic, most_periods=4
    )
    ratio = conditional if statistic == "conditional" else expectation
    total = cases.sum()
    scaled = expected * total / expected.sum() if statistic == "conditional" else expected
    best, at = 0.0, (0, 0)
    for centre in range(12):
        near = np.argsort(np.hypot(x - x[centre], y - y[centre]), kind="stable")
        for reach in range(1, 13):
            inside = near[:reach]
            if weight[inside].sum() > 0.4 * weight.sum():
                break
            for end in range(1, 7) if windows == "any" else [6]:
                for start in range(max(0, end - 4), end):
                    one = ratio(cases[inside, start:end].sum(), scaled[inside, start:end].sum(), total)
                    best, at = max((best, at), (one, (end - start, 6 - end)))
    first = found.clusters[0]
    assert first.log_likelihood_ratio == pytest.approx(best, rel=1e-6)
    assert (first.periods, first.ended) == at
    if windows == "any":
        assert (first.ended, first.p) == (1, 0.025)


@pytest.mark.parametrize("statistic", ["conditional", "expectation"])
def test_five_per_cent_of_nothing_is_a_cluster(statistic: str) -> None:
    rng = np.random.default_rng(20_264)
    x, y = rng.random((2, 40))
    expected = np.tile(rng.gamma(2, 1.5, 40)[:, None], (1, 7))
    zones = circles(x, y, expected.sum(1), most_share=0.2)
    named = 0
    for _ in range(300):
        scan = space_time_poisson_scan(
            rng.poisson(expected), expected, zones, rng=rng, simulations=39, statistic=statistic
        )
        named += bool(scan.clusters) and scan.clusters[0].p <= 0.05
    assert 0.02 < named / 300 < 0.09  # three standard errors round 5%


def test_a_history_taken_as_certain_finds_clusters_that_are_none() -> None:
    rng = np.random.default_rng(20_265)
    x, y = rng.random((2, 40))
    risk = rng.gamma(2, 0.05, 40)
    named = dict.fromkeys(("certain", "drawn"), 0)
    for _ in range(200):
        before = rng.poisson(risk * 60)
        cases = rng.poisson(risk, (7, 40)).T
        expected = np.tile(before[:, None] + 0.5, (1, 7))
        zones = circles(x, y, expected.sum(1), most_share=0.2)
        for key, history in (("certain", None), ("drawn", before)):
            scan = space_time_poisson_scan(cases, expected, zones, rng=rng, simulations=39, history=history)
            named[key] += bool(scan.clusters) and scan.clusters[0].p <= 0.05
    assert named["drawn"] / 200 < 0.10
    assert named["certain"] >= named["drawn"]


@pytest.mark.parametrize(
    "bad",
    [
        {"expected": np.ones((2, 3))},
        {"expected": np.zeros((3, 3))},
        {"cases": np.full((3, 3), 0.5)},
        {"most_periods": 4},
        {"history": np.ones(3), "statistic": "expectation"},
        {"history": np.ones(2)},
    ],
)
def test_what_cannot_be_scanned_is_refused(bad: dict) -> None:
    zones = circles([0, 1, 2], [0, 0, 0], [1, 1, 1], most_share=0.5)
    given = {"cases": np.ones((3, 3), int), "expected": np.ones((3, 3))} | bad
    with pytest.raises(BadInput):
        space_time_poisson_scan(**given, zones=zones, rng=np.random.default_rng(0))
