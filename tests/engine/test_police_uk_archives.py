"""Zips are hostile input: whatever is wrong with one, it is said plainly and nothing is written."""

from __future__ import annotations

import gzip
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from upstream.errors import BadInput
from upstream.records.sources import archive, police_uk
from upstream.store import Store

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)
ROW = ",2022-06,Northumbria Police,Northumbria Police,-1.6,54.9,On or near X,E01008397,N,Anti-social behaviour,,\n"
NAME = "2022-06/2022-06-northumbria-street.csv"


def a_zip(path: Path, members: dict[str, bytes | str]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


def truncated(path: Path) -> None:
    a_zip(path, {NAME: HEADER + ROW * 200})
    path.write_bytes(path.read_bytes()[:-60])


def damaged(path: Path) -> None:
    a_zip(path, {NAME: HEADER + "".join(ROW.replace("X", str(n * 7919)) for n in range(500))})
    content = bytearray(path.read_bytes())
    content[len(NAME) + 200] ^= 0xFF
    path.write_bytes(content)


def not_a_zip(path: Path) -> None:
    path.write_text(HEADER + ROW)


def climbing(path: Path) -> None:
    a_zip(path, {"../../2022-06-northumbria-street.csv": HEADER + ROW})


def absolute(path: Path) -> None:
    a_zip(path, {"/2022-06-northumbria-street.csv": HEADER + ROW})


def drive_letter(path: Path) -> None:
    a_zip(path, {"C:\\2022-06-northumbria-street.csv": HEADER + ROW})


def nested(path: Path) -> None:
    inner = a_zip(path.with_name("inner.zip"), {NAME: HEADER + ROW})
    a_zip(path, {NAME: HEADER + ROW, "inner.zip": inner.read_bytes()})


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(NAME, HEADER + ROW)
        with pytest.warns(UserWarning, match="Duplicate name"):
            out.writestr(NAME, HEADER + ROW + ROW)


def twice_in_other_case(path: Path) -> None:
    a_zip(path, {NAME: HEADER + ROW, NAME.upper(): HEADER + ROW + ROW})


def bombed(path: Path) -> None:
    a_zip(path, {NAME: b"\0" * (8 * 2**20)})


def encrypted(path: Path) -> None:
    a_zip(path, {NAME: HEADER + ROW})
    content = bytearray(path.read_bytes())
    content[6] |= 1  # local header
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    path.write_bytes(content)


def lying_about_its_size(path: Path) -> None:
    a_zip(path, {NAME: HEADER + ROW * 100})
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, central + 24, 10)
    path.write_bytes(content)


def packed_in_an_unknown_way(path: Path) -> None:
    a_zip(path, {NAME: HEADER + ROW * 100})
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, 8, 97)
    struct.pack_into("<H", content, central + 10, 97)
    path.write_bytes(content)


def linked(path: Path) -> None:
    member = zipfile.ZipInfo(NAME)
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(member, "/etc/hostname")


def empty(path: Path) -> None:
    a_zip(path, {"read me.txt": "nothing here"})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (truncated, "not a complete zip"),
        (damaged, "not a complete zip"),
        (not_a_zip, "not a complete zip"),
        (climbing, "points outside it"),
        (absolute, "points outside it"),
        (drive_letter, "points outside it"),
        (nested, "holds another zip"),
        (twice, "twice"),
        (twice_in_other_case, "twice"),
        (bombed, "more than 200 times its packed size"),
        (encrypted, "is encrypted"),
        (lying_about_its_size, "not a complete zip"),
        (packed_in_an_unknown_way, "not a complete zip"),
        (linked, "holds the link"),
        (empty, "holds no CSV file"),
    ],
)
def test_a_bad_zip_is_refused_whole(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    path = tmp_path / "download.zip"
    make(path)
    good = a_zip(tmp_path / "a good one.zip", {NAME.replace("06", "05"): HEADER + ROW.replace("06,", "05,")})
    store = Store(tmp_path / "store")
    with pytest.raises(BadInput, match=said):
        police_uk.add(store, [good, path], who="tester")
    assert store.tables() == ()
    assert not [left for left in (tmp_path / "store").rglob("*") if left.is_file()]


def test_too_large_a_zip_is_refused_by_its_own_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_zip(tmp_path / "download.zip", {NAME: HEADER + ROW * 5000})
    monkeypatch.setattr(archive, "MOST_BYTES", 100_000)
    with pytest.raises(BadInput, match="unpacks to"):
        police_uk.add(Store(tmp_path / "store"), [path], who="tester")


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_zip(tmp_path / "download.zip", {f"{n}.csv": HEADER for n in range(4)})
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    with pytest.raises(BadInput, match="holds 4 files"):
        police_uk.add(Store(tmp_path / "store"), [path], who="tester")


def test_a_renamed_zip_is_read_by_its_members(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "holiday photos.zip", {NAME: HEADER + ROW + ROW})
    (result,) = police_uk.add(Store(tmp_path / "store"), [path], who="tester")
    assert (result.accepted, result.months) == (2, ("northumbria 2022-06",))
    assert result.files == (f"holiday photos.zip: {NAME}",)


def test_what_a_mac_packs_beside_each_file_is_not_read(tmp_path: Path) -> None:
    beside = b"\0\x05\x16\x07\0\x02\0\0Mac OS X"
    members = {NAME: HEADER + ROW, f"__MACOSX/2022-06/._{Path(NAME).name}": beside, "2022-06/.DS_Store": beside}
    packed = a_zip(tmp_path / "packed.zip", members)
    (result,) = police_uk.add(Store(tmp_path / "one"), [packed], who="tester")
    assert (result.read, result.accepted, result.warnings) == (1, 1, ())
    folder = tmp_path / "unpacked" / "2022-06"
    folder.mkdir(parents=True)
    (folder / Path(NAME).name).write_text(HEADER + ROW)
    (folder / f"._{Path(NAME).name}").write_bytes(beside)
    (result,) = police_uk.add(Store(tmp_path / "two"), [folder.parent], who="tester")
    assert (result.read, result.accepted, result.warnings) == (1, 1, ())


def test_files_that_are_not_read_are_named(tmp_path: Path) -> None:
    packed = a_zip(tmp_path / "in" / "packed.zip", {NAME: HEADER + ROW, "notes.txt": "x"})
    (packed.parent / "2022-05-northumbria-street.xlsx").write_bytes(b"x")
    (result,) = police_uk.add(Store(tmp_path / "store"), [packed.parent], who="tester")
    assert result.warnings == ("2 other files were not read: 2022-05-northumbria-street.xlsx, packed.zip: notes.txt.",)


def test_folders_in_a_zip_may_be_divided_by_backslashes(tmp_path: Path) -> None:
    stops = "2022-06\\2022-06-northumbria-stop-and-search.csv"
    header = (
        "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
        "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
        "Outcome linked to object of search,Removal of more than just outer clothing\n"
    )
    packed = a_zip(tmp_path / "windows.zip", {stops: header + "Person search,2022-06-03T12:00:00+00:00" + "," * 13})
    (result,) = police_uk.add(Store(tmp_path / "store"), [packed], who="tester")
    # only the file's name says which force and month searches are of
    assert result.months == ("northumbria 2022-06",)


def test_a_compressed_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / f"{Path(NAME).name}.gz"
    path.write_bytes(gzip.compress((HEADER + ROW + ROW).encode()))
    store = Store(tmp_path / "store")
    (result,) = police_uk.add(store, [path], who="tester")
    assert (result.accepted, result.months, result.warnings) == (2, ("northumbria 2022-06",), ())
    plain = tmp_path / Path(NAME).name
    plain.write_text(HEADER + ROW + ROW)
    (again,) = police_uk.add(store, [plain], who="tester")
    assert again.already_held == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress((HEADER + ROW * 300).encode())[:-30], "not a complete gzip"),
        (b"not packed at all", "not a complete gzip"),
        (gzip.compress(b"\0" * (8 * 2**20)), "more than 200 times its packed size"),
    ],
    ids=["cut off", "plain", "bomb"],
)
def test_a_bad_compressed_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / f"{Path(NAME).name}.gz"
    path.write_bytes(content)
    store = Store(tmp_path / "store")
    with pytest.raises(BadInput, match=said):
        police_uk.add(store, [path], who="tester")
    assert store.tables() == ()


REAL = {
    "west-mercia-street.zip": ("street_crimes", 161_136),
    "northumbria-street.zip": ("street_crimes", 434_274),
    "northumbria-outcomes.zip": ("street_outcomes", 193_646),
    "northumbria-stop-and-search.zip": ("street_stops", 10_031),
    "staffordshire-gloucestershire-street.zip": ("street_crimes", 121_951),
    "national-38-forces-street-2025-06.zip": ("street_crimes", 341_224),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_real_downloads_come_in_whole(tmp_path: Path, shared_data: Path, name: str) -> None:
    table, rows = REAL[name]
    store = Store(tmp_path / "store")
    (result,) = police_uk.add(store, [shared_data / "police-uk" / name], who="tester")
    assert (result.table, result.read, result.accepted, result.quarantined) == (table, rows, rows, 0)
    assert result.unknown_codes == {}
    assert store.snapshot(table).rows == rows
    (again,) = police_uk.add(store, [shared_data / "police-uk" / name], who="tester")
    assert (again.accepted, again.already_held, again.entry) == (0, rows, None)


@pytest.mark.shared
def test_real_searches_with_a_stand_in_place_and_blank_gender(tmp_path: Path, shared_data: Path) -> None:
    excerpt = shared_data / "police-uk" / "west-mercia-stop-and-search-2024-06-excerpt.csv"
    with pytest.raises(BadInput, match="does not say which force and month"):
        police_uk.add(Store(tmp_path / "store"), [excerpt], who="tester")
    named = tmp_path / "2024-06-west-mercia-stop-and-search.csv"
    named.write_bytes(excerpt.read_bytes())
    (result,) = police_uk.add(Store(tmp_path / "store"), [named], who="tester")
    assert (result.read, result.accepted, result.quarantined) == (17, 17, 0)
