"""Every cell that is left out of the calibration is disproved here by arithmetic on the printed figures alone."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from upstream.datasets import published_tables as published
from upstream.datasets.published_tables import AREAS, CATEGORIES, FORCE
from upstream.datasets.returns import _value, listed

TOTAL = "total_recorded_crime"
ROUNDING_OF_A_LIMIT = 0.5
MONTHS = 12

Cell = tuple[str, str, str]


def printed(area: str, line: str, cell: str) -> int | None:
    row = published.printed_rows().get((area, line))
    return None if row is None else row.cells.get(cell)


def parts_that_do_not_sum(use_exclusions: bool) -> Iterator[str]:
    """Sums over areas and over categories that fail, as printed or with what the exclusions put in their place."""

    def value(area: str, line: str, cell: str) -> int | None:
        return published.wanted(area, line, cell) if use_exclusions else printed(area, line, cell)

    for cell in ("jun_2022", "jun_2021"):
        for line in (TOTAL, *CATEGORIES, "incidents", "anti_social_behaviour"):
            if sum(value(area, line, cell) or 0 for area in AREAS) != value(FORCE, line, cell):
                yield f"areas {line} {cell}"
    for area in AREAS:
        for cell in published.COUNTS:
            if sum(value(area, line, cell) or 0 for line in CATEGORIES) != value(area, TOTAL, cell):
                yield f"categories {area} {cell}"
    for line in (TOTAL, *CATEGORIES, "incidents", "anti_social_behaviour"):
        now = sum(value(area, line, "ytd_2022_23") or 0 for area in AREAS)
        then = sum(value(area, line, "ytd_2021_22") or 0 for area in AREAS)
        if abs(100 * (now - then) / then - (value(FORCE, line, "ytd_pct_change") or 0)) > 0.5:
            yield f"force per cent {line}"


def least_deviation(area: str, line: str, mean: float) -> float:
    """Smallest sample standard deviation of twelve months with a given June, April to June and mean."""
    june, quarter = printed(area, line, "jun_2021"), printed(area, line, "ytd_2021_22")
    assert june is not None
    assert quarter is not None
    rest = (MONTHS * mean - quarter) / 9 - mean
    squares = (june - mean) ** 2 + 2 * ((quarter - june) / 2 - mean) ** 2 + 9 * rest**2
    return math.sqrt(squares / (MONTHS - 1))


def limits_too_narrow() -> set[Cell]:
    """Limits that June and the quarter alone break by over a tenth, whatever the rounding of the limits."""
    found = set()
    for (area, line), row in published.printed_rows().items():
        if row.floored or "ytd_2021_22" not in row.cells:
            continue
        mean = min(
            (row.mean - ROUNDING_OF_A_LIMIT, row.mean, row.mean + ROUNDING_OF_A_LIMIT),
            key=lambda m: least_deviation(area, line, m),
        )
        if least_deviation(area, line, mean) > 1.1 * (row.deviation + ROUNDING_OF_A_LIMIT / 2):
            found.add((area, line, "limits"))
    return found


def test_the_sums_that_fail_are_those_that_exclusions_mend() -> None:
    assert sorted(parts_that_do_not_sum(use_exclusions=False)) == sorted(
        [
            "areas business_robbery jun_2022",
            "categories north_worcestershire jun_2022",
            "categories north_worcestershire ytd_2022_23",
            "categories north_worcestershire ytd_2021_22",
            "force per cent theft_from_person",
            "force per cent criminal_damage_arson",
        ]
    )
    assert list(parts_that_do_not_sum(use_exclusions=True)) == []


def test_limits_too_narrow_are_excluded_and_no_others() -> None:
    listed = {key for key, e in published.exclusions().items() if e.rule == "limits_too_narrow"}
    # this row's limits fail too, but only because its quarter is a copy: its counts are excluded, not its limits
    assert limits_too_narrow() - {("north_worcestershire", "domestic_abuse", "limits")} == listed


def test_the_copied_row_repeats_another() -> None:
    for cell in ("ytd_2022_23", "ytd_2021_22", "ytd_pct_change"):
        assert printed("north_worcestershire", "domestic_abuse", cell) == printed(
            "north_worcestershire", "anti_social_behaviour", cell
        )
        assert published.excluded("north_worcestershire", "domestic_abuse", cell)


def test_serious_violence_limits_lie_below_a_part_of_it() -> None:
    rows = published.printed_rows()
    assert rows[FORCE, "serious_violence"].mean < rows[FORCE, "violence_with_injury"].mean
    assert rows[FORCE, "serious_violence"].cells["lcl"] == rows[FORCE, "alcohol"].cells["lcl"]
    assert published.excluded(FORCE, "serious_violence", "limits")


def test_no_force_limit_is_wider_than_its_areas_together_unless_excluded() -> None:
    rows = published.printed_rows()
    lines = (TOTAL, *CATEGORIES, "incidents", "anti_social_behaviour")
    wider = {
        line
        for line in lines
        if rows[FORCE, line].deviation > sum(rows[area, line].deviation for area in AREAS) + 6 * ROUNDING_OF_A_LIMIT / 2
    }
    assert wider == {"anti_social_behaviour"}
    assert published.excluded(FORCE, "anti_social_behaviour", "limits")


def test_swapped_rows_cannot_hold_as_printed() -> None:
    bicycles = published.printed_rows()[FORCE, "bicycle_theft"]
    assert bicycles.cells["outcomed_ytd"] > MONTHS * bicycles.cells["ucl"]
    for cell in ("outcomed_ytd", "positive_action_pct", "outcome16_pct"):
        assert published.wanted(FORCE, "bicycle_theft", cell) == printed(FORCE, "shoplifting", cell)
        assert published.wanted(FORCE, "shoplifting", cell) == printed(FORCE, "bicycle_theft", cell)


def test_every_exclusion_has_a_rule_that_is_proved_here() -> None:
    proved = {
        "limits_too_narrow",
        "row_copied",
        "parts_and_total",
        "part_above_whole",
        "spread_above_parts",
        "rows_swapped",
    }
    assert {e.rule for e in published.exclusions().values()} == proved
    for area, line, cell in published.exclusions():
        names = ("ucl", "lcl") if cell == "limits" else (cell,)
        assert all(printed(area, line, name) is not None for name in names)


def _disproved() -> list[dict[str, str]]:
    path = Path(published.__file__).parent / "published" / "disproved_facts.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("fact", _disproved(), ids=lambda fact: fact["key"])
def test_disproved_facts_do_not_follow(fact: dict[str, str]) -> None:
    left, right, shown = float(fact["left"]), float(fact["right"]), float(fact["printed"])
    follows = {
        "sum": left + right,
        "difference": left - right,
        "percent_of": 100 * left / right,
    }
    if fact["relation"] == "mean_of_two":
        # the cumulative rate of a quarter that is the mean of its first two months leaves the third out
        assert abs((left + right) / 2 - shown) < 0.06
    else:
        assert abs(follows[fact["relation"]] - shown) > 0.5


@pytest.mark.shared
def test_our_copy_is_what_was_transcribed(shared: Path) -> None:
    with (shared / "golden" / "seeds" / "crime_tables_2022_06.csv").open(encoding="utf-8", newline="") as stream:
        transcribed = list(csv.DictReader(stream))
    ours = list(published.printed_rows().values())
    assert len(transcribed) == len(ours)
    names = {"outcome16_pct": "outcome16_pct", "ytd_pct_change": "ytd_pct_change_published"}
    for theirs, row in zip(transcribed, ours, strict=True):
        for cell, value in row.cells.items():
            assert theirs[names.get(cell, cell)] == str(value)


def test_no_part_of_an_invented_return_exceeds_its_whole() -> None:
    parts = (line for line in listed() if line.denominator is not None and line.numerator <= line.denominator)
    lines = [line for line in parts if line.key != "budget_spend"]  # spending may exceed the budget
    assert {"ict_availability", "foi_on_time"} <= {line.key for line in lines}
    rng = np.random.default_rng(3)
    for line in lines:
        drawn = [_value(line, exact=False, rng=rng) for _ in range(200)]
        assert all(top <= base for top, base in drawn), line.key
