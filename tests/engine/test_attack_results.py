"""Attacks on what is kept and what is held: spoilt caches, spoilt logs, files that have gone, who has read."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.cli import report
from upstream.cli.settings import load_settings
from upstream.errors import BadInput, NotHeld, UpstreamError
from upstream.measures.cache import kept
from upstream.measures.definition import Pack
from upstream.measures.loading import load_pack
from upstream.periods import Month
from upstream.records.contract import contract
from upstream.records.pseudonyms import check_key
from upstream.store import ReadingScope, Store, mark_personal
from upstream.store.scopes import READING_LOG, readings

TO = Month(2022, 6)
COMMON = """question = "How many?"
objective = "o"
key_question = "k"
good = "lower"
owner = "Head of Crime"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
"""
ARRESTS = f'key = "arrests"\ntitle = "Arrests"\nkind = "count"\ntable = "arrests"\n{COMMON}'
PACK = """key = "p"
title = "P"
report_title = "R"
source = "test"
[[objectives]]
key = "o"
number = "1"
title = "O"
[[key_questions]]
key = "k"
number = "1.1"
objective = "o"
text = "K?"
"""


def hold(store: Store, name: str, file: str, rows: int) -> None:
    held = contract(name)
    schema = mark_personal(held.schema, [column.name for column in held.columns if column.personal])
    days = {"arrested_on": dt.date(2022, 6, 7), "arrested_at": dt.datetime(2022, 6, 7, 12, tzinfo=dt.UTC)}
    table = pa.table({f.name: pa.array([days.get(f.name)] * rows, f.type) for f in schema}, schema=schema)
    path = store.folder(name) / file
    pq.write_table(table, path)
    store.commit(name, schema=schema, note={}, made_from=None, add=[path])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    hold(store, "arrests", "one.parquet", rows=3)
    return store


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "pack.toml").write_text(PACK, "utf-8")
    (folder / "arrests.toml").write_text(ARRESTS, "utf-8")
    return load_pack(folder)


def arrests(tmp_path: Path, pack: Pack) -> float:
    """What the report says, results kept being used where there are any."""
    settings = load_settings(tmp_path / "upstream.toml")
    results = report._results(settings, (pack,), TO, use_cache=True)
    return results.measures["arrests"].series["force"].latest.value


# --- results that are kept ------------------------------


def test_a_report_from_kept_results_is_a_reading_of_people_and_is_logged(
    store: Store, tmp_path: Path, pack: Pack
) -> None:
    assert arrests(tmp_path, pack) == 3
    before = len(readings(store.root))
    assert arrests(tmp_path, pack) == 3
    new = readings(store.root)[before:]
    assert [(line["table"], line["opened"], line["purpose"]) for line in new] == [("arrests", True, report.PURPOSE)]


def test_a_table_made_anew_under_an_old_version_number_is_counted_anew(
    store: Store, tmp_path: Path, pack: Pack
) -> None:
    assert arrests(tmp_path, pack) == 3
    shutil.rmtree(store.root / "arrests")
    hold(store, "arrests", "one.parquet", rows=5)
    assert arrests(tmp_path, pack) == 5


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        gzip.compress(b"{}")[:-6],
        gzip.compress(json.dumps({"to": 5}).encode()),
        gzip.compress(json.dumps({"to": "2022-06", "areas": 7}).encode()),
        gzip.compress(b"[" * 100_000),
        gzip.compress(b"\xff\xfe{}"),
        gzip.compress(b"{}", mtime=0)[:10] + zlib.compress(b"x" * 99)[4:],
    ],
    ids=["empty", "not-gzip", "cut", "wrong-kind", "wrong-shape", "deep", "not-text", "not-deflate"],
)
def test_a_spoilt_result_is_worked_out_again(store: Store, tmp_path: Path, pack: Pack, content: bytes) -> None:
    assert arrests(tmp_path, pack) == 3
    (file,) = (store.root / ".measures").glob("*.gz")
    file.write_bytes(content)
    assert kept(file.parent, file.name.partition(".")[0], pack.definitions) is None
    assert arrests(tmp_path, pack) == 3


# --- a store that was damaged ------------------------------


def log_of(store: Store) -> Path:
    return store.root / "arrests" / "_delta_log" / f"{0:020}.json"


def spoil(store: Store, how: str) -> None:
    log = log_of(store)
    text = log.read_text("utf-8")
    changed = {
        "cut": text[: len(text) // 2],
        "newer": text.replace('"minReaderVersion":1', '"minReaderVersion":99'),
        "emptied": '{"commitInfo":{}}\n',
    }[how]
    assert changed != text
    log.write_text(changed, "utf-8")


@pytest.mark.parametrize("how", ["cut", "newer", "emptied"])
def test_a_log_that_cannot_be_read_is_never_a_table_that_is_not_held(store: Store, how: str) -> None:
    spoil(store, how)
    with pytest.raises(UpstreamError, match="log of arrests cannot be read") as said:
        store.snapshot_for_writing("arrests")
    assert not isinstance(said.value, NotHeld), "a report would have left the table out"


def test_entries_of_a_spoilt_log_are_refused_plainly(store: Store) -> None:
    spoil(store, "cut")
    with pytest.raises(UpstreamError, match="log of arrests cannot be read"):
        list(store.commits("arrests"))


def test_a_version_that_never_was_is_not_held(store: Store) -> None:
    with pytest.raises(NotHeld, match="no version 9"):
        store.snapshot_for_writing("arrests", 9)


@pytest.mark.parametrize("content", [None, b"", b"PAR1 cut off"])
def test_a_file_that_has_gone_or_was_cut_is_named(store: Store, content: bytes | None) -> None:
    path = store.root / "arrests" / "one.parquet"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UpstreamError, match=r"one\.parquet of arrests"):
        store.snapshot_for_writing("arrests")


def test_a_log_cannot_name_a_file_outside_its_table(store: Store, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.parquet").write_bytes((store.root / "arrests" / "one.parquet").read_bytes())
    log = log_of(store)
    log.write_text(log.read_text("utf-8").replace('"path":"one.parquet"', '"path":"../../elsewhere.parquet"'), "utf-8")
    with pytest.raises(UpstreamError, match="outside"):
        store.snapshot_for_writing("arrests")


def test_the_store_is_closed_to_other_users_of_the_machine(store: Store) -> None:
    assert store.root.stat().st_mode & 0o077 == 0


# --- what an add that was killed leaves ------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from upstream.store import Store
with Store(Path(sys.argv[1])).workspace() as work:
    (work / "sheet.csv").write_text("JOHN SMITH 1/1/1990")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_identifiers_in_the_workspace_of_a_killed_add_go_with_the_next_add(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    subprocess.run([sys.executable, "-c", KILLED, str(store.root)], check=False)
    (left,) = store.root.rglob("sheet.csv")
    with store.workspace() as mine:
        assert not left.exists(), "the identifiers of people were left for a day"
        with store.workspace():
            assert mine.is_dir(), "a workspace in use was taken away"


# --- who has read, and with which key ------------------------------


def read_people(store: Store) -> None:
    store.snapshot("arrests", scope=ReadingScope("tester", "a test", frozenset({"arrests"}), personal=True))


def test_a_line_of_the_reading_log_that_was_cut_spoils_no_other(store: Store) -> None:
    read_people(store)
    log = store.root / READING_LOG
    whole = log.read_bytes()
    log.write_bytes(whole + whole[: len(whole) // 2])
    read_people(store)
    first, cut, last = readings(store.root)
    assert first["table"] == last["table"] == "arrests"
    assert list(cut) == ["damaged"]
    assert log.read_bytes().startswith(whole + whole[: len(whole) // 2]), "the log is only ever added to"


def test_nothing_is_read_that_cannot_be_logged(store: Store) -> None:
    (store.root / READING_LOG).mkdir()
    with pytest.raises(OSError, match=READING_LOG):
        read_people(store)


@pytest.mark.parametrize("key", [b"", b"k" * 15, b" " * 16, b"k" * 64, b"abcabcabcabcabcabcabc"])
def test_a_key_that_can_be_guessed_is_refused_and_not_said(key: bytes) -> None:
    with pytest.raises(BadInput) as said:
        check_key(key, "arrests")
    assert not key or key.decode() not in str(said.value)
