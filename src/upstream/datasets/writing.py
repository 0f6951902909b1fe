"""Parquet files with exactly the columns of the table contracts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from upstream.errors import BadInput

_TYPES: Final = {
    "text": pa.string(),
    "category": pa.string(),
    "pseudonym": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}
ROW_GROUP: Final = 250_000


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column kept as indices into its few values; a negative index is null."""

    index: NDArray[np.int64]
    values: list[str]

    def arrow(self) -> pa.Array:
        """The texts, dictionary-encoded; a text that is listed twice is kept once, as a dictionary must."""
        position = {text: at for at, text in enumerate(dict.fromkeys(self.values))}
        places = np.array([position[text] for text in self.values] or [0], np.int32)
        index = pa.array(places[np.maximum(self.index, 0)], mask=self.index < 0)
        return pa.DictionaryArray.from_arrays(index, pa.array(list(position), pa.string()))


@cache
def schema(table: str) -> pa.Schema:
    """Columns of a table contract, in its order, as Arrow types."""
    text = files("upstream.records.contracts").joinpath(f"{table}.toml").read_text("utf-8")
    columns = tomllib.loads(text)["columns"]
    return pa.schema([pa.field(c["name"], _TYPES[c["type"]]) for c in columns])


def references(prefix: str, first: int, count: int) -> pa.Array:
    """Running references such as C0000123."""
    digits = pc.utf8_lpad(pa.array(np.arange(first, first + count)).cast(pa.string()), width=8, padding="0")
    return pc.binary_join_element_wise(prefix, digits, "")


def _column(value: Any, field: pa.Field) -> pa.Array:
    if isinstance(value, Coded):
        return value.arrow()
    if isinstance(value, np.ndarray) and value.dtype.kind == "M":
        if field.type == pa.date32():
            return pa.array(value.astype("datetime64[D]")).cast(pa.date32())
        return pa.array(value.astype("datetime64[us]")).cast(field.type)
    if isinstance(value, np.ndarray) and value.dtype == np.bool_:
        # packed here, so that the unused bits of the last byte are always zero and equal records make equal files
        bits = pa.py_buffer(np.packbits(value, bitorder="little").tobytes())
        return pa.Array.from_buffers(pa.bool_(), value.size, [None, bits])
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        return value
    return pa.array(value, field.type)


class TableFile:
    """One Parquet file of a table, written batch by batch."""

    def __init__(self, folder: Path, table: str) -> None:
        self.table = table
        self.path = folder / f"{table}.parquet"
        self.rows = 0
        self._schema = schema(table)
        self._writer: pq.ParquetWriter | None = None

    def add(self, columns: Mapping[str, Any]) -> None:
        """Append a batch; a name that the contract does not know, or lacks, is refused."""
        names = set(self._schema.names)
        if names != set(columns):
            raise BadInput(
                f"{self.table}: columns differ from the contract: {sorted(names ^ set(columns))}.",
                allowed=", ".join(self._schema.names),
            )
        arrays = [_column(columns[field.name], field) for field in self._schema]
        batch = pa.table(arrays, names=self._schema.names)
        if self._writer is None:
            # without the Arrow schema, dictionary-encoded columns read back as plain text
            self._writer = pq.ParquetWriter(self.path, batch.schema, compression="zstd", store_schema=False)
        self._writer.write_table(batch, row_group_size=ROW_GROUP)
        self.rows += batch.num_rows

    def close(self) -> None:
        """Finish the file; a table without any row still gets its columns."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, self._schema, compression="zstd", store_schema=False)
        self._writer.close()
