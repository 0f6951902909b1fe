"""A cube kept on disk is the cube; one that is spoilt, or of other records, is counted again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from planted_map import FIRST, LAST, SCOPE, crimes
from stores import filled
from upstream.errors import NotHeld
from upstream.measures import kept_cubes
from upstream.measures.cache import cache_folder
from upstream.measures.cube import Cube, cube
from upstream.measures.kept_cubes import kept_cube
from upstream.store import ReadingScope, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return filled(tmp_path, {"crimes": crimes(np.random.default_rng(8))[::40]})


def same(one: Cube, other: Cube) -> bool:
    columns = ("month", "n")
    coded = ("area", "small_area", "type")
    return (
        (one.table, one.held, one.suspect, one.version) == (other.table, other.held, other.suspect, other.version)
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)
        and all(np.array_equal(getattr(one, name).names, getattr(other, name).names) for name in coded)
        and all(np.array_equal(getattr(one, name).codes, getattr(other, name).codes) for name in coded)
    )


def counting_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []

    def counted(store: Store, table: str, scope: ReadingScope, **rest: object) -> Cube:
        asked.append(table)
        return cube(store, table, scope, **rest)

    monkeypatch.setattr(kept_cubes, "cube", counted)
    return asked


def test_the_second_reading_is_from_the_file_and_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = counting_again(monkeypatch)
    first, second = kept_cube(store, "crimes", SCOPE), kept_cube(store, "crimes", SCOPE)
    assert asked == ["crimes"]
    assert same(first, second)
    assert same(first, cube(store, "crimes", SCOPE))
    assert (first.held[0], first.held[-1]) == (FIRST, LAST)


@pytest.mark.parametrize("spoilt", [b"", b"PK\x03\x04 not a whole file", b"\x93NUMPY"])
def test_a_spoilt_file_is_counted_again(store: Store, monkeypatch: pytest.MonkeyPatch, spoilt: bytes) -> None:
    first = kept_cube(store, "crimes", SCOPE)
    (path,) = cache_folder(store.root).glob("*.npz")
    path.write_bytes(spoilt)
    asked = counting_again(monkeypatch)
    assert same(kept_cube(store, "crimes", SCOPE), first)
    assert asked == ["crimes"]


def test_other_records_other_areas_and_other_readers_have_files_of_their_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_cube(store, "crimes", SCOPE)
    asked = counting_again(monkeypatch)
    bounded = ReadingScope("tests", "counting", frozenset({"crimes"}), areas=("A",))
    kept_cube(store, "crimes", bounded)
    kept_cube(store, "crimes", SCOPE, area_codes=("A", "B"))
    assert asked == ["crimes", "crimes"]
    for _ in range(kept_cubes.KEPT + 2):
        asked.clear()
        kept_cube(store, "crimes", SCOPE, area_codes=(str(dt.datetime.now(tz=dt.UTC)),))
    assert len(list(cache_folder(store.root).glob("*.npz"))) == kept_cubes.KEPT


def test_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotHeld, match="No table of crimes"):
        kept_cube(Store(tmp_path / "none"), "crimes", SCOPE)
