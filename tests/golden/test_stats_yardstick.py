"""The probability yardstick as published (PHIA), and the rule for its gaps."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from upstream.errors import BadInput
from upstream.stats.yardstick import BANDS, likelihood, printed_percent


@pytest.mark.shared
def test_bands_are_those_published(shared: Path) -> None:
    path = shared / "reference" / "phia_probability_yardstick.csv"
    with path.open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    assert [(b.order, b.term) for b in BANDS] == [(int(r["order"]), r["term"]) for r in published]
    for band, row in zip(BANDS, published, strict=True):
        ends = [float(row[end].strip("~<>%")) / 100 for end in ("lower", "upper")]
        assert [band.lower, band.upper] == pytest.approx(ends)


@pytest.mark.parametrize(
    ("probability", "term", "in_gap"),
    [
        (0.0, "Remote chance", False),
        (0.05, "Remote chance", False),
        (0.07, "Remote chance", True),
        (0.075, "Highly unlikely", True),
        (0.225, "Unlikely", True),
        (0.375, "Realistic possibility", True),
        (0.45, "Realistic possibility", False),
        (0.524, "Realistic possibility", True),
        (0.525, "Realistic possibility", True),
        (0.526, "Likely or probable", True),
        (0.775, "Likely or probable", True),
        (0.925, "Highly likely", True),
        (1.0, "Almost certain", False),
    ],
)
def test_nearest_band_and_towards_even_when_halfway(probability: float, term: str, in_gap: bool) -> None:
    found = likelihood(probability)
    assert (found.band.term, found.in_gap) == (term, in_gap)


def test_number_stands_beside_the_words() -> None:
    assert likelihood(0.43).printed == "43% (realistic possibility)"
    assert [printed_percent(p) for p in (0.0099, 0.01, 0.505, 0.99, 0.9901)] == [
        "less than 1%",
        "1%",
        "50%",
        "99%",
        "more than 99%",
    ]
    assert likelihood(0.001).printed == "less than 1% (remote chance)"
    assert likelihood(0.999).printed == "more than 99% (almost certain)"


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_not_a_probability_is_refused(wrong: float) -> None:
    with pytest.raises(BadInput):
        likelihood(wrong)
