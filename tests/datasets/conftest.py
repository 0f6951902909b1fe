"""A connection over the Parquet files of a built force."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from upstream.datasets import Manifest


def connect(manifest: Manifest) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set threads to 2")
    for table, held in manifest.tables.items():
        connection.execute(f"create view {table} as select * from read_parquet('{manifest.folder / held['file']}')")
    return connection


@pytest.fixture(scope="session")
def full(synthetic_force: Manifest) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(synthetic_force) as connection:
        yield connection


@pytest.fixture(scope="session")
def small(small_force: Manifest) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(small_force) as connection:
        yield connection
