"""Whatever a file holds, every row is accounted for, and the order and number of adds does not matter."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upstream.records.contract import contract
from upstream.records.entries import AddResult
from upstream.records.force_tables import add_file
from upstream.records.quarantine import quarantined
from upstream.store import Store

HEADERS = ("incident_ref", "opened_at", "dispatched_at", "grade", "incident_type", "area", "mental_health")
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

cell = st.one_of(
    st.sampled_from(
        [
            "", " ", "1", "5", "6", "-1", "2.0", "1e3", "yes", "No", "maybe", "2022-06-01 10:00", "2022-02-30 10:00",
            "1022-06-01 10:00", "2022-03-27 01:30", "2021-10-31 01:30", "2022-06-01T10:00:00Z", "3022-01-01 00:00",
            "infinity", "epoch", "#DIV/0!", "=1+1", 'a "quoted" word', "two\nlines", "a;b|c,d", "NaN", "\u00a0", "’",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
)  # fmt: skip
row = st.tuples(
    st.one_of(st.sampled_from(["I1", "I2", "I3"]), cell),
    st.one_of(st.sampled_from(["2022-06-01 10:00", "2022-05-01 11:30:15"]), cell),
    cell,
    st.one_of(st.sampled_from(["1", "2"]), cell),
    cell,
    cell,
    cell,
)


def held_rows(store: Store) -> list[tuple[object, ...]]:
    """Rows of the newest version, in order of their key."""
    if not store.holds("incidents"):
        return []
    names = contract("incidents").names
    rows = []
    for path in store.snapshot("incidents").files:
        columns = pq.ParquetFile(path).read().select(list(names))
        rows += list(zip(*(columns.column(name).cast("string").to_pylist() for name in names), strict=True))
    return sorted(rows, key=str)


def add(store: Store, path: Path, as_at: dt.date) -> AddResult:
    return add_file(store, "incidents", path, as_at=as_at, who="tester")


def write(path: Path, rows: list[tuple[str, ...]], line_end: str = "\n", encoding: str = "utf-8") -> int:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, lineterminator=line_end)
        writer.writerow(HEADERS)
        writer.writerows(rows)
    return len(rows)


@FEW
@given(st.lists(row, max_size=12), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_every_row_is_accounted_for(rows: list[tuple[str, ...]], line_end: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = write(folder / "a.csv", rows, line_end, encoding)
        store = Store(folder / "store")
        result = add(store, folder / "a.csv", dt.date(2022, 7, 1))
        assert result.read == written
        assert result.read == result.accepted + result.quarantined + result.already_held
        assert len(held_rows(store)) == result.accepted
        assert len(quarantined(store, "incidents")) == result.quarantined
        assert sum(result.reasons.values()) == result.quarantined


@FEW
@given(st.lists(row, max_size=12))
def test_adding_twice_is_adding_once(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "a.csv", rows)
        store = Store(folder / "store")
        first = add(store, folder / "a.csv", dt.date(2022, 7, 1))
        held = held_rows(store)
        again = add(store, folder / "a.csv", dt.date(2022, 7, 1))
        assert held_rows(store) == held
        assert again.accepted == 0
        assert again.entry is None
        assert again.quarantined == first.quarantined
        assert again.already_held == first.accepted + first.already_held


good = st.tuples(
    st.sampled_from([f"I{n}" for n in range(6)]),
    st.sampled_from(["2022-05-01 10:00", "2022-06-01 10:00", "2022-06-02 23:59"]),
    st.sampled_from(["", "2022-06-03 10:00", "2022-01-01 10:00"]),
    st.sampled_from(["1", "2"]),
    st.just("crime"),
    st.just("A"),
    st.sampled_from(["yes", "no"]),
)


@FEW
@given(st.lists(good, max_size=8), st.lists(good, max_size=8))
def test_order_of_adds_does_not_matter(earlier: list[tuple[str, ...]], later: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "a.csv", earlier)
        write(folder / "b.csv", later)
        one, other = Store(folder / "one"), Store(folder / "other")
        add(one, folder / "a.csv", dt.date(2022, 7, 1))
        add(one, folder / "b.csv", dt.date(2022, 8, 1))
        add(other, folder / "b.csv", dt.date(2022, 8, 1))
        add(other, folder / "a.csv", dt.date(2022, 7, 1))
        assert held_rows(one) == held_rows(other)


@FEW
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_reconciled(content: bytes) -> None:
    from upstream.errors import BadInput

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        head = b"incident_ref,opened_at\nI1,2022-06-01 10:00\n"
        (folder / "a.csv").write_bytes(head + content)
        store = Store(folder / "store")
        try:
            result = add(store, folder / "a.csv", dt.date(2022, 7, 1))
        except BadInput:
            assert not store.holds("incidents")
            return
        assert result.read == result.accepted + result.quarantined + result.already_held
        assert result.read >= 1
        assert len(held_rows(store)) == result.accepted
