"""A store of records written row by row, for tests that recount them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from upstream.records.contract import contract
from upstream.records.sources import police_uk
from upstream.store import Store, mark_personal

TYPES = {"text": pa.string(), "category": pa.string(), "pseudonym": pa.string(), "date": pa.date32(),
         "timestamp": pa.timestamp("us", "UTC"), "integer": pa.int64(), "number": pa.float64(),
         "boolean": pa.bool_()}  # fmt: skip
Rows = list[dict[str, Any]]


def put(store: Store, table: str, rows: Rows) -> None:
    """One file of a table, as its contract has it; columns that a row lacks are empty."""
    held = contract(table)
    schema = pa.schema([(column.name, TYPES[column.type]) for column in held.columns])
    schema = mark_personal(schema, [column.name for column in held.columns if column.personal])
    path = store.folder(table) / "all.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    store.commit(table, schema=schema, note={}, made_from=None, add=[path])


def filled(folder: Path, records: dict[str, Rows]) -> Store:
    """A new store of these tables."""
    store = Store(folder)
    for table, rows in records.items():
        put(store, table, rows)
    return store


STREET_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)
Crime = tuple[str, str, str, str, str]
"""Month (YYYY-MM), longitude, latitude, small area, type: all as the files of police.uk print them."""


def street_files(folder: Path, crimes: list[Crime]) -> Store:
    """A new store of open data of one force, Kent, one file a month that any crime names."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for month in sorted({crime[0] for crime in crimes}):
        lines = [
            f",{month},Kent Police,Kent Police,{lon},{lat},On,{lsoa},Ham 001A,{kind},,"
            for when, lon, lat, lsoa, kind in crimes
            if when == month
        ]
        files.append(folder / f"{month}-kent-street.csv")
        files[-1].write_text("\n".join([STREET_HEADER, *lines]) + "\n", "utf-8")
    store = Store(folder / "store")
    police_uk.add(store, files, who="tests")
    return store
