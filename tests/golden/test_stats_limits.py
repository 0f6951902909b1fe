"""Published control limits, run rules and tests."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from upstream.stats.comparisons import change, e_test
from upstream.stats.false_alarms import expected_false_alarms
from upstream.stats.limits import XMR_CONSTANT_EXACT, c_chart_limits, moving_ranges, sd_limits, t_multiple, xmr_limits
from upstream.stats.rates import funnel_limits
from upstream.stats.run_rules import LIMITS_ONLY, MAKING_DATA_COUNT, SpecialCause, special_causes_against

# R set.seed(123); rnorm(20): NHSRplotthedots tests (MIT)
RNORM20 = [
    -0.560475646552213, -0.23017748948328, 1.55870831414912, 0.070508391424576, 0.129287735160946, 1.71506498688328,
    0.460916205989202, -1.26506123460653, -0.686852851893526, -0.445661970099958, 1.22408179743946, 0.359813827057364,
    0.400771450594052, 0.11068271594512, -0.555841134754075, 1.78691313680308, 0.497850478229239, -1.96661715662964,
    0.701355901563686, -0.472791407727934,
]  # fmt: skip
# NIST/SEMATECH e-Handbook 6.3.2.2 and 6.3.3.1
NIST_INDIVIDUALS = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
NIST_COUNTS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]


def test_xmr_limits_are_those_of_plot_the_dots() -> None:
    # printed to 7 figures
    found = xmr_limits(RNORM20, floor=None)
    assert [found.centre, found.lower, found.upper] == pytest.approx([0.1416238, -3.01138, 3.294627], abs=1e-6)


@pytest.mark.parametrize(
    ("screened", "lower", "upper"), [(True, -2.383666, 3.722497), (False, -4.596625, 5.935457)], ids=["screened", "all"]
)
def test_xmr_screening_drops_the_ranges_of_one_wild_point(screened: bool, lower: float, upper: float) -> None:
    wild = list(RNORM20)
    wild[14] = 10
    found = xmr_limits(wild, screened=screened, floor=None)
    assert [found.centre, found.lower, found.upper] == pytest.approx([0.6694159, lower, upper], abs=1e-6)


def test_individuals_chart_of_nist() -> None:
    assert moving_ranges(NIST_INDIVIDUALS).mean() == pytest.approx(1.8778, abs=5e-5)
    # printed to 4 decimals, from a mean moving range printed to 4
    exact = xmr_limits(NIST_INDIVIDUALS, constant=XMR_CONSTANT_EXACT)
    assert [exact.centre, exact.upper, exact.lower] == pytest.approx([50.81, 55.8041, 45.8159], abs=1e-4)
    rounded = xmr_limits(NIST_INDIVIDUALS)
    assert [rounded.upper, rounded.lower] == pytest.approx([55.80489, 45.81511], abs=1e-5)


def test_c_chart_of_nist() -> None:
    found = c_chart_limits(NIST_COUNTS)
    assert (found.centre, found.lower, found.upper) == (16, 4, 28)


def test_the_honest_band_of_twelve_values_is_2_29_sd() -> None:
    assert t_multiple(12) == pytest.approx(2.29, abs=0.005)


def test_funnel_limits_of_funnelplotr() -> None:
    narrow, wide = funnel_limits([15, 20, 30]), funnel_limits([15, 20, 30], level=0.998)
    assert narrow.lower == pytest.approx([0.5596924, 0.6108260, 0.6746958], abs=1e-6)
    assert narrow.upper == pytest.approx([1.649348, 1.544419, 1.427562], abs=1e-6)
    assert wide.lower == pytest.approx([0.3862650, 0.4479107, 0.5289724], abs=1e-6)
    assert wide.upper == pytest.approx([2.082907, 1.902094, 1.702771], abs=1e-6)


@pytest.mark.parametrize(("now", "then", "p"), [(0, 3, 0.0884), (6, 2, 0.1749), (2, 6, 0.1749)])
def test_e_test_of_krishnamoorthy_and_thomson(now: int, then: int, p: float) -> None:
    # printed to 4 decimals
    assert e_test(now, then) == pytest.approx(p, abs=5e-5)


def flags(values: list[float], *, centre: float = 0, limit: float = 9) -> list[int]:
    x = np.array(values, dtype=float)
    full = np.ones(x.size)
    found = special_causes_against(
        x, centre=centre * full, lower=(centre - limit) * full, upper=(centre + limit) * full, rules=MAKING_DATA_COUNT
    )
    return [int(f) for f in found]


def test_shift_of_seven_flags_all_seven_and_a_value_on_the_mean_breaks_it() -> None:
    high = [1, 2, 1, 2, 1, 2, 1]
    assert flags(high) == [SpecialCause.SHIFT_HIGH] * 7
    assert flags([-v for v in high]) == [SpecialCause.SHIFT_LOW] * 7
    assert flags([1, 2, 1, 0, 1, 2, 1]) == [0] * 7
    assert flags(high[:6]) == [0] * 6


def test_trend_of_seven_points_must_rise_at_every_step() -> None:
    off_centre = 100  # keeps the shift rule apart: every value lies below, so both rules flag
    rising = flags([1, 2, 3, 4, 5, 6, 7], centre=off_centre, limit=1000)
    assert all(f & SpecialCause.TREND_UP for f in rising)
    level = flags([1, 2, 3, 3, 4, 5, 6], centre=off_centre, limit=1000)
    assert not any(f & SpecialCause.TREND_UP for f in level)
    falling = flags([7, 6, 5, 4, 3, 2, 1], centre=off_centre, limit=1000)
    assert all(f & SpecialCause.TREND_DOWN for f in falling)


def test_two_of_three_flags_only_the_two_beyond_two_thirds() -> None:
    # limits of +/- 6 put the near lines at +/- 4
    assert flags([5.5, 1, 5.5], limit=6) == [SpecialCause.NEAR_UPPER, 0, SpecialCause.NEAR_UPPER]
    assert flags([-5.5, -1, -5.5], limit=6) == [SpecialCause.NEAR_LOWER, 0, SpecialCause.NEAR_LOWER]
    assert flags([5.5, -5.5, 1], limit=6) == [0, 0, 0]
    assert flags([5.5, -1, 5.5], limit=6) == [0, 0, 0]
    assert flags([4, 1, 5.5], limit=6) == [0, 0, 0]


@pytest.mark.shared
def test_published_june_2022_volumes_against_their_printed_limits(shared_data: Path) -> None:
    """West Mercia Police and Crime Panel, 7 September 2022: limits printed rounded, so ties cannot be told."""
    path = shared_data / "golden" / "west_mercia_jun2022_control_limits.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 128
    outside: dict[tuple[str, str], int] = {}
    for row in rows:
        low, high, now = float(row["lower_limit"]), float(row["upper_limit"]), float(row["jun_2022"])
        assert 0 <= low <= high
        found = special_causes_against([now], centre=[(low + high) / 2], lower=[low], upper=[high])
        if found[0]:
            outside[row["area"], row["measure"]] = int(found[0])
    above = {key for key, flag in outside.items() if flag == SpecialCause.ABOVE_UPPER}
    below = {key for key, flag in outside.items() if flag == SpecialCause.BELOW_LOWER}
    assert {measure for area, measure in above if area == "West Mercia"} == {
        "Total Recorded Crime", "Violence With Injury", "Shoplifting", "All Other Theft Offences", "Public Order",
        "Misc. Crimes Against Society",
    }  # fmt: skip
    assert len(above) == 19
    # volumes below their lower limit, which the report never mentions
    assert below == {
        ("South Worcestershire", "Incidents"),
        ("South Worcestershire", "Anti Social Behaviour"),
        ("Herefordshire", "Business Robbery"),
    }


@pytest.mark.shared
def test_all_154_published_lines_hold_27_outside(shared: Path) -> None:
    path = shared / "golden" / "seeds" / "crime_tables_2022_06.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    low, high, now = (np.array([float(r[name]) for r in rows]) for name in ("lcl", "ucl", "jun_2022"))
    found = special_causes_against(now, centre=(low + high) / 2, lower=low, upper=high, rules=LIMITS_ONLY)
    assert (found.size, int((found > 0).sum())) == (154, 27)
    # methods 1.1: about 12 of them are expected by chance
    twelve = sd_limits(np.arange(12.0))
    expected = expected_false_alarms([twelve] * 154, LIMITS_ONLY, points=3)
    assert expected.outside == pytest.approx(12.46, abs=0.01)
    assert expected.at_most == expected.outside


@pytest.mark.shared
def test_published_year_to_date_per_cents_follow_from_their_counts(shared_data: Path) -> None:
    path = shared_data / "golden" / "west_mercia_jun2022_control_limits.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["ytd_2022_23"] and r["ytd_2021_22"]]
    assert len(rows) > 100
    for row in rows:
        now, then = int(row["ytd_2022_23"]), int(row["ytd_2021_22"])
        found = change(now, then, least_base=1)
        if then == 0:
            assert found.percent is None
        else:
            assert found.percent is not None
            # whole numbers are printed
            assert abs(found.percent - float(row["ytd_pct_change_published"])) <= 0.5 + 1e-9
