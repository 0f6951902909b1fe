"""Two adds at once, full disks, and files of random damage."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upstream.errors import BadInput, Conflict, UpstreamError
from upstream.records.entries import AddResult, entries
from upstream.records.quarantine import quarantined
from upstream.records.sources import police_uk
from upstream.records.undo import undo
from upstream.store import Store, tables

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)


def row(month: str = "2022-06", force: str = "Kent Police", kind: str = "Drugs") -> str:
    return f"a1,{month},{force},{force},0.5,51.2,On or near X,E01024000,K,{kind},Under investigation,\n"


def a_month(folder: Path, month: str, rows: int, force: str = "kent") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{month}-{force}-street.csv"
    path.write_text(HEADER + row(month, f"{force.capitalize()} Police") * rows)
    return path


def counts(store: Store) -> dict[str, int]:
    files = [str(path) for path in store.snapshot("street_crimes").files]
    query = f"SELECT force || ' ' || month, count(*) FROM read_parquet({files!r}) GROUP BY 1 ORDER BY 1"
    return dict(duckdb.sql(query).fetchall())


def test_adds_at_once_all_succeed_and_lose_nothing(tmp_path: Path) -> None:
    config = tmp_path / "upstream.toml"
    config.write_text('[store]\npath = "store"\n')
    command = [sys.executable, "-m", "upstream.cli.main", "--config", str(config), "records", "add", "police-uk"]
    forces = ("kent", "essex", "surrey", "sussex")
    running = []
    for number, force in enumerate(forces):
        own = a_month(tmp_path / force, "2022-06", 10 + number, force)
        # a month all of them write, each with its own number of rows
        shared_month = a_month(tmp_path / force, "2022-05", 100 + number, "cumbria")
        shared_month.write_text(HEADER + row("2022-05", "Cumbria Constabulary") * (100 + number))
        running.append(subprocess.Popen([*command, str(own), str(shared_month)], stderr=subprocess.PIPE))
    for process in running:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    store = Store(tmp_path / "store")
    held = counts(store)
    last = held.pop("cumbria 2022-05")
    assert held == {"essex 2022-06": 11, "kent 2022-06": 10, "surrey 2022-06": 12, "sussex 2022-06": 13}
    book = list(entries(store, "street_crimes"))
    assert len(book) == len(forces)
    assert last == next(month.rows for month in book[-1].months if month.force == "cumbria")


def test_an_add_works_itself_out_again_after_a_conflict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "store")
    police_uk.add(store, [a_month(tmp_path / "a", "2022-05", 5)], who="first")
    real = Store.commit
    beaten: list[int] = []

    def beaten_once(self: Store, table: str, **given: object) -> int:
        if not beaten:
            beaten.append(1)
            police_uk.add(store, [a_month(tmp_path / "b", "2022-06", 7)], who="the other")
        return real(self, table, **given)

    monkeypatch.setattr(Store, "commit", beaten_once)
    (result,) = police_uk.add(store, [a_month(tmp_path / "c", "2022-06", 9)], who="tester")
    assert beaten == [1]
    assert (result.version_before, result.version_after) == (1, 2)
    assert counts(store) == {"kent 2022-05": 5, "kent 2022-06": 9}


def test_an_add_that_is_always_beaten_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "store")

    def beaten(*_: object, **__: object) -> int:
        raise Conflict("street_crimes was changed by somebody else meanwhile.")

    monkeypatch.setattr(Store, "commit", beaten)
    with pytest.raises(Conflict, match="changed by somebody else"):
        police_uk.add(store, [a_month(tmp_path / "a", "2022-05", 5)], who="tester")


def test_a_full_disk_leaves_the_last_good_state(tmp_path: Path) -> None:
    config = tmp_path / "upstream.toml"
    config.write_text('[store]\npath = "store"\n')
    store = Store(tmp_path / "store")
    police_uk.add(store, [a_month(tmp_path / "a", "2022-05", 5)], who="tester")
    large = tmp_path / "b" / "2022-06-kent-street.csv"
    large.parent.mkdir()
    with large.open("w") as out:
        out.write(HEADER)
        out.writelines(row().replace("a1", f"{number * 7919:064x}") for number in range(50_000))
    command = [sys.executable, "-m", "upstream.cli.main", "--config", str(config), "records", "add", "police-uk"]
    done = subprocess.run(
        [*command, str(large)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 1
    assert "Writing failed, so nothing was added" in done.stderr
    assert "Traceback" not in done.stderr
    assert counts(store) == {"kent 2022-05": 5}
    police_uk.add(store, [large], who="tester")
    assert counts(store) == {"kent 2022-05": 5, "kent 2022-06": 50_000}


def test_a_log_that_cannot_be_written_leaves_the_last_good_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    police_uk.add(store, [a_month(tmp_path / "a", "2022-05", 5)], who="tester")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "_to_disk", full)
    with pytest.raises(UpstreamError, match="No space left on device") as caught:
        police_uk.add(store, [a_month(tmp_path / "b", "2022-06", 7)], who="tester")
    assert "Free space" in (caught.value.remedy or "")
    assert counts(store) == {"kent 2022-05": 5}


_FIELD = st.one_of(
    st.sampled_from(["", "2022-06", "Kent Police", "0.5", "51.2", "Drugs", "-999", "nan", "a,b", '"', '""', "=1+1"]),
    st.text(max_size=12),
)
_LINE = st.one_of(
    st.just(row()),
    st.just(row(kind="Anti-social behaviour")),
    st.builds(
        lambda fields, end: ",".join(fields) + end, st.lists(_FIELD, max_size=14), st.sampled_from(["\n", "\r\n"])
    ),
    st.builds(lambda line, at: line[:at], st.just(row()), st.integers(0, len(row()))),
).map(lambda line: line.encode("utf-8", "surrogatepass"))
_DAMAGE = st.one_of(_LINE, st.binary(max_size=40))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_DAMAGE, max_size=12), st.booleans())
def test_every_line_of_a_damaged_file_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], named: bool
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    body = b"".join(lines)
    path = folder / ("2022-06-kent-street.csv" if named else "fuzz.csv")
    path.write_bytes(HEADER.encode() + body)
    store = Store(folder / "store")
    try:
        (result,) = police_uk.add(store, [path], who="tester")
    except BadInput:
        assert store.tables() == ()
        return
    records = sum(1 for line in body.split(b"\n") if line.strip(b"\r\n"))
    _accounted(store, result, records)
    (again,) = police_uk.add(store, [path], who="tester")
    assert (again.read, again.accepted, again.already_held) == (result.read, 0, result.accepted)


def _accounted(store: Store, result: AddResult, records: int) -> None:
    assert result.read == records
    assert result.accepted + result.quarantined == records
    assert store.snapshot("street_crimes").rows == result.accepted
    rows = quarantined(store, "street_crimes")
    assert len(rows) == result.quarantined == sum(result.reasons.values())
    assert len({row.line for row in rows}) == len(rows)


def test_undo_gives_back_what_was_replaced(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (one,) = police_uk.add(store, [a_month(tmp_path / "a", "2022-05", 5)], who="tester")
    (two,) = police_uk.add(
        store, [a_month(tmp_path / "b", "2022-05", 8), a_month(tmp_path / "b", "2022-06", 3)], who="tester"
    )
    back = undo(store, two.entry or "", who="tester")
    assert (back.undoes, back.version_after) == (two.entry, 2)
    assert counts(store) == {"kent 2022-05": 5}
    assert store.snapshot("street_crimes", 1).rows == 11
    (again,) = police_uk.add(store, [tmp_path / "b"], who="tester")
    assert again.entry == f"{two.entry}-2"
    assert counts(store) == {"kent 2022-05": 8, "kent 2022-06": 3}
    assert one.entry is not None


def test_undo_is_refused_when_a_later_entry_built_on_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (one,) = police_uk.add(
        store, [a_month(tmp_path / "a", "2022-05", 5), a_month(tmp_path / "a", "2022-06", 6)], who="tester"
    )
    (two,) = police_uk.add(store, [a_month(tmp_path / "b", "2022-05", 8)], who="tester")
    with pytest.raises(UpstreamError, match=f"{two.entry} built on it for kent 2022-05"):
        undo(store, one.entry or "", who="tester")
    undo(store, two.entry or "", who="tester")
    undo(store, one.entry or "", who="tester")
    assert store.snapshot("street_crimes").rows == 0
    with pytest.raises(UpstreamError, match="it was taken back"):
        undo(store, one.entry or "", who="tester")


def test_undo_of_one_month_leaves_later_months_of_other_entries(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (one,) = police_uk.add(store, [a_month(tmp_path / "a", "2022-05", 5)], who="tester")
    police_uk.add(store, [a_month(tmp_path / "b", "2022-06", 8)], who="tester")
    undo(store, one.entry or "", who="tester")
    assert counts(store) == {"kent 2022-06": 8}


def test_what_a_killed_add_left_is_swept_by_a_later_add(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    police_uk.add(store, [a_month(tmp_path / "a", "2022-05", 5)], who="tester")
    left = store.folder("street_crimes") / "0123456789ab" / "rows_0.parquet"
    left.parent.mkdir()
    (orphan_of,) = store.snapshot("street_crimes").files
    left.write_bytes(orphan_of.read_bytes())
    workspace = store.root / tables.WORKSPACES / "left"
    workspace.mkdir()
    for path in (left, workspace):
        os.utime(path, (0, 0))
    assert counts(store) == {"kent 2022-05": 5}
    police_uk.add(store, [a_month(tmp_path / "b", "2022-06", 7)], who="tester")
    assert not left.parent.exists()
    assert not workspace.exists()
    assert counts(store) == {"kent 2022-05": 5, "kent 2022-06": 7}
