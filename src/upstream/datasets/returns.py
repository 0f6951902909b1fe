"""Totals of other departments: printed figures where there are any, invented ones elsewhere, marked as such."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets.crimes import Crimes
from upstream.datasets.sampling import counts, successes
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded
from upstream.periods import Month

Array = NDArray[np.float64]

MONTHS_IN: Final = {"month": 1, "quarter": 3, "year": 12, "occasion": 1}
_AREA_SHARE: Final = np.array([0.25, 0.22, 0.15, 0.22, 0.16])
_NOISE: Final = 0.05
_SPEND: Final = "budget_spend"
_SPEND_NOISE: Final = np.array([0.004, 0.008, 0.004])
"""Standard deviations of a month's pay, other costs and income about their budget, as shares of the whole budget."""
_USUAL: Final = "usual"
# larger figures are money, hours or days and are not counts of anything that happens by chance
_MOST_COUNTED: Final = 10_000
# source 004, report p.19: referrals per 100 victim-based crimes of April, May and June 2022, areas in report order
_REFERRALS: Final = {
    (2022, 4): (0.216, 0.186, 0.344, 0.286, 0.222),
    (2022, 5): (0.203, 0.204, 0.366, 0.286, 0.199),
    (2022, 6): (0.204, 0.245, 0.326, 0.294, 0.200),
}
_REFERRALS_USUAL: Final = (0.20, 0.19, 0.33, 0.27, 0.21)
# report p.22, 63 and 66: the areas whose own figure is printed
_AUDIT_2022: Final = (0.88, 0.92, 0.93, 0.87, 0.86)
_PDR_JUNE: Final = (0.38, 0.83, 0.90, 0.89, 0.88)
_KSI_JUNE: Final = np.array([12, 6, 5, 8, 3])


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the list of returns."""

    key: str
    rhythm: str
    held_for: str
    period_to: str
    numerator: float
    denominator: float | None
    source: str


def listed() -> Iterator[Line]:
    """The figures that the synthetic returns are made of."""
    with files("upstream.datasets.published").joinpath("returns.csv").open("r", encoding="utf-8") as stream:
        for r in csv.DictReader(stream):
            base = float(r["denominator"]) if r["denominator"] else None
            yield Line(r["key"], r["rhythm"], r["held_for"], r["period_to"], float(r["numerator"]), base, r["source"])


def _periods(rhythm: str, months: tuple[Month, ...]) -> list[tuple[Month, Month]]:
    """First and last month of every whole period of a rhythm."""
    length = MONTHS_IN[rhythm]
    ends = [m for m in months if (m.month - 3) % length == 0 or length == 1]
    return [(m - (length - 1), m) for m in ends if m - (length - 1) >= months[0] or length > 1]


def _value(line: Line, exact: bool, rng: np.random.Generator) -> tuple[float, float | None]:
    if exact:
        return line.numerator, line.denominator
    if line.denominator is None:
        if 0 < line.numerator <= 1 / _NOISE**2:
            # below this a count varies more by chance than by anything else
            return float(counts(line.numerator, rng, 1)[0]), None
        return float(round(line.numerator * (1 + _NOISE * rng.standard_normal()))), None
    base = float(round(line.denominator * (1 + _NOISE / 3 * rng.standard_normal())))
    if _is_share(line.numerator, base):
        return float(successes(np.array([int(base)]), line.numerator / base, rng)[0]), base
    if line.key == _SPEND:
        level = base * line.numerator / line.denominator
        return float(round(level * (1 + float(_SPEND_NOISE @ rng.standard_normal(3))))), base
    top = float(round(line.numerator * (1 + _NOISE * rng.standard_normal())))
    return (min(top, base) if line.numerator <= line.denominator else top), base  # a part never exceeds its whole


def _is_share(top: float, base: float) -> bool:
    return 0 <= top <= base <= _MOST_COUNTED


def _by_area(key: str, month: Month, top: float, base: float | None, areas: int,
             rng: np.random.Generator) -> list[tuple[float, float | None]]:  # fmt: skip
    """Share a force figure out to its areas by chance, as printed where an area is."""
    share = _AREA_SHARE[:areas] / _AREA_SHARE[:areas].sum()
    bases = None if base is None else _whole(base, share)
    if bases is not None and base is not None and _is_share(top, base):
        tops = rng.multivariate_hypergeometric(bases.astype(np.int64), int(top)).astype(float)
    elif 0 <= top <= _MOST_COUNTED:
        tops = rng.multinomial(int(top), share).astype(float)
    else:
        tops = _whole(top, share * (1 + _NOISE * rng.standard_normal(areas)))
    if key in ("ksi_collisions", "casualties_seriously_injured") and month == Month(2022, 6):
        tops = _KSI_JUNE if key == "ksi_collisions" else _KSI_JUNE - np.array([1, 0, 0, 1, 0])
    if bases is not None and key == "audit_cdi_overall" and month == Month(2022, 3):
        tops = np.rint(bases * np.array(_AUDIT_2022))
    if bases is not None and key == "pdr_objectives_set" and month == Month(2022, 6):
        tops = np.rint(bases * np.array(_PDR_JUNE))
    return [(float(tops[i]), None if bases is None else float(bases[i])) for i in range(areas)]


def _whole(total: float, share: Array) -> Array:
    exact = total * share / share.sum()
    out: Array = np.floor(exact)
    out[np.argsort(out - exact, kind="stable")[: round(float(total - out.sum()))]] += 1
    return out


def _referrals(
    crimes: Crimes, areas: list[str], months: tuple[Month, ...], rng: np.random.Generator
) -> Iterator[tuple[Any, ...]]:
    victims = crimes.victim_based & crimes.counted
    for t, month in enumerate(months):
        rates = _REFERRALS.get((month.year, month.month), _REFERRALS_USUAL)
        for i, area in enumerate(areas):
            base = int((victims & (crimes.month == t) & (crimes.area == i)).sum())
            printed = round(base * rates[i]) if (month.year, month.month) in _REFERRALS else None
            referred = successes(np.array([base]), rates[i], rng, printed)[0]
            yield "victim_referrals", area, month, month, float(referred), float(base)


def _rows(crimes: Crimes, force: str, areas: list[str], months: tuple[Month, ...],
          rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    lines: dict[str, dict[str, Line]] = {}
    for line in listed():
        lines.setdefault(line.key, {})[line.period_to] = line
    for key, known in lines.items():
        pattern = next(iter(known.values()))
        for begin, end in _periods(pattern.rhythm, months):
            exact = known.get(str(end))
            chosen = exact or known.get(_USUAL)
            if chosen is None:
                continue
            top, base = _value(chosen, exact is not None, rng)
            if key == _SPEND and base is not None:
                yield "budget_variance", force, begin, end, top - base, base
            if pattern.held_for == "force":
                yield key, force, begin, end, top, base
                continue
            for area, (part, whole) in zip(areas, _by_area(key, end, top, base, len(areas), rng), strict=True):
                yield key, area, begin, end, part, whole
    yield from _referrals(crimes, areas, months, rng)


def returns_columns(crimes: Crimes, setting: Setting) -> dict[str, Any]:
    """Columns of the ``returns`` contract; force figures carry the force's own code as area."""
    force, areas, months, as_at, rng = setting.force, setting.areas, setting.months, setting.as_at, setting.rng
    rows = list(_rows(crimes, force, areas, months, rng))
    key, area, begin, end, top, base = zip(*rows, strict=True)
    names = [*areas, force]
    keys = sorted(set(key))
    return {
        "measure": Coded(np.array([keys.index(k) for k in key]), keys),
        "area": Coded(np.array([names.index(a) for a in area]), names),
        "period_from": np.array([m.first_day for m in begin], "datetime64[D]"),
        "period_to": np.array([m.last_day for m in end], "datetime64[D]"),
        "numerator": np.array(top),
        "denominator": list(base),
        "source": Coded(np.zeros(len(rows), np.int64), ["Synthetic return"]),
        "as_at": np.full(len(rows), as_at),
    }
