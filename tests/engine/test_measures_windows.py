"""Windows that build up, differences below zero and stocks: what a definition says of them is what is calculated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from upstream.measures.control import control
from upstream.measures.definition import Break, Definition, Target
from upstream.measures.facts import MonthlyFacts
from upstream.measures.loading import BadDefinition, load_file
from upstream.measures.outlook import forecast_of, likelihoods
from upstream.measures.values import Line, make_line, monthly_values, over, window
from upstream.periods import Month, months

FRAME = tuple(months(Month(2020, 7), Month(2022, 6)))
LATEST = len(FRAME) - 1
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
"""
SHARE = 'kind = "proportion"\ntable = "crimes"\nwindow = "rolling_12"\n'
NUMERATOR = '[numerator]\nfilter = "domestic_abuse"\n'
MONEY = 'kind = "proportion"\nreturns = "m"\namounts = true\nwindow = "year_to_date"\n'


def defined(folder: Path, text: str) -> Definition:
    (folder / "m.toml").write_text(HEAD + text, "utf-8")
    return load_file(folder / "m.toml")[0]


def line_of(definition: Definition, above: np.ndarray, below: np.ndarray | None = None, held: int = 0) -> Line:
    """The line of one area, its first ``held`` months not held."""
    facts = MonthlyFacts(
        above[None, :].astype(float), None if below is None else below[None, :].astype(float),
        (np.arange(len(FRAME)) >= held)[None, :],
    )  # fmt: skip
    return make_line(definition, "force", 0, FRAME, facts, float("nan"))


def test_a_window_that_builds_up_is_given_before_it_is_full(tmp_path: Path) -> None:
    above, below = np.arange(1, 25), np.full(24, 100)
    full, growing = (defined(tmp_path, SHARE + text + NUMERATOR) for text in ("", "builds_up = true\n"))
    at = window(line_of(full, above, below), LATEST, "rolling_12")
    assert np.isnan(over(line_of(full, above, below, held=19), at).value)
    found = over(line_of(growing, above, below, held=19), at)
    assert (found.value, found.state) == (pytest.approx(22.0), "part")
    assert (found.months_held, found.months_wanted) == (5, 12)
    whole = over(line_of(growing, above, below), at)
    assert (whole.value, whole.state) == (pytest.approx(18.5), "held")


def test_it_starts_anew_at_a_change_of_recording(tmp_path: Path) -> None:
    above, below = np.arange(1, 25), np.full(24, 100)
    changed = (Break(Month(2022, 4), "a survey of its own"),)
    full, growing = (
        replace(defined(tmp_path, SHARE + text + NUMERATOR), breaks=changed) for text in ("", "builds_up = true\n")
    )
    at = window(line_of(full, above, below), LATEST, "rolling_12")
    assert np.isnan(over(line_of(full, above, below), at).value)
    found = over(line_of(growing, above, below), at)
    assert (found.value, found.months_held, found.months_wanted) == (pytest.approx(23.0), 3, 12)
    before = over(line_of(growing, above, below), [i - 3 for i in at])
    assert (before.value, before.state) == (pytest.approx(15.5), "held")


def test_a_gap_is_no_building_up(tmp_path: Path) -> None:
    line = line_of(defined(tmp_path, SHARE + "builds_up = true\n" + NUMERATOR), np.arange(24), np.full(24, 100))
    line.held[20] = False
    assert np.isnan(over(line, window(line, LATEST, "rolling_12")).value)


def test_only_rolling_windows_build_up(tmp_path: Path) -> None:
    with pytest.raises(BadDefinition, match="builds_up is for a rolling window"):
        defined(tmp_path, MONEY + "builds_up = true\n")


@pytest.mark.parametrize("signed", [True, False])
def test_a_difference_may_fall_below_zero_though_it_never_has(signed: bool, tmp_path: Path) -> None:
    # overspent every month by 0.1% to 2.1%: a share could not fall below 0, a difference can
    over_spent = 20e6 * (0.011 + 0.007 * np.sin(np.arange(24.0) * 2.4))
    text = MONEY + ("signed = true\n" if signed else "")
    line = line_of(defined(tmp_path, text), over_spent, np.full(24, 20e6))
    target = Target("within budget", "at_most", 0.0, on="value", by=Month(2022, 7))
    line = replace(line, definition=replace(line.definition, window="month", targets=(target,)))
    found = likelihoods(line, forecast_of(line, monthly_values(line), LATEST, (target,)), LATEST)[0]
    assert (found.probability > 0.02) == signed
    lower = control(line, monthly_values(line))[0][0].lower[-1]
    assert lower < 0 if signed else lower >= 0


def test_a_quiet_stock_is_no_count_that_varies_by_chance(tmp_path: Path) -> None:
    # 2,000 open cases, five more or fewer a month: a count of 2,000 events would vary by 45
    values = np.rint(2000 + np.cumsum(np.random.default_rng(3).normal(0, 5, len(FRAME))))
    spread = {}
    for kind, table in (("level", "open_investigations"), ("count", "crimes")):
        line = line_of(defined(tmp_path, f'kind = "{kind}"\ntable = "{table}"\n'), values)
        target = Target("t", "at_most", 2000.0, by=Month(2022, 7))
        made = forecast_of(line, monthly_values(line), LATEST, (target,))
        assert not isinstance(made, str)
        spread[kind] = float(np.std(made.paths[:, -6]))
    assert spread["level"] < 12
    assert spread["count"] > 15
