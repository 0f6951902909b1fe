"""Published Gi, Gi* and Moran's I; the permutations beside a slow second reading; and how often nothing is found."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.local_association import getis_ord, local_moran, moran
from upstream.stats.neighbours import Neighbours, nearest, neighbours_of, within

X, Y, VALUES = [10, 20, 40, 15, 30, 30], [10, 10, 10, 20, 20, 30], [2, 3, 3.2, 5, 8, 7]


@pytest.fixture
def st_louis() -> tuple[list[float], Neighbours]:
    """Homicide rates of 78 counties round St Louis, 1988-93, and their neighbours: libpysal's example (BSD-3)."""
    with (Path(__file__).parent / "data" / "st_louis_homicide.csv").open() as file:
        rows = list(csv.DictReader(file))
    beside = [[int(one) - 1 for one in row["neighbours"].split()] for row in rows]
    return [float(row["homicide_rate_1988_93"]) for row in rows], neighbours_of(beside)


def test_six_points_of_getis_and_ord() -> None:
    # esda's documentation and R spdep
    beside, rng = within(X, Y, 15), np.random.default_rng(0)
    plain = getis_ord(VALUES, beside, rng=rng, star=False, permutations=0).statistic
    star = getis_ord(VALUES, beside, rng=rng, permutations=0).statistic
    published = [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941]
    published_star = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    assert plain == pytest.approx(published, abs=1e-7)
    assert star == pytest.approx(published_star, abs=1e-7)


def test_scaling_a_row_changes_nothing(st_louis) -> None:
    rates, beside = st_louis
    rng = np.random.default_rng(0)
    scale = np.repeat(rng.uniform(0.1, 9, beside.places), np.diff(beside.start))
    scaled = Neighbours(beside.start, beside.index, beside.weight * scale)
    for star in (True, False):
        plain = getis_ord(rates, beside, rng=rng, star=star, permutations=0).statistic
        assert getis_ord(rates, scaled, rng=rng, star=star, permutations=0).statistic == pytest.approx(plain)


def test_homicide_round_st_louis(st_louis) -> None:
    # R spdep; the p-value is that of esda, two-sided
    rates, beside = st_louis
    found = moran(rates, beside.row_standardised())
    assert (found.i, found.expected) == pytest.approx((0.243656, -0.012987), abs=1e-6)
    assert found.p_normal == pytest.approx(0.000271479, abs=1e-8)
    stars = getis_ord(rates, beside, rng=np.random.default_rng(0), permutations=0).statistic
    assert stars[:5] == pytest.approx([-0.008008, -0.889698, -0.568621, -0.635826, -0.747440], abs=1e-6)


def test_local_moran_sums_to_the_whole(st_louis) -> None:
    rates, beside = st_louis
    standard = beside.row_standardised()
    parts = local_moran(rates, standard, rng=np.random.default_rng(0), permutations=0).statistic
    assert parts.mean() == pytest.approx(moran(rates, standard).i)


def test_permutations_are_those_of_a_slow_reading(st_louis) -> None:
    rates, beside = st_louis
    found = getis_ord(rates, beside, rng=np.random.default_rng(1), permutations=1_999)
    rng, x = np.random.default_rng(2), np.array(rates)
    for place in (0, 20, 55):
        around = beside.index[beside.start[place] : beside.start[place + 1]]
        drawn = [rng.choice(np.delete(x, place), len(around), replace=False).sum() for _ in range(1_999)]
        slow = (1 + np.sum(np.array(drawn) >= x[around].sum() - 1e-9)) / 2_000
        assert found.p_high[place] == pytest.approx(slow, abs=0.05)  # three standard errors of two draws of 1,999
    whole = moran(rates, beside.row_standardised(), rng=rng, permutations=999)
    assert whole.p < 0.01


def test_with_its_own_value_among_those_drawn_a_place_is_found_that_is_high_by_itself(st_louis) -> None:
    rates, beside = st_louis
    found = getis_ord(rates, beside, rng=np.random.default_rng(4), permutations=1_999, conditional=False)
    rng, x = np.random.default_rng(5), np.array(rates)
    for place in (0, 20, 55):
        around = np.r_[place, beside.index[beside.start[place] : beside.start[place + 1]]]
        drawn = [rng.choice(x, len(around), replace=False).sum() for _ in range(1_999)]
        slow = (1 + np.sum(np.array(drawn) >= x[around].sum() - 1e-9)) / 2_000
        assert found.p_high[place] == pytest.approx(slow, abs=0.05)
    x[:] = 1 + np.arange(len(x)) % 2
    x[40] = 500
    held, free = (getis_ord(x, beside, rng=rng, permutations=499, conditional=one) for one in (True, False))
    assert free.statistic == pytest.approx(held.statistic)
    assert free.p[40] < 0.25 < held.p[40]  # one of 78 places in every tenth draw of seven


def test_the_fitted_tail_is_that_of_many_more_permutations() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.random((2, 300))
    counts = rng.poisson(1.5, 300) + 4 * (np.hypot(x - 0.4, y - 0.6) < 0.06)
    beside = nearest(x, y, 8)
    few = getis_ord(counts, beside, rng=rng, permutations=499)
    many = getis_ord(counts, beside, rng=rng, permutations=60_000)
    looked_at = (few.p < 0.02) & (many.p_high * 60_000 > 20)  # counted finely enough to compare with
    assert looked_at.sum() >= 5
    ratio = few.p[looked_at] / (2 * np.minimum(many.p_high, many.p_low)[looked_at])
    assert ((ratio > 1 / 2.5) & (ratio < 2.5)).all()


def test_five_per_cent_of_nothing_stands_out_and_a_planted_spot_is_found() -> None:
    rng = np.random.default_rng(20_262)
    x, y = rng.random((2, 400))
    beside = nearest(x, y, 8)
    named, false_maps = [], 0
    for _ in range(40):
        nothing = getis_ord(rng.normal(size=400), beside, rng=rng, permutations=199)
        named.append((nothing.p <= 0.05).mean())
        false_maps += bool((nothing.q <= 0.05).any())
    assert 0.03 < np.mean(named) < 0.06
    assert false_maps <= 6
    spot = np.hypot(x - 0.5, y - 0.5) < 0.1
    found = getis_ord(rng.normal(size=400) + 3 * spot, beside, rng=rng)
    assert (found.q[spot] <= 0.05).mean() > 0.5
    assert (found.q[np.hypot(x - 0.5, y - 0.5) > 0.25] <= 0.05).mean() < 0.02


def test_islands_and_ties() -> None:
    beside = neighbours_of([[1], [0, 2], [1], []])
    assert beside.islands.tolist() == [3]
    found = getis_ord([1, 2, 3, 9], beside, rng=np.random.default_rng(0), star=False, permutations=19)
    assert np.isnan(found.p[3])
    assert np.isnan(found.statistic[3])
    same_place = nearest([0, 0, 0, 5], [0, 0, 0, 5], 2)
    assert np.diff(same_place.start).tolist() == [2, 2, 2, 2]
    rows = np.repeat(np.arange(4), 2)
    assert (same_place.index != rows).all()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2], "2 values for 6"),
        ([1, 2, 3, np.nan, 1, 1], "1 places have no"),
        ([1, 1, 1, 1, 1, 1], "the same"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(values: list[float], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        getis_ord(values, within(X, Y, 15), rng=np.random.default_rng(0))


def test_neighbours_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadInput, match="1 to 5"):
        nearest(X, Y, 6)
    with pytest.raises(BadInput, match="above 0"):
        within(X, Y, 0)
    with pytest.raises(BadInput, match="other places"):
        neighbours_of([[0]])
    with pytest.raises(BadInput, match="no place"):
        within([np.nan], [1], 1)
