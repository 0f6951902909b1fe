"""The store: versions, conflicts, scopes and their log, files nobody committed."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from upstream.errors import BadInput, Conflict, NotHeld, Refused
from upstream.store import ReadingScope, Store, mark_personal, open_table
from upstream.store.duckdb_session import duckdb_session, quoted
from upstream.store.scopes import readings

SCHEMA = pa.schema(
    [("day", pa.date32()), ("at", pa.timestamp("us", tz="UTC")), ("area", pa.string()), ("n", pa.int64())]
)
PEOPLE = mark_personal(SCHEMA, ["area"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "a store #1")


def a_file(store: Store, table: str, name: str, numbers: list[int]) -> Path:
    path = store.folder(table) / f"{name}.parquet"
    day, at = dt.date(2022, 6, 1), dt.datetime(2022, 6, 1, 12, 30, tzinfo=dt.UTC)
    rows = [{"day": day, "at": at, "area": "north", "n": number} for number in numbers]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
    return path


def first(store: Store, table: str = "counts", schema: pa.Schema = SCHEMA) -> Path:
    path = a_file(store, table, "one", [1, 2, 3])
    store.commit(table, schema=schema, note={"did": "first"}, made_from=None, add=[path])
    return path


def test_a_commit_makes_a_version_that_can_be_read_again(store: Store) -> None:
    one = first(store)
    two = a_file(store, "counts", "two", [4])
    assert store.commit("counts", schema=SCHEMA, note={"did": "second"}, made_from=0, add=[two], remove=[one]) == 1
    now, then = store.snapshot("counts"), store.snapshot("counts", 0)
    assert (now.version, now.files, now.rows) == (1, (two,), 1)
    assert (then.version, then.files, then.rows) == (0, (one,), 3)
    assert now.committed_at > then.committed_at
    assert now.committed_at.tzinfo is dt.UTC
    assert [commit.note["did"] for commit in store.commits("counts")] == ["first", "second"]
    assert [(commit.added, commit.removed) for commit in store.commits("counts")] == [
        (("one.parquet",), ()),
        (("two.parquet",), ("one.parquet",)),
    ]


def test_another_delta_reader_sees_the_same_rows(tmp_path: Path) -> None:
    store = Store(tmp_path / "plain")
    first(store)
    table = DeltaTable(str(store.root / "counts"))
    assert sorted(table.to_pyarrow_table().column("n").to_pylist()) == [1, 2, 3]
    assert table.protocol().min_reader_version == 1


def test_the_log_keeps_bounds_of_each_file(store: Store) -> None:
    first(store)
    (action,) = pa.table(DeltaTable(str(store.root / "counts")).get_add_actions(flatten=True)).to_pylist()
    assert (action["min.n"], action["max.n"], action["null_count.n"], action["num_records"]) == (1, 3, 0, 3)
    assert action["min.day"] == dt.date(2022, 6, 1)


def test_the_second_of_two_commits_from_one_version_loses(store: Store) -> None:
    first(store)
    store.commit("counts", schema=SCHEMA, note={}, made_from=0, add=[a_file(store, "counts", "two", [4])])
    with pytest.raises(Conflict, match="changed by somebody else"):
        store.commit("counts", schema=SCHEMA, note={}, made_from=0, add=[a_file(store, "counts", "three", [5])])
    with pytest.raises(Conflict, match="changed by somebody else"):
        store.commit("counts", schema=SCHEMA, note={}, made_from=None, add=[a_file(store, "counts", "four", [6])])
    assert (store.version("counts"), store.snapshot("counts").rows) == (1, 4)


def test_a_file_of_another_version_cannot_be_removed(store: Store) -> None:
    first(store)
    stray = a_file(store, "counts", "stray", [9])
    with pytest.raises(Conflict, match="is not part of counts version 0"):
        store.commit("counts", schema=SCHEMA, note={}, made_from=0, remove=[stray])


def test_a_commit_without_files_is_a_version(store: Store) -> None:
    store.commit("counts", schema=SCHEMA, note={"did": "nothing"}, made_from=None)
    store.commit("counts", schema=SCHEMA, note={"did": "nothing again"}, made_from=0)
    assert (store.snapshot("counts").rows, store.version("counts")) == (0, 1)


def test_other_columns_are_refused(store: Store) -> None:
    first(store)
    with pytest.raises(BadInput, match="do not match those of counts"):
        store.commit("counts", schema=SCHEMA.remove(0), note={}, made_from=0)


def test_names_stay_plain(store: Store) -> None:
    with pytest.raises(BadInput, match="cannot name a table"):
        store.folder("../elsewhere")
    odd = a_file(store, "counts", "a b", [1])
    with pytest.raises(BadInput, match="cannot name a data file"):
        store.commit("counts", schema=SCHEMA, note={}, made_from=None, add=[odd])


def test_what_is_not_held_is_said(store: Store) -> None:
    with pytest.raises(NotHeld, match="holds no table 'counts'"):
        store.snapshot("counts")
    first(store)
    with pytest.raises(NotHeld, match="no version 7"):
        store.snapshot("counts", 7)
    assert store.tables() == ("counts",)


def test_many_commits_pass_a_checkpoint_with_all_entries(store: Store) -> None:
    store.commit("counts", schema=SCHEMA, note={"n": 0}, made_from=None)
    for number in range(105):
        store.commit("counts", schema=SCHEMA, note={"n": number + 1}, made_from=number)
    assert list((store.root / "counts" / "_delta_log").glob("*checkpoint*.parquet"))
    assert [commit.note["n"] for commit in store.commits("counts")] == list(range(106))


def test_files_nobody_committed_are_ignored_and_swept_when_old(store: Store) -> None:
    one = first(store)
    orphan, young = a_file(store, "counts", "orphan", [7]), a_file(store, "counts", "young", [8])
    yesterday = time.time() - 2 * 24 * 3600
    for path in (orphan, one):
        os.utime(path, (yesterday, yesterday))
    assert store.snapshot("counts").rows == 3
    assert store.sweep("counts") == (orphan,)
    assert young.exists()
    assert one.exists()


def test_files_of_old_versions_are_not_swept(store: Store) -> None:
    one = first(store)
    store.commit("counts", schema=SCHEMA, note={}, made_from=0, remove=[one])
    os.utime(one, (0, 0))
    assert store.sweep("counts") == ()
    assert store.snapshot("counts", 0).files == (one,)


def scope(tables: set[str], *, personal: bool = True) -> ReadingScope:
    return ReadingScope("sgt", "review of repeat victims", frozenset(tables), areas=("north",), personal=personal)


@pytest.mark.parametrize("given", [None, scope({"other"}), scope({"people"}, personal=False)])
def test_tables_about_people_are_refused_by_default_and_logged(store: Store, given: ReadingScope | None) -> None:
    first(store, "people", PEOPLE)
    with pytest.raises(Refused, match="about identifiable people"):
        store.snapshot("people", scope=given)
    (line,) = readings(store.root)
    assert (line["table"], line["opened"], line["who"]) == ("people", False, given.who if given else None)
    assert line["account"] == pwd.getpwuid(os.getuid()).pw_name, "nobody is named of a reading without a scope"


def test_a_scope_opens_a_table_about_people_and_limits_its_areas(store: Store) -> None:
    first(store, "people", PEOPLE)
    opened = open_table(store, "people", scope({"people"}))
    assert (opened.rows, opened.areas, opened.personal) == (3, ("north",), True)
    open_table(store, "people", scope({"people"}), version=0)
    lines = readings(store.root)
    assert [(line["purpose"], line["opened"], line["version"], line["areas"]) for line in lines] == [
        ("review of repeat victims", True, 0, ["north"])
    ] * 2


def test_the_mark_is_kept_when_the_table_grows(store: Store) -> None:
    first(store, "people", PEOPLE)
    store.commit("people", schema=SCHEMA, note={}, made_from=0, add=[a_file(store, "people", "two", [4])])
    with pytest.raises(Refused):
        store.snapshot("people")


def test_tables_without_people_need_no_scope_and_leave_no_line(store: Store) -> None:
    first(store)
    assert store.snapshot("counts").areas is None
    assert readings(store.root) == ()


def test_a_scope_needs_a_person_and_a_purpose() -> None:
    with pytest.raises(BadInput, match="needs a person and a purpose"):
        ReadingScope("sgt", " ", frozenset({"people"}))


def test_a_session_stays_in_its_folders_and_off_the_network(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "x.csv").write_text("a\n1\n")
    with duckdb_session([inside]) as connection:
        assert connection.execute(f"SELECT a FROM read_csv({quoted(str(inside / 'x.csv'))})").fetchall() == [(1,)]
        for refused in (
            f"SELECT * FROM read_csv({quoted(str(outside / 'x.csv'))})",
            "SELECT * FROM read_csv('https://example.org/x.csv')",
            "INSTALL httpfs",
            "SET enable_external_access = true",
        ):
            with pytest.raises(Exception, match=r"(?i)permission|disabled|locked|cannot|not be"):
                connection.execute(refused)
