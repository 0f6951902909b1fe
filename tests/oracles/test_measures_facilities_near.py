"""Facilities near a place, against every row of the registers looked through."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stores import filled
from upstream.errors import BadInput
from upstream.measures.facilities_near import facilities_near
from upstream.store import ReadingScope, Store

SCOPE = ReadingScope("tester", "tests", frozenset())
HERE = (400_000.0, 300_000.0)
DAY = dt.date(2022, 6, 30)


def _premises(rng: np.random.Generator) -> list[dict[str, Any]]:
    return [
        {
            "authority": "Ham", "licence_ref": f"L{number}", "name": f"The Ship {number}", "kind": "premises_licence",
            "status": ["current", "suspended", None, "ended"][number % 4], "as_at": DAY,
            "easting": None if number % 9 == 0 else HERE[0] + float(rng.integers(-1500, 1500)),
            "northing": HERE[1] + float(rng.integers(-1500, 1500)),
        }
        for number in range(120)
    ]  # fmt: skip


def _schools() -> list[dict[str, Any]]:
    return [
        {
            "school_urn": f"9000{school}", "school": f"School {school}", "period_from": dt.date(2022, term, 1),
            "period_to": dt.date(2022, term + 2, 28), "kind": kind, "reason_given": "weapon",
            "exclusions": 2, "as_at": DAY,
            # the school moved
            "easting": HERE[0] + 100.0 * school + (5_000 if term == 1 else 0), "northing": HERE[1],
        }
        for school in range(3) for term in (1, 4) for kind in ("suspension", "permanent")
    ]  # fmt: skip


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, list[dict[str, Any]]]:
    premises = _premises(np.random.default_rng(17))
    folder = tmp_path_factory.mktemp("registers") / "store"
    return filled(folder, {"licensed_premises": premises, "school_exclusions": _schools()}), premises


def test_those_within_reach_nearest_first(registers: tuple[Store, list[dict[str, Any]]]) -> None:
    store, premises = registers
    found = facilities_near(store, SCOPE, HERE, 600)
    standing = [row for row in premises if row["status"] in (None, "current")]
    expected = sorted(
        (math.hypot(row["easting"] - HERE[0], row["northing"] - HERE[1]), f"Ham {row['licence_ref']}")
        for row in standing
        if row["easting"] is not None
    )
    pubs = [one for one in found.facilities if one.kind == "licensed premises"]
    assert [(one.metres, one.reference) for one in pubs] == [pair for pair in expected if pair[0] <= 600]
    assert pubs, "the test needs some"
    assert {one.source for one in pubs} == {"licensed_premises"}
    assert found.without_point == sum(row["easting"] is None for row in standing)
    assert [one.metres for one in found.facilities] == sorted(one.metres for one in found.facilities)


def test_a_school_is_one_facility_where_its_latest_term_has_it(registers: tuple[Store, list[dict[str, Any]]]) -> None:
    found = facilities_near(registers[0], SCOPE, HERE, 150, kinds=["school"])
    assert [(one.name, one.metres, one.source) for one in found.facilities] == [
        ("School 0", 0.0, "school_exclusions"),
        ("School 1", 100.0, "school_exclusions"),
    ]


def test_what_is_not_held_is_not_said_to_be_nothing(tmp_path: Path) -> None:
    found = facilities_near(Store(tmp_path / "store"), SCOPE, HERE, 500)
    assert (found.facilities, found.not_held) == ((), ("licensed premises", "school"))


@pytest.mark.parametrize(("near", "metres"), [(HERE, 0), (HERE, 50_000), ((float("nan"), 1.0), 100)])
def test_no_place_and_no_distance_are_refused(tmp_path: Path, near: tuple[float, float], metres: float) -> None:
    with pytest.raises(BadInput):
        facilities_near(Store(tmp_path / "store"), SCOPE, near, metres)
