"""New clusters: planted ones are found, nothing rests on one address, and what cannot be scanned is refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from fixtures_events import FIRST, made
from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.scan.clusters import ClustersOf, clusters

QUICK = {"screened": 39, "simulations": 99, "recurrence_days": 30.0, "longest_days": 14}


def town(seed: int, planted: int = 0, *, spread: float = 150.0) -> Events:
    """A year of 600 events about 40 places, and some more of the last ten days about one point."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 5_000, (2, 40))
    at = rng.choice(40, 600, p=rng.dirichlet(np.full(40, 2.0)))
    x, y = place[:, at] + rng.uniform(-150, 150, (2, 600))
    more = 2_500 + rng.uniform(-spread, spread, (2, planted))
    days = np.concatenate([rng.integers(0, 365, 600), rng.integers(355, 365, planted)])
    words = np.where(np.arange(600 + planted) < 600, "S1", "PLANTED")
    return made(np.concatenate([x, more[0]]), np.concatenate([y, more[1]]), days, small_areas=words)


@pytest.mark.parametrize("model", ["permutation", "poisson"])
def test_a_planted_cluster_is_found_with_where_and_since_when(model: str) -> None:
    found = clusters(town(1, 14), ClustersOf(model=model, **QUICK))
    first = found.clusters[0]
    assert first.new
    assert first.p == 0.01
    assert np.hypot(first.easting - 2_500, first.northing - 2_500) < 500
    assert first.small_areas[0] == "PLANTED"
    assert first.events >= 12 > first.expected
    assert FIRST + dt.timedelta(days=350) < first.first <= FIRST + dt.timedelta(days=358)
    assert first.last == FIRST + dt.timedelta(days=364)
    assert first.recurrence_days == pytest.approx(1 / first.p_fitted)
    assert found.replicas == 99
    assert found.new[0] == first


def test_a_quiet_night_has_the_first_look_alone() -> None:
    found = clusters(town(3), ClustersOf(**QUICK))
    assert (found.new, found.replicas) == ((), 39)
    assert found.events == 600


def test_a_cluster_at_one_address_is_counted_and_never_shown() -> None:
    found = clusters(town(1, 14, spread=0.0), ClustersOf(**QUICK))
    assert found.at_one_address == 1
    assert all("PLANTED" not in one.small_areas for one in found.clusters)


def test_order_and_seed_decide_nothing_but_the_draws() -> None:
    events, order = town(1, 14), np.random.default_rng(1).permutation(614)
    days = (events.day - np.datetime64(FIRST)).astype(int)
    turned = made(events.easting[order], events.northing[order], days[order], small_areas=events.small_area[order])
    one, other = clusters(events, ClustersOf(**QUICK)), clusters(turned, ClustersOf(seed=9, **QUICK))
    assert one.clusters[0].log_likelihood_ratio == pytest.approx(other.clusters[0].log_likelihood_ratio)
    assert one == clusters(events, ClustersOf(**QUICK))


@pytest.mark.parametrize(
    ("events", "of", "words"),
    [
        (made([], [], []), {}, "No events were found"),
        (made([1], [1], [1]), {}, "One event was found"),
        (made([5] * 9, [5] * 9, range(9)), {}, "one point"),
        (made([5, 9], [5, 9], [1, 364]), {}, "one square of 250 metres"),
        (made([5, 900], [5, 9], [1, 9]), {}, "0 of 2 events are of the latest 28 days"),
        (made([5, 900], [5, 9], [1, 29], span=30), {}, "30 days of events for clusters of up to 28 days"),
        (made([5, 900], [5, 9], [1, 364], table="street_crimes"), {}, "Open data gives no new clusters"),
    ],
)
def test_what_cannot_be_scanned_is_refused(events: Events, of: dict, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        clusters(events, ClustersOf(**of))


@pytest.mark.parametrize(
    "bad", [{"model": "magic"}, {"longest_days": 0}, {"cell_metres": 5}, {"screened": 5}, {"simulations": 50}]
)
def test_settings_that_cannot_be_are_refused(bad: dict) -> None:
    with pytest.raises(BadInput):
        ClustersOf(**bad)
