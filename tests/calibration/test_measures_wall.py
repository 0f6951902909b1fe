"""A wall of series that have not changed flags about as many as it says it will."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from upstream.measures.definition import Definition
from upstream.measures.facts import MonthlyFacts
from upstream.measures.loading import load_file
from upstream.measures.result import FalseAlarms, MeasureResult
from upstream.measures.series import series_of
from upstream.measures.values import make_line
from upstream.measures.wall import charts, false_alarms, with_q_values
from upstream.periods import Month, months
from upstream.stats.limits import independence_p

TO = Month(2022, 6)
FRAME = tuple(months(Month(2020, 4), TO))
SERIES = 600
HEAD = """key = "m"
title = "T"
question = "Q?"
objective = "o"
key_question = "k"
owner = "Head of Performance"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
good = "lower"
table = "crimes"
"""
COUNT = 'kind = "count"\n'
SHARE = 'kind = "proportion"\n[numerator]\nfilter = "domestic_abuse"\n'
STOCK = 'kind = "level"\n'


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20220630)


def defined(folder: Path, text: str) -> Definition:
    (folder / "m.toml").write_text(HEAD + text, "utf-8")
    return load_file(folder / "m.toml")[0]


def wall_of(definition: Definition, above: np.ndarray, below: np.ndarray | None = None) -> FalseAlarms:
    """The false alarms of a wall with one chart a row of values."""
    measures = {}
    for at in range(len(above)):
        facts = MonthlyFacts(
            above[at : at + 1].astype(float),
            None if below is None else below[at : at + 1].astype(float),
            np.ones((1, len(FRAME)), dtype=bool),
        )
        own = replace(definition, key=f"m{at}")
        line = make_line(own, "force", 0, FRAME, facts, float("nan"))
        series = series_of(line, "Force", outlook=False)
        assert series is not None
        measures[own.key] = MeasureResult(own, {"force": series}, None)
    return false_alarms(charts(with_q_values(measures)))


def near(found: int, expected: float, tolerance: float) -> None:
    assert abs(found - expected) <= tolerance, (found, expected)


@pytest.mark.parametrize(("text", "kind"), [(COUNT, "counts"), (SHARE, "shares")])
def test_unchanged_series_flag_what_is_expected(text: str, kind: str, tmp_path: Path, rng: np.random.Generator) -> None:
    level = rng.uniform(30, 400, size=(SERIES, 1))
    below = np.round(rng.uniform(200, 900, size=(SERIES, len(FRAME))))
    above = rng.poisson(level, size=(SERIES, len(FRAME))) if kind == "counts" else rng.binomial(below.astype(int), 0.3)
    found = wall_of(defined(tmp_path, text), above, None if kind == "counts" else below)
    assert found.series + found.dependent == SERIES
    assert found.dependent <= 0.03 * SERIES, "the test of independence refuses about one in a hundred"
    # three standard errors of a sum of independent charts
    near(found.outside, found.expected, 3 * np.sqrt(found.expected))
    assert found.flagged <= found.expected_at_most + 3 * np.sqrt(found.expected_at_most)
    assert found.standing_out <= 0.05 * SERIES / 5, "hardly any unchanged series stands out among so many"


def test_changed_series_stand_out(tmp_path: Path, rng: np.random.Generator) -> None:
    counts = rng.poisson(100, size=(200, len(FRAME)))
    counts[:20, -1] = 200
    assert 18 <= wall_of(defined(tmp_path, COUNT), counts).standing_out <= 26


def test_drifting_series_and_stocks_are_counted_apart(tmp_path: Path, rng: np.random.Generator) -> None:
    walks = np.round(1000 + np.cumsum(rng.normal(0, 20, size=(200, len(FRAME))), axis=1))
    found = wall_of(defined(tmp_path, COUNT), walks)
    assert found.dependent > 100, "most walks are seen to walk within twelve months"
    assert found.dependent_outside > 2 * 0.081 * found.dependent, "more than twice what mean +/- 2 SD promises"
    stocks = wall_of(defined(tmp_path, STOCK), rng.poisson(100, size=(30, len(FRAME))))
    assert (stocks.series, stocks.dependent) == (0, 30)


def test_the_test_of_independence_keeps_its_level(rng: np.random.Generator) -> None:
    p = np.array([independence_p(rng.normal(size=12)) for _ in range(4000)])
    assert 0.006 <= (p < 0.01).mean() <= 0.014
    assert 0.042 <= (p < 0.05).mean() <= 0.058
    assert np.isnan(independence_p(np.arange(9.0)))
    assert independence_p(np.full(12, 3.0)) == 1.0
    assert independence_p(np.arange(12.0)) < 0.001


@pytest.mark.parametrize("level", [0.25, 1.0, 4.0])
def test_unchanged_small_counts_flag_what_is_expected(level: float, tmp_path: Path, rng: np.random.Generator) -> None:
    found = wall_of(defined(tmp_path, COUNT), rng.poisson(level, size=(SERIES, len(FRAME))))
    near(found.outside, found.expected, 3 * np.sqrt(found.expected))
    assert found.flagged <= found.expected_at_most + 3 * np.sqrt(found.expected_at_most)
    assert found.flagged >= found.expected_at_most / 3, "what is expected is no idle bound"
    if level < 1:
        # seven zeros in a row are no news; of large counts 21 shifts would be expected
        assert found.shift > 60
    assert found.standing_out <= 0.01 * SERIES


def test_one_event_after_a_year_without_is_no_signal(tmp_path: Path) -> None:
    counts = np.zeros((100, len(FRAME)))
    counts[:3, -1] = 1
    counts[3, -1] = 6
    assert wall_of(defined(tmp_path, COUNT), counts).standing_out == 1
