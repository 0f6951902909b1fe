"""police.uk rows by area: small-area codes of either census carried to partnerships, and nothing dropped."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.measures.calculate import calculate
from upstream.measures.definition import Definition
from upstream.measures.loading import load_file
from upstream.measures.result import FORCE, NOT_KNOWN, Results
from upstream.periods import Month
from upstream.places.tables import AREAS, CHANGES, PlaceTable
from upstream.records.contract import contract
from upstream.store import Store

TO = Month(2022, 6)
DEFINITION = """key = "m"
title = "T"
question = "Q?"
kind = "count"
table = "street_crimes"
good = "lower"
objective = "o"
key_question = "k"
owner = "Head of Performance"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
"""
# code, name, rows: two districts of one partnership, a code of 2011 that was split, one far away, one blank
ROWS = [
    ("E1", "Northtown 001A", 30),
    ("E2", "Southtown 002B", 20),
    ("E3", "Eastham 001A", 25),
    ("E0", "Northtown 001C", 10),
    ("X9", "Elsewhere 009Z", 3),
    (None, None, 7),
]


def committed(store: Store, table: PlaceTable, rows: list[dict[str, object]]) -> None:
    path = store.folder(table.name) / "rows.parquet"
    full = [{name: row.get(name) for name in table.schema.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(full, schema=table.schema), path)
    store.commit(table.name, schema=table.schema, note={}, made_from=None, add=[path])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "store")
    of = contract("street_crimes")
    lsoa, name = ([row[at] for row in ROWS for _ in range(row[2])] for at in (0, 1))
    held = {"lsoa": lsoa, "lsoa_name": name, "force": ["testshire"] * len(lsoa), "month": ["2022-06"] * len(lsoa)}
    held |= {"month_on": [dt.date(2022, 6, 1)] * len(lsoa), "category": ["burglary"] * len(lsoa)}
    path = found.folder("street_crimes") / "rows.parquet"
    columns = {f.name: pa.array(held.get(f.name, [None] * len(lsoa)), f.type) for f in of.schema}
    pq.write_table(pa.table(columns, schema=of.schema), path)
    found.commit("street_crimes", schema=of.schema, note={}, made_from=None, add=[path])
    return found


@pytest.fixture
def definition(tmp_path: Path) -> Definition:
    (tmp_path / "m.toml").write_text(DEFINITION, "utf-8")
    return load_file(tmp_path / "m.toml")[0]


def look_ups(store: Store) -> None:
    place = {"in_2011": False, "in_2021": True, "edition": 2024}
    partnership = {"csp_code": "C1", "csp_name": "Upper Partnership"}
    rows = [
        {**place, **partnership, "lsoa": code, "name": name, "district_code": district, "district_name": district}
        for code, name, district in (("E1", "Northtown 001A", "Northtown"), ("E2", "Southtown 002B", "Southtown"))
    ]
    rows.append({**place, "lsoa": "E3", "name": "Eastham 001A", "district_code": "D3", "district_name": "Eastham"})
    committed(store, AREAS, rows)
    split = [{"lsoa11": "E0", "lsoa21": code, "change": "S"} for code in ("E1", "E2")]
    committed(store, CHANGES, split)


def run(store: Store, definition: Definition, areas: dict[str, str]) -> Results:
    return calculate([definition], store, to=TO, areas=areas, force="testshire", force_name="Testshire")


def figures(results: Results) -> dict[str, float]:
    return {area: one.latest.value for area, one in results.measures["m"].series.items()}


def test_without_look_ups_the_name_of_a_small_area_gives_its_district(store: Store, definition: Definition) -> None:
    found = figures(run(store, definition, {}))
    assert found == {FORCE: 95, "Northtown": 40, "Southtown": 20, "Eastham": 25, "Elsewhere": 3, NOT_KNOWN: 7}


def test_look_ups_carry_codes_of_either_census_to_partnerships(store: Store, definition: Definition) -> None:
    look_ups(store)
    results = run(store, definition, {})
    found = figures(results)
    # both pieces of the split code lie in one partnership, so its rows stay whole
    assert found == {FORCE: 95, "Upper Partnership": 60, "Eastham": 25, NOT_KNOWN: 10}
    assert results.areas[NOT_KNOWN] == "Outside the force or not known"


def test_areas_of_the_settings_are_found_by_code(store: Store, definition: Definition) -> None:
    look_ups(store)
    found = figures(run(store, definition, {"C1": "Upper", "Eastham": "East"}))
    assert found == {FORCE: 95, "C1": 60, "Eastham": 25, NOT_KNOWN: 10}
    assert found[FORCE] == np.sum([value for area, value in found.items() if area != FORCE])
