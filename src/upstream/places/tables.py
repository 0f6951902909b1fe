"""The small tables about places, and how new facts are merged into them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from upstream.errors import Conflict
from upstream.store import Store

Value = str | int | float | bool | bytes | None
Fact = tuple[Value, ...]
"""One row of a table, its columns in order."""

_ATTEMPTS: Final = 10


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """A table about places: its name in the store, its columns, how many of the first ones are its key.

    ``filled`` says that a blank in a new fact leaves what is held: two look-ups may each know half of an area. Where
    both know, the later edition (a last column of that name) stands, whichever was added first.
    """

    name: str
    schema: pa.Schema
    key: int
    filled: bool = False

    def key_of(self, fact: Fact) -> Fact:
        return fact[: self.key]


def _table(table: str, key: int, /, *, filled: bool = False, **columns: pa.DataType) -> PlaceTable:
    return PlaceTable(table, pa.schema(list(columns.items())), key, filled)


_TEXT, _WHOLE, _NUMBER = pa.string(), pa.int64(), pa.float64()

AREAS: Final = _table(
    "places_lsoa", 1, filled=True, lsoa=_TEXT, name=_TEXT, in_2011=pa.bool_(), in_2021=pa.bool_(),
    district_code=_TEXT, district_name=_TEXT, csp_code=_TEXT, csp_name=_TEXT, force_code=_TEXT, force_name=_TEXT,
    edition=_WHOLE,
)  # fmt: skip
DISTRICTS: Final = _table(
    "places_district", 2, district_code=_TEXT, csp_code=_TEXT, district_name=_TEXT, csp_name=_TEXT,
    force_code=_TEXT, force_name=_TEXT,
)  # fmt: skip
LEVELS: Final = _table(
    "places_level", 3, lsoa=_TEXT, level=_TEXT, edition=_WHOLE, vintage=_WHOLE, code=_TEXT, name=_TEXT
)
"""Wards, beats and local policing areas that small areas lie in by best fit, each edition by itself."""
OUTPUT_AREAS: Final = _table("places_output_area", 1, oa=_TEXT, vintage=_WHOLE, lsoa=_TEXT)
CHANGES: Final = _table("places_lsoa_change", 2, lsoa11=_TEXT, lsoa21=_TEXT, change=_TEXT)
BOUNDARIES: Final = _table("places_boundary", 2, lsoa=_TEXT, vintage=_WHOLE, wkb=pa.binary())
POPULATION: Final = _table(
    "places_population", 2, filled=True, lsoa=_TEXT, period=_TEXT, vintage=_WHOLE, residents=_WHOLE, households=_WHOLE
)
GROUPS: Final = _table(
    "places_population_group", 3, lsoa=_TEXT, period=_TEXT, group=_TEXT, vintage=_WHOLE, counted=_WHOLE
)
DEPRIVATION: Final = _table(
    "places_deprivation", 3, lsoa=_TEXT, year=_WHOLE, domain=_TEXT, vintage=_WHOLE, score=_NUMBER, rank=_WHOLE,
    decile=_WHOLE,
)  # fmt: skip
RURALITY: Final = _table("places_rurality", 1, lsoa=_TEXT, vintage=_WHOLE, code=_TEXT, kind=_TEXT, rural=pa.bool_())
REFUSED: Final = _table("places_quarantine", 3, kind=_TEXT, file=_TEXT, line=_WHOLE, reason=_TEXT, raw=_TEXT)

TABLES: Final = (
    AREAS,
    DISTRICTS,
    LEVELS,
    OUTPUT_AREAS,
    CHANGES,
    BOUNDARIES,
    POPULATION,
    GROUPS,
    DEPRIVATION,
    RURALITY,
    REFUSED,
)
BY_NAME: Final = {table.name: table for table in TABLES}


def held_facts(store: Store, table: PlaceTable) -> dict[Fact, Fact]:
    """Key -> row of the newest version; empty when the table is not held."""
    held = read_table(store, table)
    return {table.key_of(fact): fact for fact in zip(*(column.to_pylist() for column in held.columns), strict=True)}


def read_table(store: Store, table: PlaceTable) -> pa.Table:
    """The newest version as an Arrow table; no rows when it is not held."""
    if not store.holds(table.name):
        return table.schema.empty_table()
    files = store.snapshot(table.name).files
    return pa.concat_tables([pq.ParquetFile(file).read() for file in files] or [table.schema.empty_table()])


def merged(table: PlaceTable, held: Mapping[Fact, Fact], new: Fact) -> Fact:
    """The row after a new fact: the fact itself, or what is held where the fact is blank."""
    old = held.get(table.key_of(new))
    if old is None or not table.filled:
        return new
    first, second = (old, new) if _edition(table, old) > _edition(table, new) else (new, old)
    return tuple(b if a is None else a for a, b in zip(first, second, strict=True))


def _edition(table: PlaceTable, fact: Fact) -> int:
    return int(fact[-1] or 0) if table.schema.names[-1] == "edition" else 0


def write_facts(store: Store, table: PlaceTable, new: Mapping[Fact, Fact], note: Mapping[str, str | int]) -> int:
    """Merge facts into a table in one commit; returns the new version.

    Raises
    ------
    Conflict
        Others kept changing the table; nothing was written.
    """
    for _ in range(_ATTEMPTS):
        before = store.snapshot(table.name) if store.holds(table.name) else None
        held = held_facts(store, table)
        rows = {key: merged(table, held, fact) for key, fact in new.items()}
        # most files bring only new places: then what is held stays as it is
        replaces = not held.keys().isdisjoint(rows)
        if replaces:
            rows = {**held, **rows}
        path = store.folder(table.name) / f"{uuid.uuid4().hex}.parquet"
        pq.write_table(_arrow(table, rows), path, compression="zstd")
        try:
            return store.commit(
                table.name,
                schema=table.schema,
                note=dict(note),
                made_from=before.version if before else None,
                add=[path],
                remove=before.files if before and replaces else (),
            )
        except Conflict:
            path.unlink()
    raise Conflict(f"{table.name} is being changed by others all the time.", remedy="Nothing was written; try again.")


def _arrow(table: PlaceTable, rows: Mapping[Fact, Fact]) -> pa.Table:
    ordered = [rows[key] for key in sorted(rows, key=lambda key: tuple(str(part) for part in key))]
    columns = list(zip(*ordered, strict=True)) if ordered else [()] * len(table.schema)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, table.schema, strict=True)], schema=table.schema
    )
