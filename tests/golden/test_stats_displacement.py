"""Published weighted displacement differences, the quotient's formula, and published E-tests."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.rates import etest_poisson_2indep

from upstream.errors import BadInput
from upstream.stats.comparisons import e_test
from upstream.stats.displacement import (
    dispersion_of_months,
    displacement_difference,
    displacement_quotient,
    weighted_sum,
)

PAPER = {
    "control": (308, 318),
    "treated": (207, 110),
    "displacement": (178, 157),
    "displacement_control": (150, 140),
}
EXACT = 1e-6  # printed to six decimals or more; sums of whole numbers


def test_the_example_of_the_paper() -> None:
    # Wheeler and Ratcliffe 2018, Crime Science 7:11
    found = displacement_difference(**PAPER)
    assert found.total.estimate == -118
    assert found.standard_error == pytest.approx(np.sqrt(1568), abs=EXACT)
    assert found.z == pytest.approx(-2.97995, abs=5e-6)  # printed to five decimals
    assert (found.total.lower, found.total.upper) == pytest.approx((-195.6106, -40.3894), abs=5e-5)  # to four
    assert found.local.estimate == -107
    assert found.displaced.estimate == -11


def test_places_of_unlike_area() -> None:
    # tests of the authors' R package ptools; the order there is control, treated, displacement control, displacement
    found = displacement_difference(
        **PAPER,
        control_weights=0.9,
        treated_weights=1.2,
        displacement_control_weights=1.6,
        displacement_weights=1.5,
    )
    seen = (found.total.estimate, found.standard_error, found.z, found.total.lower, found.total.upper)
    assert seen == pytest.approx((-99.69444444, 35.4280755, -2.813995, -169.13220, -30.25669), abs=5e-6)


@pytest.mark.parametrize(
    ("control", "treated", "estimate", "variance"), [((100, 50), (80, 20), -20, 115), ((200, 100), (100, 20), -30, 195)]
)
def test_twice_as_long_before(
    control: tuple[int, int], treated: tuple[int, int], estimate: float, variance: float
) -> None:
    # tests of ptools; notebook WDD_Examples of crimepy, where the standard error is printed as 14.0, limits -53.0, -7.0
    found = displacement_difference(treated, control, period_weights=(2, 1), confidence=0.9)
    assert found.total.estimate == pytest.approx(estimate, abs=EXACT)
    assert found.standard_error == pytest.approx(np.sqrt(variance), abs=EXACT)
    if variance == 195:
        assert (found.total.lower, found.total.upper) == pytest.approx((-53.0, -7.0), abs=0.05)


def test_five_kinds_weighed_by_harm() -> None:
    # tests of ptools: motor vehicle theft, theft, burglary, robbery, assault
    control = [(133, 91), (388, 305), (148, 97), (86, 64), (94, 67)]
    treated = [(130, 74), (327, 202), (398, 190), (144, 92), (183, 96)]
    parts = [displacement_difference(t, c) for t, c in zip(treated, control, strict=True)]
    found = weighted_sum(parts, [3, 2, 5, 7, 10])
    seen = (found.total.estimate, found.standard_error, found.z, found.total.lower, found.total.upper)
    assert seen == pytest.approx((-1721, 304.10360077, -5.65925558, -2317.03210507, -1124.96789493), abs=EXACT)


@pytest.mark.parametrize(
    ("counts", "estimate", "error", "limits", "to"),
    [
        ({"control": (20, 20), "treated": (20, 10)}, -10, 8.3666, (-23.761833, 3.761833), 5e-5),
        ({"control": (130, 150), "treated": (120, 100)}, -40, 22.4, (-76.8, -3.2), 0.05),
        (
            {
                "control": (130, 150),
                "treated": (120, 100),
                "displacement": (40, 25),
                "displacement_control": (30, 25),
            },
            -50,
            24.9,
            (-91.0, -9.0),
            0.05,
        ),
    ],
)
def test_examples_of_the_authors_packages(
    counts: dict[str, tuple[int, int]], estimate: float, error: float, limits: tuple[float, float], to: float
) -> None:
    # README of ptools; notebook WDD_Examples of crimepy; as many digits as are printed
    found = displacement_difference(**counts, confidence=0.9)
    assert found.total.estimate == estimate
    assert found.standard_error == pytest.approx(error, abs=to)
    assert (found.total.lower, found.total.upper) == pytest.approx(limits, abs=to)


def test_z_of_the_readme() -> None:
    assert displacement_difference((20, 10), (20, 20)).z == pytest.approx(-1.195229, abs=EXACT)


def test_the_quotient_of_the_papers_counts() -> None:
    # Bowers and Johnson's formula on the counts of Wheeler and Ratcliffe, five decimals
    found = displacement_quotient((207, 110), (178, 157), (308, 318))
    assert found.quotient.estimate == pytest.approx(0.25819, abs=5e-6)
    assert found.interpretable
    assert found.bounded


@pytest.mark.parametrize(
    ("counts", "exposures", "p", "to"),
    [
        ((0, 3), (1, 1), 0.0884, 5e-5),
        ((6, 2), (1, 1), 0.1749, 5e-5),
        ((2, 6), (1, 1), 0.1749, 5e-5),
        ((10, 5), (1, 1), 0.2061644, EXACT),
        ((100, 25), (10, 5), 0.0015380663, EXACT),
    ],
)
def test_published_e_tests(counts: tuple[int, int], exposures: tuple[int, int], p: float, to: float) -> None:
    # Krishnamoorthy and Thomson 2004, four decimals; notebook WDD_Examples of crimepy, which pools the rate
    found = e_test(*counts, exposure_now=exposures[0], exposure_then=exposures[1], pooled=exposures[0] != exposures[1])
    assert found == pytest.approx(p, abs=to)


def test_unequal_exposures_without_pooling_are_as_published_and_as_a_second_package_has_them() -> None:
    second = etest_poisson_2indep(100, 10, 25, 5, method="wald")[1]
    assert e_test(100, 25, exposure_now=10, exposure_then=5) == pytest.approx(second, abs=1e-9)


def test_dispersion_widens_by_its_root() -> None:
    plain, wide = displacement_difference(**PAPER), displacement_difference(**PAPER, dispersion=2.25)
    assert wide.standard_error == pytest.approx(1.5 * plain.standard_error)
    assert wide.total.estimate == plain.total.estimate


def test_months_that_all_places_share_are_no_dispersion() -> None:
    season = np.array([10, 20, 40, 20, 10, 20, 40, 20, 10, 20, 40, 20])
    assert dispersion_of_months([season, 2 * season]) == 1.0
    assert dispersion_of_months([season]) > 4


@pytest.mark.parametrize(
    "counts",
    [
        {"treated": (0, 0), "control": (0, 0)},
        {"treated": (1.5, 2), "control": (3, 4)},
        {"treated": (-1, 2), "control": (3, 4)},
        {"treated": (1, 2), "control": [(3, 4), (5, 6)]},
        {"treated": (1, 2, 3), "control": (3, 4)},
        {"treated": (1, float("nan")), "control": (3, 4)},
        {"treated": (1, 2), "control": (3, 4), "control_weights": 0},
        {"treated": (1, 2), "control": (3, 4), "dispersion": 0.5},
        {"treated": (1, 2), "control": (3, 4), "period_weights": (0, 1)},
    ],
)
def test_what_cannot_be_compared_is_refused(counts: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        displacement_difference(**counts)


def test_a_quotient_over_a_fall_that_may_be_nil_has_no_limits() -> None:
    for near in (20, 60):
        assert not displacement_quotient((20, 15), (20, near), (100, 100)).bounded
    found = displacement_quotient((20, 19), (20, 20), (100, 100))
    assert not found.bounded
    assert (found.quotient.lower, found.quotient.upper) == (float("-inf"), float("inf"))
    assert not displacement_quotient((20, 30), (20, 20), (100, 100)).interpretable
    with pytest.raises(BadInput):
        displacement_quotient((20, 19), (20, 20), (0, 100))
