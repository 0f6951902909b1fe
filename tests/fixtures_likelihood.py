"""Made-up series of every kind of measure, and what their likelihoods said of months that then came."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from upstream.measures.definition import Target
from upstream.measures.facts import Histogram, MonthlyFacts
from upstream.measures.loading import load_file
from upstream.measures.outlook import forecast_of, likelihoods, projected
from upstream.measures.values import make_line, monthly_values, over, window
from upstream.periods import Month, months

FIRST = Month(2019, 7)
LEAST, MOST = 24, 40
AHEAD = 9
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
ALL = MOST + AHEAD
FRAME = tuple(months(FIRST, FIRST + (ALL - 1)))
Draw = Callable[[np.random.Generator], MonthlyFacts]


def facts(above: np.ndarray, below: np.ndarray | None = None) -> MonthlyFacts:
    below = None if below is None else below[None, :].astype(float)
    return MonthlyFacts(above[None, :].astype(float), below, np.ones((1, ALL), dtype=bool))


def wandering(rng: np.random.Generator, most: float) -> np.ndarray:
    return np.cumsum(rng.uniform(0, most) * rng.standard_normal(ALL))


def counts(low: float, high: float) -> Draw:
    def draw(rng: np.random.Generator) -> MonthlyFacts:
        season = 1 + rng.uniform(0, 0.15) * np.cos(2 * np.pi * np.arange(ALL) / 12)
        mean = np.exp(rng.uniform(np.log(low), np.log(high)) + wandering(rng, 0.03)) * season
        return facts(rng.poisson(mean * rng.gamma(50, 1 / 50, ALL)))

    return draw


def shares(low: float, high: float) -> Draw:
    def draw(rng: np.random.Generator) -> MonthlyFacts:
        chance = 1 / (1 + np.exp(-(rng.uniform(-1.5, 2) + wandering(rng, 0.05))))
        below = np.maximum(rng.poisson(rng.uniform(low, high), ALL), 1)
        return facts(rng.binomial(below, chance), below)

    return draw


def stocks(rng: np.random.Generator) -> MonthlyFacts:
    keep, held, level = rng.uniform(0.8, 0.97), np.empty(ALL), rng.uniform(50, 5000)
    now = int(level)
    for at in range(ALL):
        now = int(rng.binomial(now, keep) + rng.poisson(level * (1 - keep) * rng.gamma(60, 1 / 60)))
        held[at] = now
    return facts(held)


def times(rng: np.random.Generator) -> MonthlyFacts:
    level = 700 * np.exp(wandering(rng, 0.04))
    months_of = [np.unique(np.rint(rng.gamma(2, x / 2, 150)).astype(np.int64), return_counts=True) for x in level]
    starts = np.concatenate(([0], np.cumsum([len(values) for values, _ in months_of])))
    values, n = (np.concatenate(part) for part in zip(*months_of, strict=True))
    return dataclasses.replace(facts(np.full(ALL, 150)), histogram=Histogram(values, n, starts, ALL))


def differences(rng: np.random.Generator) -> MonthlyFacts:
    budget = np.tile(20e6 * (1 + 0.1 * rng.standard_normal(12)), 5)[:ALL]
    over_spent = rng.normal(0, 0.005) + wandering(rng, 0.002) + rng.uniform(0.005, 0.02) * rng.standard_normal(ALL)
    return facts(budget * over_spent, budget)


@dataclass(frozen=True)
class Kind:
    """A kind of measure: its definition, how its months come about, how far apart targets are and what they are on."""

    text: str
    draw: Draw
    step: float
    on: str = "value"
    relative: bool = True


COUNT = 'kind = "count"\ntable = "crimes"\n'
SHARE = 'kind = "proportion"\ntable = "crimes"\n[numerator]\nfilter = "domestic_abuse"\n'
TIME = 'kind = "duration"\ntable = "incidents"\nfrom = "dispatched_at"\nto = "arrived_at"\nunit = "minutes"\n'
MONEY = 'kind = "proportion"\nreturns = "m"\namounts = true\nsigned = true\nwindow = "year_to_date"\n'
KINDS = {
    "count, month": Kind(COUNT, counts(20, 800), 0.10),
    "count, year to date": Kind(COUNT, counts(20, 800), 0.05, "year_to_date"),
    "small count, rolling 12 months": Kind(COUNT, counts(2, 12), 0.08, "rolling_12"),
    "share of few, month": Kind(SHARE, shares(6, 20), 15, relative=False),
    "share, year to date": Kind(SHARE, shares(30, 300), 3, "year_to_date", relative=False),
    "share, rolling 6 months": Kind('window = "rolling_6"\n' + SHARE, shares(20, 120), 4, relative=False),
    "stock": Kind('kind = "level"\ntable = "open_investigations"\n', stocks, 0.04),
    "median time": Kind(TIME, times, 0.06),
    "difference, year to date": Kind(MONEY, differences, 0.3, relative=False),
}


@dataclass(frozen=True)
class Scored:
    """Probabilities said, whether it came true, and whether the 80% interval of the month held."""

    said: list[float]
    happened: list[bool]
    within: list[bool]


def scored(kind: Kind, series: int, folder: Path, rng: np.random.Generator) -> Scored:
    (folder / "m.toml").write_text(HEAD + kind.text, "utf-8")
    definition = load_file(folder / "m.toml")[0]
    found = Scored([], [], [])
    for at in range(series):
        latest, ahead = int(rng.integers(LEAST, MOST)), int(rng.integers(1, AHEAD + 1))
        # the whole line is given, and nothing after ``latest`` may be looked at
        plain = make_line(
            dataclasses.replace(definition, key=f"m{at}"), "force", 0, FRAME, kind.draw(rng), float("nan")
        )
        by = latest + ahead
        judged = window(plain, by, definition.window if kind.on == "value" else kind.on)
        usual, came = over(plain, [month - ahead for month in judged]).value, over(plain, judged).value
        step = kind.step * usual if kind.relative else kind.step
        levels = [usual + r * step for r in (-2, -1, 0, 1, 2)]
        targets = tuple(Target("t", "at_most", value, on=kind.on, by=FRAME[by]) for value in levels)
        line = dataclasses.replace(plain, definition=dataclasses.replace(plain.definition, targets=targets))
        monthly = monthly_values(line)
        made = forecast_of(line, monthly, latest, targets)
        for one, level in zip(likelihoods(line, made, latest), levels, strict=True):
            assert one.reason is None, one.reason
            found.said.append(one.probability)
            found.happened.append(came <= level)
        next_months = projected(line, made, latest)
        h = min(ahead, len(next_months.months))
        found.within.append(bool(next_months.low_80[h - 1] <= monthly[latest + h] <= next_months.high_80[h - 1]))
    return found
