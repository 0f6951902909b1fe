"""Results as the measures give them, made by hand: plausible, seeded, with gaps, breaks and tiny counts."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest

from upstream.measures.definition import Definition, Pack
from upstream.measures.loading import load_packs
from upstream.measures.result import (
    Change,
    FalseAlarms,
    Flag,
    Likelihood,
    Limits,
    MeasureResult,
    Projection,
    Provenance,
    Results,
    Series,
    TableVersion,
    Value,
)
from upstream.periods import Month, months
from upstream.reports.period_words import ytd_words
from upstream.stats.yardstick import likelihood

TO = Month(2022, 6)
FIRST = Month(2019, 4)
AREAS = {
    "force": "Synthetic force",
    "n": "North Marl",
    "s": "South Marl",
    "e": "Eastvale",
    "w": "Westering",
    "c": "Cathedral",
}
TABLES = (
    TableVersion("crimes", 7, "2022-07-04T06:30:00+00:00"),
    TableVersion("incidents", 5, "2022-07-05T06:30:00+00:00"),
)


def value(number: float, *, state: str = "held", held: int = 1, wanted: int = 1) -> Value:
    return Value(number, math.nan, math.nan, state, held, wanted)


def change(name: str, now_label: str, then_label: str, now: float, then: float, *, share: bool = False) -> Change:
    """A change with the per cent withheld on a base under ten, as the measures do."""
    difference = now - then
    percent = 100 * difference / then if then and not share and abs(then) >= 10 else math.nan
    p = math.exp(-abs(difference) / math.sqrt(abs(now) + abs(then) + 1)) if math.isfinite(difference) else math.nan
    significant = bool(p < 0.05) if math.isfinite(p) else None
    withheld = None if math.isfinite(percent) else "the earlier figure is too small for a per cent"
    return Change(
        name, now_label, then_label, value(now), value(then), difference, percent, withheld, p, significant, "test"
    )


def limits_of(values: np.ndarray, shown: tuple[Month, ...]) -> Limits:
    lower, centre, upper = (np.full(len(shown), np.nan) for _ in range(3))
    first = shown[0].index
    for year in dict.fromkeys(m.financial_year for m in shown):
        base = values[max(year.previous.first_month.index - first, 0) : max(year.first_month.index - first, 0)]
        held = base[np.isfinite(base)]
        if len(held) >= 10:
            mean, sd = float(held.mean()), float(held.std(ddof=1))
            place = slice(max(year.first_month.index - first, 0), year.last_month.index - first + 1)
            lower[place], centre[place], upper[place] = max(mean - 2 * sd, 0.0), mean, mean + 2 * sd
    return Limits("two_sd", centre, lower, upper, Month(2021, 4), Month(2022, 3), 12)


def series_of(
    definition: Definition, area: str, values: np.ndarray, shown: tuple[Month, ...], *, chance: float | None = None
) -> Series:
    """A series with limits, flags, changes and a projection worked out from its values."""
    at = defaultdict(lambda: math.nan, zip(shown, values.tolist(), strict=True))
    share = definition.unit == "percent"
    limits = limits_of(values, shown)
    flags = []
    for i, month in enumerate(shown):
        for rule, direction, beyond in (
            ("above_limit", "high", values[i] > limits.upper[i]),
            ("below_limit", "low", values[i] < limits.lower[i]),
        ):
            if beyond:
                flags.append(Flag(month, rule, "two_sd", direction, None))
    to = shown[-1]
    now = at[to]
    changes = [
        change("previous", to.label, (to - 1).label, now, at[to - 1], share=share),
        change("same_last_year", to.label, (to - 12).label, now, at[to - 12], share=share),
    ]
    ytd = sum(at[m] for m in months(to.financial_year.first_month, to))
    if definition.kind == "count":
        before = sum(at[m - 12] for m in months(to.financial_year.first_month, to))
        changes.append(change("year_to_date", ytd_words(to), ytd_words(to - 12), ytd, before))
    state = tuple("held" if math.isfinite(v) else "missing" for v in values)
    mean = np.full(9, np.nanmean(values[-12:]))
    spread = 1.28 * np.nanstd(values[-12:]) * np.sqrt(np.arange(1, 10)) / 2
    ahead = tuple(to + k for k in range(1, 10))
    projection = Projection(
        ahead, mean, mean - spread, mean + spread, mean - 1.5 * spread, mean + 1.5 * spread, "structure"
    )
    odds = () if chance is None or not definition.targets else (
        Likelihood(chance, likelihood(chance).band.term, definition.targets[0].text, Month(2023, 3), 1.0, "structure"),
    )  # fmt: skip
    latest = value(now, state="held" if math.isfinite(now) else "missing")
    return Series(
        area, AREAS[area], shown, values, values, values, np.full(len(values), np.nan), state,
        latest, to, value(ytd) if definition.kind == "count" else None,
        None, (limits,), tuple(flags), tuple(changes),
        projection, odds,
    )  # fmt: skip


def provenance_of(definition: Definition) -> Provenance:
    return Provenance(
        definition.key, definition.hash, TABLES, f"select month, area, count(*) from {definition.key}", "duckdb", "1"
    )


def measured(definition: Definition, rng: np.random.Generator) -> MeasureResult:
    shown = tuple(months(FIRST, TO))
    level = float(rng.uniform(3, 9)) if definition.unit == "count" else 0.0
    series = {}
    for place, area in enumerate(AREAS if definition.by_area else ["force"]):
        if definition.unit == "percent":
            values = np.round(rng.normal(60, 4, len(shown)).clip(1, 99), 2)
        elif definition.kind == "count":
            values = rng.poisson(math.exp(level) / (5 if place else 1), len(shown)).astype(float)
        else:
            values = np.round(rng.normal(20, 3, len(shown)).clip(0.1), 2)
        if definition.key.startswith("calls"):
            values[8:10] = np.nan
        series[area] = series_of(definition, area, values, shown, chance=float(rng.uniform(0.01, 0.99)))
    return MeasureResult(definition, series, provenance_of(definition))


@pytest.fixture(scope="session")
def force_pack() -> Pack:
    return load_packs(("force",))[0]


def made_results(pack: Pack) -> Results:
    rng = np.random.default_rng(20220630)
    made = {}
    for definition in pack.definitions:
        if definition.kind == "page":
            made[definition.key] = MeasureResult(definition, {}, None)
        elif definition.key.startswith("fleet"):
            made[definition.key] = MeasureResult(definition, {}, None, "table returns is not in the store")
        else:
            made[definition.key] = measured(definition, rng)
    outside = sum(s.exceptional is not None for r in made.values() for s in r.series.values())
    lines = sum(len(r.series) for r in made.values())
    return Results(TO, AREAS, made, TABLES, FalseAlarms(lines, 0.081 * lines, outside), "duckdb", "0.1.0")


@pytest.fixture(scope="session")
def results(force_pack: Pack) -> Results:
    return made_results(force_pack)


@pytest.fixture(scope="session")
def one_series() -> Callable[..., Series]:
    """Makes a monthly series of a definition from plain numbers, the last for June 2022."""

    def make(definition: Definition, numbers: list[float], area: str = "force") -> Series:
        values = np.array(numbers, dtype=float)
        shown = tuple(months(TO - (len(numbers) - 1), TO))
        return series_of(definition, area, values, shown)

    return make


@pytest.fixture(scope="session")
def committed_at() -> dt.datetime:
    return dt.datetime(2022, 7, 5, 6, 30, tzinfo=dt.UTC)
