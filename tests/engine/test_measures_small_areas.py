"""police.uk rows by area: small-area codes of either census carried to partnerships, and nothing dropped."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from upstream.cli.main import upstream
from upstream.errors import BadInput, NotHeld
from upstream.measures.calculate import calculate
from upstream.measures.definition import Definition
from upstream.measures.loading import load_file, load_packs
from upstream.measures.result import FORCE, NOT_KNOWN, Results
from upstream.measures.small_areas import SmallAreaCounts, small_area_counts
from upstream.periods import Month
from upstream.places.add import add_places
from upstream.places.tables import AREAS, CHANGES, POPULATION, PlaceTable
from upstream.records.sources import police_uk
from upstream.records.sources.police_uk_layouts import STREET
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
    lines = [",".join(STREET.headers)]
    for code, name, rows in ROWS:
        lines += [f",2022-06,Testshire Police,Testshire Police,,,X,{code or ''},{name or ''},Burglary,,"] * rows
    path = tmp_path / "2022-06-testshire-street.csv"
    path.write_text("\n".join(lines), "utf-8")
    found = Store(tmp_path / "store")
    police_uk.add(found, [path], who="tester")
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


def residents(store: Store, counts: dict[str, int]) -> None:
    rows = [{"lsoa": code, "period": "census-2021", "vintage": 2021, "residents": n} for code, n in counts.items()]
    committed(store, POPULATION, rows)


def counted(store: Store, definition: Definition, **given: Any) -> SmallAreaCounts:
    return small_area_counts(definition, store, to=TO, force="testshire", **given)


def test_a_split_code_is_shared_out_by_residents_and_marked(store: Store, definition: Definition) -> None:
    look_ups(store)
    residents(store, {"E1": 1_000, "E2": 2_000})
    found = counted(store, definition)
    assert [(one.code, one.area, one.count, one.estimated) for one in found.areas] == [
        ("E1", "Upper Partnership", 30 + Fraction(10, 3), True),
        ("E2", "Upper Partnership", 20 + Fraction(20, 3), True),
    ]
    # E3 is an area of the force, but not of the look-up between the censuses
    assert (found.unknown, found.without, found.total) == ((("E3", 25), ("X9", 3)), 7, 95)
    assert sum(one.count for one in found.areas) + 28 + 7 == found.total
    assert found.by_residents
    assert [one.count for one in counted(store, definition, vintage=2011).areas] == [60]


def test_without_a_population_a_split_is_shared_evenly(store: Store, definition: Definition) -> None:
    look_ups(store)
    found = counted(store, definition)
    assert [one.count for one in found.areas] == [35, 25]
    assert not found.by_residents


def test_small_areas_of_one_area_or_code_alone(store: Store, definition: Definition) -> None:
    look_ups(store)
    found = counted(store, definition)
    assert found.of(["Upper Partnership"]) == found.of([]) == found
    assert [one.code for one in found.of(["E2"]).areas] == ["E2"]
    assert found.of(["E2"]).total == 95
    with pytest.raises(BadInput, match="no row of m in 'Nowhere'"):
        found.of(["Nowhere"])


def test_a_missing_month_is_refused_and_never_counted_as_nothing(store: Store, definition: Definition) -> None:
    look_ups(store)
    with pytest.raises(NotHeld, match="2022-04, 2022-05 of street_crimes are missing, which is not zero"):
        counted(store, definition, span=3)


def test_without_a_look_up_it_says_what_to_add(store: Store, definition: Definition) -> None:
    with pytest.raises(NotHeld, match="places add lookup"):
        counted(store, definition)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('kind = "count"', "no count of rows"),
        ('table = "street_crimes"', "which has no small areas"),
    ],
)
def test_a_measure_without_small_areas_is_refused(tmp_path: Path, store: Store, change: str, said: str) -> None:
    to = {'kind = "count"': 'kind = "rate"', 'table = "street_crimes"': 'table = "contacts"'}[change]
    (tmp_path / "m.toml").write_text(DEFINITION.replace(change, to), "utf-8")
    with pytest.raises(BadInput, match=said):
        counted(store, load_file(tmp_path / "m.toml")[0])


def shown(store: Store, *arguments: str, disclosure: str = "internal") -> str:
    config = store.root.parent / "upstream.toml"
    config.write_text(f'[force]\nkey = "testshire"\n[report]\ndisclosure = "{disclosure}"\n', "utf-8")
    command = ["--config", str(config), "measures", "small-areas", "street_total", "--to", "2022-06", *arguments]
    result = CliRunner().invoke(upstream, command)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_line_marks_estimates(store: Store) -> None:
    look_ups(store)
    residents(store, {"E1": 1_000, "E2": 2_000})
    text = " ".join(shown(store).split())
    assert "E1 Northtown 001A Upper Partnership 33.3 estimated" in text
    assert "Total 95 = 60 in small areas of 2021 + 28 with codes that the look-up does not have + 7 without" in text
    assert "Codes not in the look-up: E3, X9." in text
    assert "shared out by the residents of its parts" in text
    found = json.loads(shown(store, "--json"))
    assert found["small_areas"][0] == {
        "code": "E1",
        "name": "Northtown 001A",
        "area": "Upper Partnership",
        "count": pytest.approx(100 / 3),
        "estimated": True,
    }
    assert (found["total"], found["unknown_codes"], found["shared_by"]) == (95, {"E3": 25, "X9": 3}, "residents")


def test_the_public_sees_small_counts_rounded_or_not_at_all(store: Store) -> None:
    look_ups(store)
    residents(store, {"E1": 1_000, "E2": 2_000})
    text = " ".join(shown(store, disclosure="public").split())
    assert "E1 Northtown 001A Upper Partnership 35 estimated" in text
    assert "Counts to the nearest 5, each by itself; under 5 suppressed." in text
    found = json.loads(shown(store, "--json", disclosure="public"))
    assert [one["count"] for one in found["small_areas"]] == [35, 25]
    assert found["unknown_codes"] == {"E3": 25, "X9": None}


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_both_engines_give_the_same_small_areas(store: Store, definition: Definition) -> None:
    look_ups(store)
    residents(store, {"E1": 1_000, "E2": 2_000})
    ours, theirs = counted(store, definition), counted(store, definition, engine="spark")
    assert replace(ours, query="") == replace(theirs, query="")
    assert ours.query != theirs.query


@pytest.mark.shared
def test_real_crimes_on_one_map_are_those_of_an_independent_count(tmp_path: Path, shared_data: Path) -> None:
    """Northumbria to June 2021 carries codes of 2011; pieces of a split code get its rows by residents."""
    store = Store(tmp_path / "store")
    police_uk.add(store, [shared_data / "police-uk" / "northumbria-street.zip"], who="tester")
    geography, population = shared_data / "geography", shared_data / "population"
    changes = geography / "lookup_lsoa11_lsoa21_lad22_england_wales.csv.gz"
    census = population / "census2021_lsoa21_residents_households_england_wales.csv.gz"
    add_places(store, "lookup", changes, who="tester")
    add_places(store, "population", census, who="tester")
    (definition,) = (d for d in load_packs(["police_uk"])[0].definitions if d.key == "street_total")
    found = small_area_counts(definition, store, to=Month(2021, 6), span=6, force="northumbria")
    files = [str(file) for file in store.snapshot("street_crimes").files]
    recount = duckdb.sql(
        f"""with crimes as (select lsoa, count(*) n from read_parquet({files!r})
            where month between '2021-01' and '2021-06' and category <> 'anti_social_behaviour' group by lsoa),
          pieces as (select lsoa11_code, lsoa21_code, total_residents residents,
              sum(total_residents) over (partition by lsoa11_code) whole
            from read_csv('{changes}') c join read_csv('{census}') p using (lsoa21_code))
        select lsoa21_code, sum(n * residents / whole) from crimes join pieces on lsoa = lsoa11_code group by 1"""
    ).fetchall()
    assert {one.code: float(one.count) for one in found.areas} == pytest.approx(dict(recount))
    assert found.total == 64_796
    assert sum(one.count for one in found.areas) + sum(n for _, n in found.unknown) + found.without == found.total
    assert any(one.estimated for one in found.areas)
