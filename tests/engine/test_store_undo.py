"""Taking back an add to a table merged by key, and what a quarantine about people needs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.errors import Refused
from upstream.periods import Month
from upstream.records.contract import contract
from upstream.records.entries import Entry, Source, entry_note, find_entry
from upstream.records.quality import month_facts
from upstream.records.quarantine import QuarantineFile, RefusedRow, commit_quarantine, quarantined
from upstream.records.status import status
from upstream.records.undo import undo
from upstream.store import ReadingScope, Store

TABLE = "unresourced"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def entry(number: int, before: int | None, table: str = TABLE) -> Entry:
    """An entry as an add to a force's own table makes it."""
    return Entry(
        id=f"{number:012x}",
        table=table,
        kind="add",
        who="tester",
        at=dt.datetime.now(dt.UTC),
        sources=(Source(f"{number}.csv", f"{number:064x}", 1, 1, 0),),
        read=1,
        accepted=1,
        quarantined=0,
        already_held=0,
        version_before=before,
        version_after=0,
    )


def a_file(store: Store, name: str, day: dt.date, rows: int) -> Path:
    of = contract(TABLE)
    path = store.folder(TABLE) / f"{name}.parquet"
    values = {column.name: None for column in of.columns} | {of.event_date: day}
    pq.write_table(pa.Table.from_pylist([values] * rows, schema=of.schema), path)
    return path


def commit(store: Store, number: int, add: list[Path], remove: list[Path]) -> None:
    before = store.version(TABLE) if store.holds(TABLE) else None
    # a table's own code may keep more in the note
    note = entry_note(entry(number, before)) | {"something_more": 1}
    store.commit(TABLE, schema=contract(TABLE).schema, note=note, made_from=before, add=add, remove=remove)


def test_files_that_were_replaced_stand_again(store: Store) -> None:
    one = a_file(store, "one", dt.date(2022, 5, 1), 3)
    two = a_file(store, "two", dt.date(2022, 5, 1), 4)
    commit(store, 1, [one], [])
    commit(store, 2, [two], [one])
    undo(store, find_entry(store, f"{2:012x}").id, who="tester")
    assert store.snapshot(TABLE).files == (one,)
    assert store.snapshot(TABLE, 1).files == (two,)
    undo(store, f"{1:012x}", who="tester")
    assert store.snapshot(TABLE).files == ()


def test_an_entry_that_a_later_one_built_on_stays(store: Store) -> None:
    one = a_file(store, "one", dt.date(2022, 5, 1), 3)
    commit(store, 1, [one], [])
    commit(store, 2, [a_file(store, "two", dt.date(2022, 5, 1), 4)], [one])
    with pytest.raises(Refused, match=f"{2:012x} built on it"):
        undo(store, f"{1:012x}", who="tester")
    assert store.version(TABLE) == 1


def test_months_of_a_table_merged_by_key(store: Store) -> None:
    days = (
        (dt.date(2022, 5, 3), 400),
        (dt.date(2022, 6, 9), 410),
        (dt.date(2022, 7, 1), 90),
        (dt.date(2022, 9, 1), 405),
    )
    commit(store, 1, [a_file(store, f"m{n}", day, rows) for n, (day, rows) in enumerate(days)], [])
    facts = month_facts(store, TABLE)
    assert [(str(fact.month), fact.state) for fact in facts] == [
        ("2022-05", "held"),
        ("2022-06", "held"),
        ("2022-07", "suspect"),
        ("2022-08", "missing"),
        ("2022-09", "held"),
    ]
    (holding,) = status(store)
    assert (holding.force, holding.missing, holding.rows) == (None, (Month(2022, 8),), 1305)


def test_refused_rows_about_people_need_a_scope_and_an_entry(store: Store) -> None:
    path = store.folder("arrests_quarantine") / "refused.parquet"
    refused = QuarantineFile(path, f"{1:012x}")
    refused.extend([RefusedRow("1.csv", 2, "person", "x", "person is blank", "a,b")])
    refused.close()
    commit_quarantine(store, "arrests", f"{1:012x}", path, personal=True)
    assert quarantined(store, "arrests") == ()
    note = entry_note(entry(1, None, "arrests"))
    store.commit("arrests", schema=contract("arrests").schema, note=note, made_from=None)
    with pytest.raises(Refused):
        quarantined(store, "arrests")
    scope = ReadingScope("sgt", "mending refused rows", frozenset({"arrests_quarantine"}), personal=True)
    (row,) = quarantined(store, "arrests", scope=scope)
    assert (row.line, row.reason, row.entry) == (2, "person is blank", f"{1:012x}")


def test_refused_rows_of_one_entry_are_committed_once(store: Store) -> None:
    for name in ("first", "again"):
        path = store.folder("unresourced_quarantine") / f"{name}.parquet"
        refused = QuarantineFile(path, f"{1:012x}")
        refused.extend([RefusedRow("1.csv", 2, None, None, "cut off", "a,b")])
        refused.close()
        commit_quarantine(store, TABLE, f"{1:012x}", path)
    files = [str(path) for path in store.snapshot("unresourced_quarantine").files]
    assert duckdb.sql(f"SELECT count(*) FROM read_parquet({files!r})").fetchall() == [(1,)]
