"""The packs that come with Upstream on DuckDB and on Spark: the same whole numbers, to the digit."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.datasets.build import build
from upstream.measures.asked import Asked
from upstream.measures.definition import Definition, Kind
from upstream.measures.gathering import gather
from upstream.measures.loading import load_packs, pack_names
from upstream.periods import Month, months
from upstream.records.contract import contract
from upstream.store import Snapshot

TO = Month(2022, 6)
AS_AT = dt.datetime(2022, 7, 1, tzinfo=dt.UTC)
STREET = ("street_crimes", "street_outcomes", "street_stops")
ROWS = 3_000
VALUES = {
    "force": ["testshire"],
    "category": ["anti_social_behaviour", "burglary", "drugs", "robbery", "shoplifting", "other_theft"],
    "lsoa": ["A", "B", None],
}


def one_of_each_family() -> list[Definition]:
    """Every definition of every pack but the pages; of a family, whose members differ by a code, the first."""
    found: dict[tuple[str, str, str | None], Definition] = {}
    for pack in load_packs():
        for definition in pack.definitions:
            if definition.kind != "page":
                key = (pack.key, definition.family or definition.key, definition.reading)
                found.setdefault(key, definition)
    return list(found.values())


def in_order(rows: pa.Table) -> list[str]:
    """Rows as text in one order; an engine's decimal of a whole number is that number."""
    names = sorted(rows.column_names)
    plain = ([int(row[n]) if isinstance(row[n], Decimal) else row[n] for n in names] for row in rows.to_pylist())
    return sorted(map(repr, plain))


def snapshot(name: str, files: tuple[Path, ...]) -> Snapshot:
    rows = sum(pq.read_metadata(file).num_rows for file in files)
    return Snapshot(name, 0, files, contract(name).schema, rows, AS_AT)


def street_table(name: str, definitions: list[Definition], folder: Path, rng: np.random.Generator) -> Snapshot:
    """Random rows with the outcomes that the pack's own filters name, blanks among them."""
    named = sorted({word for d in definitions for t in (d.numerator, d.denominator) if t and t.filter
                    for word in t.filter.text.split("'")[1::2]})  # fmt: skip
    month = [str(m) for m in rng.choice([str(m) for m in months(Month(2020, 7), TO)], ROWS)]
    first_days = [dt.date.fromisoformat(f"{m}-01") for m in month]
    day = [first + dt.timedelta(days=int(d)) for first, d in zip(first_days, rng.integers(0, 27, ROWS), strict=True)]
    columns: dict[str, list[Any]] = {
        "month": month, "month_on": first_days, "searched_on": day,
        "searched_at": [dt.datetime.combine(d, dt.time(12), dt.UTC) for d in day],
        "outcome": rng.choice(np.array([*named, None], dtype=object), ROWS).tolist(),
        "outcome_linked": rng.choice(np.array([True, False, None], dtype=object), ROWS).tolist(),
    }  # fmt: skip
    columns |= {column: rng.choice(np.array(of, dtype=object), ROWS).tolist() for column, of in VALUES.items()}
    schema = contract(name).schema
    made = pa.table([pa.array(columns.get(f.name, [None] * ROWS), f.type) for f in schema], schema=schema)
    pq.write_table(made, folder / f"{name}.parquet")
    return snapshot(name, (folder / f"{name}.parquet",))


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_every_pack_counts_the_same_on_spark_and_duckdb(tmp_path: Path, spark: Any) -> None:
    wanted = one_of_each_family()
    build(tmp_path / "force", scale=0.01)
    manifest = json.loads((tmp_path / "force" / "manifest.json").read_text("utf-8"))
    tables = {n: snapshot(n, (tmp_path / "force" / f["file"],)) for n, f in manifest["tables"].items()}
    rng = np.random.default_rng(11)
    tables |= {name: street_table(name, wanted, tmp_path, rng) for name in STREET}
    assert {d.pack for d in wanted} == set(pack_names())
    for definition in wanted:
        assert set(definition.tables) <= set(tables), definition.key
    asked = Asked(TO, {area: area for area in "ABCDE"}, manifest["force"])
    ours, theirs = gather(wanted, tables, asked, "duckdb"), gather(wanted, tables, asked, "spark", spark=spark)
    assert ours.daily.keys() == theirs.daily.keys() >= {*STREET, "crimes", "outcomes", "survey_responses", "contacts"}
    counted = 0
    for table, daily in ours.daily.items():
        np.testing.assert_array_equal(daily.rows, theirs.daily[table].rows, err_msg=table)
        for one, grid in daily.sums.items():
            np.testing.assert_array_equal(grid, theirs.daily[table].sums[one], err_msg=f"{table} {one}")
            counted += bool(grid.any())
    assert ours.other.keys() == theirs.other.keys()
    for key, answer in ours.other.items():
        assert in_order(answer.rows) == in_order(theirs.other[key].rows), key
        counted += bool(answer.rows.num_rows)
    assert {d.kind for d in wanted} == set(get_args(Kind)) - {"page"}
    assert counted > 100, "filters that nothing meets compare nothing"
