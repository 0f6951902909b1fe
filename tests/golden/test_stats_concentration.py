"""Published Gini coefficients and predictive accuracy."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.concentration import accuracy, concentration, generalised_gini, gini


# Bernasco and Steenbeek 2017 and the R package lorenzgini
@pytest.mark.parametrize(
    ("counts", "plain", "generalised"),
    [([10, 8, 2], 0.78, 0.78), ([5, 2, 1], 0.80, 0.75), ([10, 0, 0], 0.9, 0.9)],
)
def test_gini_of_ten_places(counts: list[int], plain: float, generalised: float) -> None:
    places = [*counts, *[0] * 7]
    assert gini(places) == pytest.approx(plain, abs=1e-12)
    assert generalised_gini(places) == pytest.approx(generalised, abs=1e-12)


def test_predictive_accuracy_of_three_equal_places() -> None:
    # Wheeler's ptools, after Chainey et al. 2008
    found = accuracy([0, 1, 2], [6, 3, 0], [1, 1, 1])
    assert found.index == pytest.approx([2, 1.5, 1])
    assert found.efficiency == pytest.approx([1, 1, 1])


def test_a_worse_map_has_less_of_what_its_area_could_hold() -> None:
    found = accuracy([2, 0, 1], [6, 3, 0], [1, 1, 2])
    assert found.area == pytest.approx([0.5, 0.75, 1])
    assert found.hit_rate == pytest.approx([0, 2 / 3, 1])
    assert found.efficiency == pytest.approx([0, 2 / 3, 1])


def test_as_few_events_as_one_a_place_are_not_concentrated() -> None:
    sparse = [1] * 30 + [0] * 970
    assert gini(sparse) == pytest.approx(0.97)
    assert generalised_gini(sparse) == pytest.approx(0)


def test_the_fewest_places_are_counted() -> None:
    found = concentration([4, 0, 3, 2, 1, 0], rng=np.random.default_rng(1), shares=(0.4, 0.41, 0.7, 1))
    assert found.needed.tolist() == [1, 2, 2, 4]
    assert (found.places, found.events) == (6, 10)


def test_counts_dealt_by_chance_are_as_concentrated_as_chance() -> None:
    rng = np.random.default_rng(2)
    residents = rng.integers(500, 3_000, 400)
    inside = 0
    for _ in range(40):
        found = concentration(
            rng.multinomial(1_500, residents / residents.sum()), rng=rng, exposure=residents, simulations=60
        )
        inside += abs(found.gini - found.gini_by_chance) < 0.03  # about 2.5 standard deviations of the draw
    assert inside >= 38


def test_the_interval_covers_the_share_of_the_places_drawn_from() -> None:
    rng = np.random.default_rng(3)
    risk = rng.gamma(0.6, 4, 100_000)  # the world that the places are drawn from
    truth = concentration(rng.poisson(risk), rng=rng, shares=(0.5,), simulations=1).needed_share[0]
    covered = 0
    for _ in range(100):
        found = concentration(rng.poisson(rng.choice(risk, 600)), rng=rng, shares=(0.5,), simulations=99)
        covered += found.lower[0] <= truth <= found.upper[0]
    assert covered >= 88  # of 95 expected; three standard errors of 100 trials are 6.5


@pytest.mark.parametrize("counts", [[], [0, 0], [1, -1], [0.5, 1]])
def test_no_counts_no_concentration(counts: list[float]) -> None:
    with pytest.raises(BadInput, match="whole numbers from 0"):
        gini(counts)


def test_shares_orders_and_exposures_that_cannot_be() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(BadInput, match="above 0"):
        concentration([1, 2], rng=rng, shares=(0, 0.5))
    with pytest.raises(BadInput, match="exposure"):
        concentration([1, 2], rng=rng, exposure=[1, 2, 3])
    with pytest.raises(BadInput, match="each place once"):
        accuracy([0, 0], [1, 2], [1, 1])
