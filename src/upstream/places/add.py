"""Files about places into the store: read, checked row by row, merged; what cannot be used is set aside."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import shapely
from shapely.geometry import shape

from upstream.errors import BadInput
from upstream.places.layouts import (
    Facts,
    Layout,
    Refusal,
    area_facts,
    deprivation_layout,
    lookup_layout,
    population_layout,
)
from upstream.places.tables import BOUNDARIES, BY_NAME, REFUSED, Fact, PlaceTable, held_facts, merged, write_facts
from upstream.store import Store

Kind = Literal["lsoa", "lookup", "population", "deprivation"]

LARGEST_UNPACKED: Final = 1_000_000_000
"""Bytes a file may unpack to."""

TWICE: Final = "the same code stands in the file with other values"

_RAW: Final = 500
_PERIOD: Final = re.compile(r"(mid|census)[-_ ]?(20\d\d)")
_INDEX_YEAR: Final = re.compile(r"imd[-_ ]?(20\d\d)")
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class PlacesAdded:
    """What one file about places brought.

    Attributes
    ----------
    kind, file, what
        What was asked for, the file's name, and what was recognised.
    read, accepted, quarantined, already_held
        Rows or features: ``read = accepted + quarantined + already_held``.
    reasons
        Reason -> rows set aside.
    warnings
        Sentences for whoever added the file.
    versions
        Table -> version that this add made; empty when everything was held.
    """

    kind: Kind
    file: str
    what: str
    read: int
    accepted: int
    quarantined: int
    already_held: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.quarantined + self.already_held:
            raise AssertionError(f"{self.file}: {self.read} rows read do not add up")


def add_places(
    store: Store, kind: Kind, path: Path, *, who: str, period: str | None = None, year: int | None = None
) -> PlacesAdded:
    """Add a file of boundaries (GeoJSON), a look-up, a population or an index of deprivation (CSV); .gz is unpacked.

    Parameters
    ----------
    store, kind, path, who
        Where to, what the file is, the file, the person adding it.
    period
        What a population is of, for example census-2021 or mid-2020; without it, the columns or the file's name say.
    year
        Which year's index of deprivation, or beats, wards and policing areas; without it, the file's name or its
        columns say.

    Raises
    ------
    BadInput
        The file is not there, not of its kind, or nobody says of when it is; nothing was written.
    """
    if kind == "lsoa":
        what, records = _boundaries(path)
    else:
        headers, rows = _csv_rows(path)
        layout = _layout(kind, headers, path.name.lower(), period, year)
        what, records = layout.what, _read_rows(layout, headers, rows)
    return _merge(store, kind, path.name, what, records, who)


def _layout(kind: Kind, headers: Sequence[str], name: str, period: str | None, year: int | None) -> Layout:
    if kind == "lookup":
        return lookup_layout(headers, year)
    if kind == "population":
        named = _PERIOD.search(name)
        return population_layout(headers, period or (f"{named[1]}-{named[2]}" if named else None))
    dated = _INDEX_YEAR.search(name)
    return deprivation_layout(headers, year or (int(dated[1]) if dated else None))


@dataclass(frozen=True, slots=True)
class _Record:
    """A row: its line, the facts it holds or why it is refused, and its text."""

    line: int
    facts: Facts
    reason: str | None
    raw: str


def _unpacked(path: Path) -> bytes:
    if not path.is_file():
        what = f"{path} is a folder." if path.is_dir() else f"There is no file {path}."
        raise BadInput(what, allowed="a file of this machine", remedy="Check the path.")
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        try:
            with gzip.GzipFile(fileobj=stream) if packed else nullcontext(stream) as source:
                content = source.read(LARGEST_UNPACKED + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise BadInput(f"{path.name} cannot be unpacked: {error}.") from error
    if len(content) > LARGEST_UNPACKED:
        raise BadInput(f"{path.name} unpacks to more than {LARGEST_UNPACKED:,} bytes.")
    return content


def _csv_rows(path: Path) -> tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]:
    content = _unpacked(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    headers = tuple(header.strip() for header in next(reader, []))
    if not any(headers):
        raise BadInput(f"{path.name} has no row with anything in it.")
    if len(set(headers)) != len(headers):
        raise BadInput(f"{path.name} has a header twice.", remedy=f"Headers found: {', '.join(headers)}.")
    return headers, ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))


def _read_rows(layout: Layout, headers: Sequence[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[_Record]:
    for line, cells in rows:
        raw = ",".join(cells)[:_RAW]
        if len(cells) != len(headers):
            yield _Record(line, [], f"the line has too {'few' if len(cells) < len(headers) else 'many'} cells", raw)
            continue
        try:
            yield _Record(line, layout.facts(dict(zip(headers, cells, strict=True))), None, raw)
        except Refusal as refusal:
            yield _Record(line, [], str(refusal), raw)


def _boundaries(path: Path) -> tuple[str, Iterator[_Record]]:
    try:
        collection = json.loads(_unpacked(path))
        features = list(collection["features"])
        headers = tuple(features[0]["properties"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise BadInput(
            f"{path.name} is not a GeoJSON collection of features.", allowed=".geojson, .geojson.gz"
        ) from error
    reader = area_facts(headers)
    vintage = 2011 if "11" in next(header for header in headers if header.lower().startswith("lsoa")) else 2021
    return f"boundaries of {vintage} LSOAs", (
        _read_feature(number, feature, reader, vintage) for number, feature in enumerate(features, start=1)
    )


def _read_feature(number: int, feature: Any, reader: Any, vintage: int) -> _Record:
    raw = json.dumps(feature.get("properties") if isinstance(feature, dict) else None)[:_RAW]
    try:
        properties = {str(name): "" if cell is None else str(cell) for name, cell in feature["properties"].items()}
        facts = reader(properties)
        outline = shape(feature["geometry"])
    except Refusal as refusal:
        return _Record(number, [], str(refusal), raw)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, shapely.errors.ShapelyError):
        return _Record(number, [], "the feature has no outline or lacks a property", raw)
    if outline.is_empty or outline.geom_type not in ("Polygon", "MultiPolygon"):
        return _Record(number, [], "the outline is not a polygon", raw)
    west, south, east, north = outline.bounds
    if west < _WORLD[0] or south < _WORLD[1] or east > _WORLD[2] or north > _WORLD[3]:
        return _Record(number, [], "the outline is not in degrees of longitude and latitude", raw)
    if not outline.is_valid:
        outline = shapely.make_valid(outline)
    code = facts[0][1][0]
    return _Record(number, [*facts, (BOUNDARIES, (code, vintage, shapely.to_wkb(outline)))], None, raw)


def _contradicting(records: Sequence[_Record]) -> frozenset[int]:
    """Lines of rows that say different things of the same place."""
    first: dict[tuple[str, Fact], tuple[int, Fact]] = {}
    lines: set[int] = set()
    for record in records:
        for table, fact in record.facts:
            line, other = first.setdefault((table.name, table.key_of(fact)), (record.line, fact))
            pairs = zip(fact, other, strict=True)
            if other is not fact and any(a != b and a is not None and b is not None for a, b in pairs):
                lines |= {line, record.line}
    return frozenset(lines)


def _merge(store: Store, kind: Kind, file: str, what: str, read: Iterator[_Record], who: str) -> PlacesAdded:
    records = list(read)
    twice = _contradicting(records)
    held: dict[str, dict[Fact, Fact]] = {}
    new: dict[str, dict[Fact, Fact]] = {}
    refused: dict[Fact, Fact] = {}
    reasons: dict[str, int] = {}
    accepted = 0
    for record in records:
        reason = record.reason or (TWICE if record.line in twice else None)
        if reason is None:
            fresh = sum(_merge_fact(store, table, fact, held, new) for table, fact in record.facts)
            accepted += fresh > 0
        else:
            reasons[reason] = reasons.get(reason, 0) + 1
            refused[kind, file, record.line] = (kind, file, record.line, reason, record.raw)
    already = len(records) - accepted - len(refused)
    note: dict[str, str | int] = {"what": what, "file": file, "who": who, "read": len(records), "accepted": accepted}
    if refused:
        write_facts(store, REFUSED, refused, note)
    versions = {name: write_facts(store, BY_NAME[name], facts, note) for name, facts in new.items()}
    return PlacesAdded(kind, file, what, len(records), accepted, len(refused), already, reasons, (), versions)


def _merge_fact(
    store: Store,
    table: PlaceTable,
    fact: Fact,
    held: dict[str, dict[Fact, Fact]],
    new: dict[str, dict[Fact, Fact]],
) -> bool:
    """Keep a fact if it says more than what is held; whether it does."""
    if table.name not in held:
        held[table.name] = held_facts(store, table)
    after = merged(table, held[table.name], fact)
    if held[table.name].get(table.key_of(fact)) == after:
        return False
    # later rows of the file see it
    held[table.name][table.key_of(fact)] = after
    new.setdefault(table.name, {})[table.key_of(fact)] = after
    return True
