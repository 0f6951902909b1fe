"""The published tables that the synthetic force is calibrated to, and the cells that are left out."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

AREAS: Final = (
    "south_worcestershire",
    "north_worcestershire",
    "herefordshire",
    "shropshire",
    "telford_and_wrekin",
)
FORCE: Final = "force"
CATEGORIES: Final = (
    "violence_with_injury",
    "violence_without_injury",
    "rape",
    "other_sexual_offences",
    "personal_robbery",
    "business_robbery",
    "residential_burglary",
    "business_burglary",
    "vehicle_offences",
    "theft_from_person",
    "bicycle_theft",
    "shoplifting",
    "other_theft",
    "criminal_damage_arson",
    "drug_offences",
    "possession_of_weapons",
    "public_order",
    "misc_crimes_against_society",
)
KEYWORDS: Final = ("domestic_abuse", "hate", "vulnerable_adult", "child_at_risk", "child_sexual_exploitation")
COUNTS: Final = ("jun_2022", "jun_2021", "ytd_2022_23", "ytd_2021_22")
DEVIATIONS_BETWEEN_LIMITS: Final = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row.

    Attributes
    ----------
    area, line
        Row and table it stands in; ``area`` is "force" or one of :data:`AREAS`.
    cells
        Printed figures by cell name; a blank cell is absent.
    source
        File and page.
    """

    area: str
    line: str
    cells: Mapping[str, int]
    source: str

    @property
    def mean(self) -> float:
        """Monthly mean of 2021/22 that the limits imply, in records a month."""
        return (self.cells["ucl"] + self.cells["lcl"]) / 2

    @property
    def deviation(self) -> float:
        """Monthly standard deviation of 2021/22 that the limits imply."""
        return (self.cells["ucl"] - self.cells["lcl"]) / DEVIATIONS_BETWEEN_LIMITS

    @property
    def floored(self) -> bool:
        """A lower limit of 0 may hide a negative one: mean and deviation cannot be told apart."""
        return self.cells["lcl"] == 0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A printed cell that the report's own arithmetic disproves.

    Attributes
    ----------
    area, line, cell
        Which; ``cell`` is "limits" for both limits of a row.
    rule
        The kind of contradiction.
    implied
        What the other cells imply, if that can be said.
    reason
        The arithmetic, in words.
    """

    area: str
    line: str
    cell: str
    rule: str
    implied: int | None
    reason: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files("upstream.datasets.published").joinpath(name).open("r", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


@cache
def printed_rows() -> Mapping[tuple[str, str], Row]:
    """Every printed row by (area, line), as published, not corrected."""
    rows = {}
    for raw in _rows("crime_tables_2022_06.csv"):
        cells = {name: int(text) for name, text in raw.items() if name not in ("area", "line", "source") and text}
        rows[raw["area"], raw["line"]] = Row(raw["area"], raw["line"], MappingProxyType(cells), raw["source"])
    return MappingProxyType(rows)


@cache
def exclusions() -> Mapping[tuple[str, str, str], Exclusion]:
    """The cells left out, by (area, line, cell)."""
    found = (
        Exclusion(r["area"], r["line"], r["cell"], r["rule"], int(r["implied"]) if r["implied"] else None, r["reason"])
        for r in _rows("exclusions.csv")
    )
    return MappingProxyType({(e.area, e.line, e.cell): e for e in found})


def excluded(area: str, line: str, cell: str) -> bool:
    """True if the cell is left out of the calibration."""
    return (area, line, cell) in exclusions()


def wanted(area: str, line: str, cell: str) -> int | None:
    """The figure to reproduce: as printed, or what the other cells imply where the printed one is disproved."""
    exclusion = exclusions().get((area, line, cell))
    if exclusion is not None:
        return exclusion.implied
    row = printed_rows().get((area, line))
    return None if row is None else row.cells.get(cell)


def tolerance(published: float) -> float:
    """Largest accepted distance of a synthetic count: 3.5 standard deviations of a difference of two Poisson counts.

    The bound is the acceptance rule of this project: 3.5 sqrt(2 x published) + 1.
    """
    return 3.5 * math.sqrt(2 * abs(published)) + 1


def share_tolerance(percent: float, base: float, decimals: int = 0) -> float:
    """The same bound for a percentage of ``base`` events, in percentage points, plus half the last printed digit.

    A share of n events has a binomial standard deviation of 100 sqrt(p (1 - p) / n); 3.5 of them for the difference
    of two such shares.
    """
    p = min(max(percent / 100, 1 / base), 1 - 1 / base)
    return 350 * math.sqrt(2 * p * (1 - p) / base) + 0.5 * 10.0**-decimals
