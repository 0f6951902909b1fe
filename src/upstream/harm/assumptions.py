"""What a worth may assume, as others wrote it down: shares for optimism, and who bears which kind of cost."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

from upstream.harm.weights import STANDING_WORDS, Standing


@dataclass(frozen=True, slots=True)
class OptimismGrade:
    """A share taken off a benefit, by what the benefit rests on.

    Attributes
    ----------
    grade
        1 (surest) to 6.
    per_cent
        Taken off.
    rests_on
        What figures and evidence of that grade rest on.
    standing, source
        How far it is checked, and where it comes from.
    """

    grade: int
    per_cent: float
    rests_on: str
    standing: Standing
    source: str

    @property
    def said(self) -> str:
        """Where the share is from, for whoever reads a worth."""
        known = "" if self.standing == "unverified" else f" ({STANDING_WORDS[self.standing]})"  # its source says so
        return f"grade {self.grade} of 6 ({self.rests_on}); {self.source}{known}"


@dataclass(frozen=True, slots=True)
class CostCategory:
    """A kind of cost of a crime, as the Home Office divides them, and who bears it.

    Attributes
    ----------
    key, title
        Its name in a table of unit costs, and in words.
    stage
        "anticipation", "consequence" or "response".
    bearer
        "police", "justice", "health", "victim" or "other".
    why, source
        Why that bearer, and where kinds and bearers are from.
    """

    key: str
    stage: str
    title: str
    bearer: str
    why: str
    source: str


@cache
def optimism_grades() -> tuple[OptimismGrade, ...]:
    """The grades of the supplementary guidance to the Green Book, the surest first."""
    return tuple(
        OptimismGrade(
            int(row["grade"]),
            float(row["per_cent"]),
            row["rests_on"],
            cast("Standing", row["standing"]),
            row["source"],
        )
        for row in _rows("optimism.csv")
    )


@cache
def cost_categories() -> tuple[CostCategory, ...]:
    """Every kind of cost, in the order of the Home Office's table."""
    return tuple(
        CostCategory(row["category"], row["stage"], row["title"], row["bearer"], row["why"], row["source"])
        for row in _rows("cost_categories.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(resources.files("upstream.harm").joinpath(name).read_text("utf-8").splitlines()))
