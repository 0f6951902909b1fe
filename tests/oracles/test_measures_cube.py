"""Counts of a cube against the records themselves, one by one; DuckDB and Spark alike."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planted_map import FIRST, LAST, SCOPE, crimes
from stores import Rows, filled, street_files
from upstream.errors import NotHeld
from upstream.measures.crime_types import CRIMES_OF
from upstream.measures.cube import Cube, cube, look
from upstream.periods import Month
from upstream.store import Store


@pytest.fixture(scope="module")
def rows() -> Rows:
    made = crimes(np.random.default_rng(8))[::9]
    for at, row in enumerate(made):
        row["area"] = [None, "A", "B"][at % 3]
        row["lsoa"] = row["lsoa"] if at % 11 else None
        row["status"] = "cancelled" if at % 13 == 0 else "recorded"
        row["record_kind"] = "crimed_incident" if at % 17 == 0 else "crime"
    return made


@pytest.fixture(scope="module")
def store(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return filled(tmp_path_factory.mktemp("cube"), {"crimes": rows})


@pytest.fixture(scope="module")
def whole(store: Store) -> Cube:
    return cube(store, "crimes", SCOPE)


def counted(rows: Rows, first: Month, last: Month, types: tuple[str, ...], areas: tuple[str, ...]) -> list[Any]:
    keys = {key for name in types for key in CRIMES_OF[name]}
    return [
        row
        for row in rows
        if first.first_day <= row["recorded_on"] <= last.last_day
        and (row["status"], row["record_kind"]) == ("recorded", "crime")
        and (not keys or row["category"] in keys)
        and (not areas or row["area"] in areas)
    ]


@pytest.mark.parametrize(
    ("types", "areas"), [((), ()), (("Burglary",), ()), (("Burglary", "Shoplifting"), ("A",)), (("Drugs",), ("A", "B"))]
)
def test_a_look_is_a_recount(whole: Cube, rows: Rows, types: tuple[str, ...], areas: tuple[str, ...]) -> None:
    first, last = FIRST + 3, LAST - 2
    own = counted(rows, first, last, types, areas)
    found = look(whole, first, last, types=types, areas=areas)
    assert found.total == len(own) == sum(found.small_areas.values()) + found.without
    assert found.small_areas == dict(Counter(row["lsoa"] for row in own if row["lsoa"]))
    by_month = Counter(Month.of(row["recorded_on"]) for row in own)
    assert dict(found.months) == {first + at: by_month[first + at] for at in range(last.index - first.index + 1)}


def test_months_that_are_not_held_are_not_nought(whole: Cube) -> None:
    found = look(whole, LAST - 1, LAST + 2)
    assert [count is None for _, count in found.months] == [False, False, True, True]
    with pytest.raises(NotHeld):
        cube(Store(Path("/nowhere")), "crimes", SCOPE)


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_spark_counts_the_same(whole: Cube, store: Store, spark: Any) -> None:
    other = cube(store, "crimes", SCOPE, engine="spark", spark=spark)
    looked = [look(of, FIRST, LAST, types=("Burglary",)) for of in (other, whole)]
    assert looked[0].small_areas == looked[1].small_areas
    assert (looked[0].months, looked[0].without, looked[0].total) == (
        looked[1].months, looked[1].without, looked[1].total
    )  # fmt: skip


def test_incidents_of_open_data_are_never_crimes(tmp_path: Path) -> None:
    kinds = ["Burglary"] * 3 + ["Anti-social behaviour"] * 2
    of = cube(street_files(tmp_path, [("2021-01", "0.5", "51.2", "E01000001", kind) for kind in kinds]),
              "street_crimes", SCOPE)  # fmt: skip
    january = Month.of(dt.date(2021, 1, 1))
    assert look(of, january, january).total == 3
    assert look(of, january, january, types=("Anti-social behaviour",)).total == 2
    assert of.open_data
