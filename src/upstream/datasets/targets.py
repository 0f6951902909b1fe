"""How many records every area, line and month of the synthetic force must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets.monthly import MONTHS, YearWanted, construct_year
from upstream.datasets.published_tables import (
    AREAS,
    CATEGORIES,
    FORCE,
    KEYWORDS,
    excluded,
    printed_rows,
    wanted,
)
from upstream.periods import Month

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

BASELINE_FIRST: Final = Month(2021, 4)
CALIBRATED_MONTHS: Final = 15
PUBLIC_ORDER_STEP: Final = Month(2022, 2)
PUBLIC_ORDER_RATIO: Final = 1.36

# January to December against the mean month: summer violence, winter burglary, term-time youth offences
_SUMMER = (0.90, 0.88, 0.97, 0.97, 1.04, 1.08, 1.12, 1.08, 1.03, 1.02, 0.96, 0.95)
_WINTER = (1.08, 1.00, 1.02, 0.92, 0.94, 0.92, 0.95, 0.97, 1.00, 1.08, 1.10, 1.02)
_HIGH_SUMMER = (0.70, 0.70, 0.85, 0.95, 1.10, 1.20, 1.25, 1.25, 1.20, 1.10, 0.95, 0.75)
_FLAT = (0.98, 0.94, 1.02, 0.98, 1.01, 1.01, 1.02, 1.00, 1.00, 1.04, 1.01, 0.99)
_SEASON: Final[dict[str, tuple[float, ...]]] = {
    "residential_burglary": _WINTER,
    "business_burglary": _WINTER,
    "vehicle_offences": _WINTER,
    "bicycle_theft": _HIGH_SUMMER,
    "anti_social_behaviour": _HIGH_SUMMER,
    "shoplifting": _FLAT,
    "drug_offences": _FLAT,
    "misc_crimes_against_society": _FLAT,
    "possession_of_weapons": _FLAT,
    "rape": _FLAT,
}
# level of each financial year against 2021/22; neighbourhood crime stood about 43% higher in 2018/19 than in 2022/23
# Q1 (source 004, report p.57: Q1 is about 30% below July 2018 to June 2019)
_NEIGHBOURHOOD: Final = frozenset(
    {"personal_robbery", "residential_burglary", "business_burglary", "vehicle_offences", "theft_from_person"}
)
_LEVEL_NEIGHBOURHOOD: Final = {2016: 1.65, 2017: 1.70, 2018: 1.74, 2019: 1.55, 2020: 0.95}
_LEVEL_OTHER: Final = {2016: 0.90, 2017: 0.93, 2018: 0.95, 2019: 0.98, 2020: 0.90}
_LOCKDOWN: Final = {
    (2020, 4): 0.68,
    (2020, 5): 0.78,
    (2020, 6): 0.90,
    (2020, 11): 0.93,
    (2021, 1): 0.86,
    (2021, 2): 0.88,
}
_LOCKDOWN_ASB: Final = {(2020, 4): 2.6, (2020, 5): 2.3, (2020, 6): 1.6, (2021, 1): 1.5, (2021, 2): 1.4}
_MONTH_NOISE: Final = 0.05
_SMALL_WEIGHT: Final = 0.02
_MEAN_FREEDOM: Final = 0.08

# source 004, report p.57: 4 homicides in Q3 and 6 in Q4 of 2021/22, 4 in Q1 of 2022/23; serious violence less violence
# with injury (report p.45) leaves 1 in June 2021 and 0 in June 2022
_HOMICIDES: Final = {
    (2021, 4): 1, (2021, 6): 1, (2021, 8): 1, (2021, 10): 1, (2021, 11): 2, (2021, 12): 1,
    (2022, 1): 2, (2022, 2): 2, (2022, 3): 2, (2022, 4): 2, (2022, 5): 2, (2022, 6): 0,
}  # fmt: skip
_HOMICIDES_A_MONTH: Final = 1.1
# changes on May 2022 that the report prints for the force (p.51 to 55): May = June - change
_MAY_2022: Final = {
    "violence_with_injury": 1026,
    "misc_crimes_against_society": 169,
    "public_order": 900,
    "other_theft": 712,
    "shoplifting": 568,
    "domestic_abuse": 2399,
}


@dataclass(frozen=True, slots=True)
class Targets:
    """Records wanted a month.

    Attributes
    ----------
    months : tuple of Month
        Length T.
    crimes : (areas, 18, T) int64
        Recorded crimes by category, homicide apart.
    homicides : (T,) int64
        Homicides of the force.
    keywords : (areas, 5, T) int64
        Crimes and crimed incidents that carry each keyword.
    alcohol : (T,) int64
        Crimes with the alcohol keyword, force.
    incidents, anti_social : (areas, T) int64
        Incidents, and those of them that are anti-social behaviour.
    mental_health : (T,) int64
        Incidents with the mental health qualifier, force.
    """

    months: tuple[Month, ...]
    crimes: Counts
    homicides: Counts
    keywords: Counts
    alcohol: Counts
    incidents: Counts
    anti_social: Counts
    mental_health: Counts


def _season(line: str) -> Array:
    """Twelve factors from April to March, mean 1."""
    factors = np.array(_SEASON.get(line, _SUMMER))
    return np.roll(factors / factors.mean(), -3)


def _least_deviation(mean: Array, june: Array, quarter: Array) -> Array:
    """The smallest sample standard deviation that June and April to June alone allow."""
    rest = (MONTHS * mean - quarter) / 9 - mean
    squares = (june - mean) ** 2 + 2 * ((quarter - june) / 2 - mean) ** 2 + 9 * rest**2
    return np.sqrt(squares / (MONTHS - 1))


def _grid(areas: tuple[str, ...], lines: tuple[str, ...], cell: str) -> Array:
    values = [[wanted(area, line, cell) for line in lines] for area in areas]
    return np.array([[np.nan if v is None else v for v in row] for row in values], dtype=np.float64)


def _printed_means(areas: tuple[str, ...], lines: tuple[str, ...]) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Means and deviations that the limits imply, and which of them can be trusted."""
    mean, deviation = np.zeros((len(areas), len(lines))), np.zeros((len(areas), len(lines)))
    trusted = np.zeros(mean.shape, dtype=bool)
    for i, area in enumerate(areas):
        for j, line in enumerate(lines):
            row = printed_rows().get((area, line))
            if row is None:
                continue
            mean[i, j], deviation[i, j] = row.mean, max(row.deviation, 0.5)
            trusted[i, j] = not row.floored and not excluded(area, line, "limits")
    return mean, deviation, trusted


def _reconciled_means(lines: tuple[str, ...], quarter: Array, with_totals: bool) -> Array:
    """Means of areas and lines nearest to the printed ones that add up to nearly the printed force and area totals."""
    mean, _, trusted = _printed_means(AREAS, lines)
    force_mean, _, force_trusted = _printed_means((FORCE,), lines)
    guess = np.where(trusted, mean, quarter / 3)
    rows, aims = [], []

    def require(which: Array, aim: float, weight: float) -> None:
        rows.append(which.ravel() * weight / max(aim, 1))
        aims.append(weight * aim / max(aim, 1))

    for i, j in np.ndindex(*mean.shape):
        unit = np.zeros(mean.shape)
        unit[i, j] = 1
        require(unit, float(guess[i, j]), 1.0 if trusted[i, j] else 0.15)
    for j in range(len(lines)):
        if force_mean[0, j] > 0:
            column = np.zeros(mean.shape)
            column[:, j] = 1
            require(column, float(force_mean[0, j]), 3.0 if force_trusted[0, j] else 0.3)
    if with_totals:
        totals, _, _ = _printed_means(AREAS, ("total_recorded_crime",))
        for i in range(len(AREAS)):
            band = np.zeros(mean.shape)
            band[i] = 1
            require(band, float(totals[i, 0]), 20.0)
    matrix = np.array(rows)
    answer = np.linalg.solve(matrix.T @ matrix, matrix.T @ np.array(aims)).reshape(mean.shape)
    kept = np.clip(answer, mean * (1 - _MEAN_FREEDOM), mean * (1 + _MEAN_FREEDOM))
    return np.maximum(np.where(trusted, kept, answer), quarter / MONTHS + 0.1)


def _wanted_year(lines: tuple[str, ...], with_totals: bool) -> YearWanted:
    june, quarter = _grid(AREAS, lines, "jun_2021"), _grid(AREAS, lines, "ytd_2021_22")
    year = np.maximum(np.rint(_reconciled_means(lines, quarter, with_totals) * MONTHS), quarter)
    _, deviation, trusted = _printed_means(AREAS, lines)
    mean = year / MONTHS
    natural = np.maximum(np.sqrt(mean) * 1.1, _least_deviation(mean, june, quarter) * 1.05)
    _, line_deviation, line_trusted = _printed_means((FORCE,), lines)
    has_line = np.array([(FORCE, line) in printed_rows() for line in lines])
    area_dev, area_weight, total_dev, total_weight = np.ones(len(AREAS)), np.zeros(len(AREAS)), 1.0, 0.0
    if with_totals:
        area_dev = _printed_means(AREAS, ("total_recorded_crime",))[1][:, 0]
        area_weight = np.ones(len(AREAS))
        total_dev = printed_rows()[FORCE, "total_recorded_crime"].deviation
        total_weight = 1.0
    return YearWanted(
        june.astype(np.int64),
        quarter.astype(np.int64),
        year.astype(np.int64),
        np.where(trusted, deviation, natural),
        np.where(trusted, 1.0, _SMALL_WEIGHT),
        np.maximum(line_deviation[0], 0.5),
        np.where(has_line & line_trusted[0], 4.0, 0.0),
        area_dev,
        area_weight,
        total_dev,
        total_weight,
    )


def _profile(lines: tuple[str, ...], year: Counts, deviation: Array, rng: np.random.Generator) -> Array:
    """A seasonal year with noise shared by the areas, from which the descent starts."""
    out = np.zeros((*year.shape, MONTHS))
    for j, line in enumerate(lines):
        shape = _season(line)
        if line == "public_order":
            shape = shape * np.where(np.arange(MONTHS) >= PUBLIC_ORDER_STEP.index - BASELINE_FIRST.index,
                                     PUBLIC_ORDER_RATIO, 1.0)  # fmt: skip
            shape = shape / shape.mean()
        shared = rng.normal(0, 0.6, MONTHS)
        own = rng.normal(0, 0.6, (year.shape[0], MONTHS))
        out[:, j] = year[:, j, None] / MONTHS * shape + deviation[:, j, None] * (shared + own)
    return out


def _quarter_one(lines: tuple[str, ...], rng: np.random.Generator) -> Counts:
    """April, May and June 2022, (areas, lines, 3): June and the sum as printed, May near the force's where printed."""
    june, quarter = _grid(AREAS, lines, "jun_2022"), _grid(AREAS, lines, "ytd_2022_23")
    early = quarter - june
    out = np.zeros((*june.shape, 3), np.int64)
    for j, line in enumerate(lines):
        share = np.full(len(AREAS), 0.51)
        if line in _MAY_2022:
            share[:] = np.clip(_MAY_2022[line] / max(early[:, j].sum(), 1), 0, 1)
        else:
            share += rng.normal(0, 0.01, len(AREAS))
        out[:, j, 1] = np.rint(early[:, j] * share)
        out[:, j, 0] = early[:, j] - out[:, j, 1]
        out[:, j, 2] = june[:, j]
    return out


def _outside(line: str, level: Array, month: Month, rng: np.random.Generator) -> Counts:
    """A month that no printed figure speaks of, from the level of 2021/22: season, year, lockdowns and noise."""
    year = month.financial_year.start
    factors = _LEVEL_NEIGHBOURHOOD if line in _NEIGHBOURHOOD else _LEVEL_OTHER
    factor = factors.get(year, 1.0 if year >= 2021 else min(factors.values()))
    locked = _LOCKDOWN_ASB if line == "anti_social_behaviour" else _LOCKDOWN
    factor *= locked.get((month.year, month.month), 1.0)
    if line == "public_order":
        factor *= PUBLIC_ORDER_RATIO if month >= PUBLIC_ORDER_STEP else 0.96
    expected = level * factor * _season(line)[(month.month - 4) % MONTHS]
    noise = rng.normal(1, _MONTH_NOISE / 2) * rng.normal(1, _MONTH_NOISE, len(level))
    drawn: Counts = rng.poisson(np.maximum(expected * noise, 0)).astype(np.int64)
    return drawn


def _lines(
    lines: tuple[str, ...], months: tuple[Month, ...], rng: np.random.Generator, *, with_totals: bool = False
) -> Counts:
    """Counts of every area and line by month: constructed in the calibrated months, drawn outside them."""
    aim = _wanted_year(lines, with_totals)
    year = construct_year(_profile(lines, aim.year, aim.deviation, rng), aim)
    calibrated = np.concatenate([year, _quarter_one(lines, rng)], axis=-1)
    out = np.zeros((len(AREAS), len(lines), len(months)), np.int64)
    for j, line in enumerate(lines):
        level = aim.year[:, j] / MONTHS
        if line == "public_order":
            level = level / _mean_step()
        for t, month in enumerate(months):
            offset = month.index - BASELINE_FIRST.index
            inside = 0 <= offset < CALIBRATED_MONTHS
            out[:, j, t] = calibrated[:, j, offset] if inside else _outside(line, level, month, rng)
    return out


def _mean_step() -> float:
    after = MONTHS - (PUBLIC_ORDER_STEP.index - BASELINE_FIRST.index)
    return (MONTHS - after + after * PUBLIC_ORDER_RATIO) / MONTHS


def _force_line(
    line: str, quarter_before: int, quarter_now: int, months: tuple[Month, ...], rng: np.random.Generator
) -> Counts:
    """A line that only the force page prints."""
    row = printed_rows()[FORCE, line]
    one = np.array([[row.cells["jun_2021"]]])
    year = np.array([[round(row.mean * MONTHS)]])
    free, none = np.ones(1), np.zeros(1)
    aim = YearWanted(
        one, np.array([[quarter_before]]), year, np.array([[row.deviation]]), np.ones((1, 1)), free, none, free, none
    )
    twelve = construct_year(_profile((line,), year, aim.deviation, rng), aim)[0, 0]
    early = quarter_now - row.cells["jun_2022"]
    calibrated = [*twelve, early // 2, early - early // 2, row.cells["jun_2022"]]
    out = np.zeros(len(months), np.int64)
    for t, month in enumerate(months):
        offset = month.index - BASELINE_FIRST.index
        inside = 0 <= offset < CALIBRATED_MONTHS
        out[t] = calibrated[offset] if inside else _outside(line, np.array([row.mean]), month, rng)[0]
    return out


def _homicides(months: tuple[Month, ...], rng: np.random.Generator) -> Counts:
    drawn = rng.poisson(_HOMICIDES_A_MONTH, len(months))
    return np.array([_HOMICIDES.get((m.year, m.month), int(d)) for m, d in zip(months, drawn, strict=True)])


def monthly_targets(months: tuple[Month, ...], rng: np.random.Generator) -> Targets:
    """Counts that satisfy every printed cell that is not excluded.

    Parameters
    ----------
    months
        Consecutive months; those from April 2021 to June 2022 are calibrated, others follow the same levels.
    rng
        Source of the seasonal noise and of the months outside.
    """
    demand = _lines(("incidents",), months, rng)
    disorder = _lines(("anti_social_behaviour",), months, rng)
    return Targets(
        months,
        _lines(CATEGORIES, months, rng, with_totals=True),
        _homicides(months, rng),
        np.concatenate([_lines((keyword,), months, rng) for keyword in KEYWORDS], axis=1),
        # year to date plus 14% and minus 31% (report p.45); the counts behind them are not printed
        _force_line("alcohol", 1500, 1710, months, rng),
        demand[:, 0],
        np.minimum(disorder[:, 0], demand[:, 0]),
        _force_line("mental_health", 39, 27, months, rng),
    )
