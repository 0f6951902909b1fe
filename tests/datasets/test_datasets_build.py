"""A build: the contracts' columns and values, the same records from the same seed, any scale, any number of forces."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from upstream.cli.settings import load_settings
from upstream.datasets import Manifest, build
from upstream.datasets.ages import bands
from upstream.datasets.build import read_manifest
from upstream.datasets.monthly import YearWanted, construct_year
from upstream.datasets.offences import OFFENCES
from upstream.datasets.sampling import choose_in_groups, thin
from upstream.datasets.writing import TableFile
from upstream.errors import BadInput
from upstream.periods import Month

TABLES = (
    "ages_and_sexes", "ambulance_incidents", "arrests", "contacts", "crimes", "ed_assaults", "fire_incidents",
    "housing_stock", "incidents", "iom_cohort", "licensed_premises", "open_investigations", "outcomes",
    "people_in_crimes", "problem_plans", "returns", "road_collisions", "school_exclusions", "stop_searches",
    "survey_responses", "unresourced",
)  # fmt: skip
TYPES = {
    "text": pa.string(), "category": pa.string(), "pseudonym": pa.string(), "integer": pa.int64(),
    "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


def contract(table: str) -> dict[str, Any]:
    return tomllib.loads(files("upstream.records.contracts").joinpath(f"{table}.toml").read_text("utf-8"))


def code_list(name: str) -> set[str]:
    return set(tomllib.loads(files("upstream.records.code_lists").joinpath(f"{name}.toml").read_text("utf-8"))["codes"])


def digest(manifest: Manifest) -> dict[str, str]:
    return {
        table: hashlib.sha256((manifest.folder / held["file"]).read_bytes()).hexdigest()
        for table, held in manifest.tables.items()
    }


def test_every_force_table_is_built(small_force: Manifest) -> None:
    assert sorted(small_force.tables) == sorted(TABLES)
    for table, held in small_force.tables.items():
        assert pq.ParquetFile(small_force.folder / held["file"]).metadata.num_rows == held["rows"] > 0, table


@pytest.mark.parametrize("table", TABLES)
def test_tables_follow_their_contract(small: duckdb.DuckDBPyConnection, small_force: Manifest, table: str) -> None:
    columns = contract(table)["columns"]
    schema = pq.read_schema(small_force.folder / f"{table}.parquet")
    assert schema.names == [c["name"] for c in columns]
    for column in columns:
        name = column["name"]
        assert schema.field(name).type == TYPES[column["type"]], name
        if column.get("required"):
            assert small.execute(f"select count(*) from {table} where {name} is null").fetchone() == (0,), name
        if column["type"] in ("date", "timestamp"):
            continue
        held = {v for (v,) in small.execute(f"select distinct {name} from {table}").fetchall()} - {None}
        allowed = set(column.get("allowed", ()))
        if column.get("code_list", "areas") != "areas":
            allowed = code_list(column["code_list"])
        elif "code_list" in column:
            allowed = {"A", "B", "C", "D", "E", small_force.force}
        assert not allowed or held <= allowed, name
        if "minimum" in column:
            assert min(held) >= column["minimum"], name
        if column["type"] == "pseudonym":
            assert all(len(v) == 64 and set(v) <= set("0123456789abcdef") for v in held), name


@pytest.mark.parametrize("table", TABLES)
def test_keys_are_unique_at_full_size(full: duckdb.DuckDBPyConnection, table: str) -> None:
    key = ", ".join(contract(table)["key"])
    assert full.execute(
        f"select count(*) from (select {key} from {table} group by {key} having count(*) > 1)"
    ).fetchone() == (0,)


def test_local_days_are_those_of_london(small: duckdb.DuckDBPyConnection) -> None:
    for table, moment, day in (
        ("crimes", "recorded_at", "recorded_on"),
        ("incidents", "opened_at", "opened_on"),
        ("contacts", "queued_at", "queued_on"),
        ("arrests", "arrested_at", "arrested_on"),
        ("stop_searches", "searched_at", "searched_on"),
        ("ed_assaults", "assault_at", "assaulted_on"),
        ("ambulance_incidents", "called_at", "called_on"),
        ("fire_incidents", "happened_at", "happened_on"),
    ):
        wrong = small.execute(
            f"select count(*) from {table} where ({moment} at time zone 'Europe/London')::date <> {day}"
        ).fetchone()
        assert wrong == (0,), table


def test_people_and_outcomes_belong_to_crimes(full: duckdb.DuckDBPyConnection) -> None:
    stray = full.execute(
        "select count(*) from people_in_crimes p left join crimes c using (crime_ref) "
        "where c.crime_ref is null or c.category <> p.category or c.recorded_on <> p.recorded_on or c.area <> p.area"
    ).fetchone()
    assert stray == (0,)
    # only the crimes of the half-uploaded month are missing
    lost, early, twice = (
        full.execute(
            "select count(*) filter (c.crime_ref is null), count(*) filter (o.outcome_on < c.recorded_on), "
            "count(*) - count(distinct o.crime_ref) from outcomes o left join crimes c using (crime_ref)"
        ).fetchone()
        or (None,) * 3
    )
    assert early == 0
    assert 0 < lost < 1000
    assert twice < 0.03 * full.execute("select count(*) from outcomes").fetchone()[0]


def test_everybody_has_one_sex_and_grows_older_from_crime_to_crime(small: duckdb.DuckDBPyConnection) -> None:
    order = "list_position(['" + "', '".join(bands()) + "'], age_band)"
    younger, both = small.execute(
        f"select count(*) filter (band < before), count(*) from (select person, {order} as band, lag({order}) over "
        "(partition by person order by recorded_on) as before from ages_and_sexes where age_band is not null)"
    ).fetchone() or (None, None)
    assert younger == 0 < both
    sexes = small.execute("select max(n) from (select count(distinct sex) as n from ages_and_sexes group by person)")
    assert sexes.fetchone() == (1,)
    stray = small.execute(
        "select count(*) from ages_and_sexes a left join people_in_crimes p using (crime_ref, person) "
        "where p.business is distinct from false or p.recorded_on <> a.recorded_on"
    ).fetchone()
    assert stray == (0,)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, small_force: Manifest) -> None:
    again = build(tmp_path / "again", scale=0.02)
    assert digest(again) == digest(small_force)
    for name in small_force.places:
        assert (again.folder / name).read_bytes() == (small_force.folder / name).read_bytes()
    other = build(tmp_path / "other", scale=0.02, seed=7)
    assert digest(other)["crimes"] != digest(small_force)["crimes"]


def test_scale_thins_the_counts(small_force: Manifest, synthetic_force: Manifest) -> None:
    for table in ("crimes", "incidents", "contacts", "outcomes"):
        ratio = small_force.tables[table]["rows"] / synthetic_force.tables[table]["rows"]
        assert ratio == pytest.approx(0.02, rel=0.05), table


def test_the_force_is_of_real_size(synthetic_force: Manifest, full: duckdb.DuckDBPyConnection) -> None:
    row = full.execute(
        "select count(*) from crimes where record_kind = 'crime' and status <> 'cancelled' "
        "and recorded_on between '2021-07-01' and '2022-06-30'"
    ).fetchone()
    assert row is not None
    assert 85_000 < row[0] < 100_000
    assert (synthetic_force.first, synthetic_force.last) == (Month(2018, 7), Month(2022, 6))


def test_several_forces_differ(tmp_path: Path) -> None:
    manifest = build(tmp_path, scale=0.005, forces=2, first=Month(2021, 4))
    (other,) = manifest.others
    assert manifest.force != other.force
    assert manifest.folder != other.folder
    # tables so small that nothing may be in them can be equal
    for table in ("crimes", "people_in_crimes", "incidents", "contacts", "outcomes", "survey_responses"):
        assert digest(manifest)[table] != digest(other)[table], table


def test_the_manifest_and_the_settings_read_back(small_force: Manifest) -> None:
    assert read_manifest(small_force.folder) == small_force
    settings = load_settings(small_force.folder / "upstream.toml")
    assert settings.force_key == small_force.force
    assert [area.code for area in settings.areas] == ["A", "B", "C", "D", "E"]
    with pytest.raises(BadInput, match="no synthetic force"):
        read_manifest(small_force.folder / "places")


def test_the_map_is_whole(small_force: Manifest, small: duckdb.DuckDBPyConnection) -> None:
    folder = small_force.folder / "places"
    features = json.loads((folder / "lsoa21_boundaries.geojson").read_text("utf-8"))["features"]
    shapes = [shapely.Polygon(f["geometry"]["coordinates"][0]) for f in features]
    codes = {f["properties"]["lsoa21_code"] for f in features}
    assert 250 <= len(codes) == len(features) <= 800
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-3)
    assert len({f["properties"]["ltla24_code"] for f in features}) == 5
    # in the open sea, so that no small area can be taken for a real one
    west, south, east, north = shapely.union_all(shapes).bounds
    assert 0.8 < west < east < 3
    assert 53.4 < south < north < 55.5
    for name in (
        "census2021_population_lsoa21.csv",
        "imd2019_deprivation_lsoa21.csv",
        "rural_urban_lsoa21.csv",
        "lookup_lsoa21_areas.csv",
    ):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert {row["lsoa21_code"] for row in rows} == codes, name
    held = {code for (code,) in small.execute("select distinct lsoa from crimes").fetchall()}
    assert held <= codes


@pytest.mark.shared
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("census2021_population_lsoa21.csv", "population/census2021_lsoa21_residents_households_england_wales.csv.gz"),
        ("rural_urban_lsoa21.csv", "geography/rural_urban_2021_lsoa21_england_wales.csv.gz"),
        ("lookup_lsoa21_areas.csv", "geography/lookup_lsoa21_ward24_lad24_csp24_pfa24_england_wales.csv.gz"),
    ],
)
def test_layouts_are_those_of_the_open_data(small_force: Manifest, shared_data: Path, ours: str, theirs: str) -> None:
    with gzip.open(shared_data / theirs, "rt", encoding="utf-8-sig") as stream:
        real = next(csv.reader(stream))
    with (small_force.folder / "places" / ours).open(encoding="utf-8") as stream:
        assert next(csv.reader(stream)) == real


@pytest.mark.shared
def test_offence_codes_are_the_home_office_ones(shared_data: Path) -> None:
    path = shared_data / "recorded-crime" / "home_office_offence_to_police_uk_category.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        known = {code for row in csv.DictReader(stream) for code in row["Offence_Code"].split("/")}
    assert {code for offences in OFFENCES.values() for code, _, _ in offences} <= known


def test_what_cannot_be_built_is_refused(tmp_path: Path) -> None:
    for wrong in ({"scale": 0}, {"scale": float("nan")}, {"forces": 0}, {"first": Month(2022, 7)}):
        with pytest.raises(BadInput):
            build(tmp_path, **wrong)  # the values are the point of the test
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("first", "last"),
    [(Month(2022, 6), Month(2022, 6)), (Month(2018, 7), Month(2019, 3)), (Month(2022, 1), Month(2022, 12))],
)
def test_any_span_and_any_size_can_be_built(tmp_path: Path, first: Month, last: Month) -> None:
    manifest = build(tmp_path, scale=0.002, first=first, last=last)
    assert sorted(manifest.tables) == sorted(TABLES)
    days = pq.read_table(manifest.folder / "crimes.parquet", columns=["recorded_on"])["recorded_on"].to_pylist()
    assert {Month.of(min(days)), Month.of(max(days))} <= {first, last}


def test_a_batch_with_a_column_too_few_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="arrest_ref"):
        TableFile(tmp_path, "arrests").add({"area": ["A"]})


def test_constructed_years_keep_june_quarter_and_year() -> None:
    cell, free = np.ones((1, 1)), np.zeros(1)
    wanted = YearWanted(
        june=np.array([[95]]),
        quarter=np.array([[270]]),
        year=np.array([[1200]]),
        deviation=12 * cell,
        weight=cell,
        line_deviation=np.ones(1),
        line_weight=free,
        area_deviation=np.ones(1),
        area_weight=free,
    )
    year = construct_year(np.full((1, 1, 12), 100.0), wanted)[0, 0]
    assert (year[2], year[:3].sum(), year.sum()) == (95, 270, 1200)
    assert year.std(ddof=1) == pytest.approx(12, rel=0.03)


def test_exactly_so_many_of_each_group_are_chosen() -> None:
    rng = np.random.default_rng(5)
    group = rng.integers(0, 4, 1000)
    chosen = choose_in_groups(group, np.where(np.arange(1000) < 500, 5.0, 1.0), np.array([10, 0, 200, 7]), rng)
    assert np.bincount(group[chosen], minlength=4).tolist() == [10, 0, 200, 7]
    assert chosen[:500].sum() > 1.3 * chosen[500:].sum()


def test_thinning_keeps_the_mean() -> None:
    rng = np.random.default_rng(5)
    counts = np.full(20_000, 10)
    assert thin(counts, 0.3, rng).mean() == pytest.approx(3, abs=0.05)
    assert thin(counts, 2.5, rng).mean() == pytest.approx(25, abs=0.06)
    assert thin(counts, 1.0, rng).tolist() == counts.tolist()
