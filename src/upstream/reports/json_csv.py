"""The document as JSON, for programs, and every figure as tidy CSV, for anybody's own sums."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import math
from functools import cache
from typing import Any, Final

from upstream.reports.document import Document
from upstream.reports.figures import Figure, Provenance
from upstream.reports.listing import printed_figures
from upstream.reports.spreadsheet import as_plain_text

FORMAT: Final = "upstream-report-1"

CSV_COLUMNS: Final = (
    *("section", "where", "row", "column", "measure", "area", "period"),
    *("quantity", "value", "unit", "decimals", "printed", "tables", "query"),
)


class _Sources:
    """Each different provenance once, by number: thousands of figures share a few hundred."""

    def __init__(self) -> None:
        self.numbers: dict[Provenance, int] = {}

    def number(self, source: Provenance) -> int:
        return self.numbers.setdefault(source, len(self.numbers))


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    """A block's fields; the picture is left out, its figures are there as a table."""
    return tuple(field.name for field in dataclasses.fields(kind) if field.name != "svg")


def _plain(value: Any, sources: _Sources) -> Any:
    if isinstance(value, Figure):
        number = None if value.value is None or not math.isfinite(value.value) else value.value
        return {
            "type": "figure",
            "value": number,
            "unit": value.unit,
            "decimals": value.decimals,
            "text": value.text,
            "source": sources.number(value.source),
        }
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {name: _plain(getattr(value, name), sources) for name in _names(type(value))}
        return {"type": type(value).__name__.lower(), **fields}
    if isinstance(value, tuple | list):
        return [_plain(item, sources) for item in value]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value


def as_data(document: Document) -> dict[str, Any]:
    """The document as plain JSON values; figures point into ``sources``, a list of provenances."""
    sources = _Sources()
    body = _plain(document, sources)
    listed = [
        {
            "measure": s.measure,
            "area": s.area,
            "period": s.period,
            "quantity": s.quantity,
            # a query names its tables once, in the document's list of queries
            **({"query": s.query} if s.query else {"tables": dict(s.tables)}),
        }
        for s in sources.numbers
    ]
    return {"format": FORMAT, "document": body, "sources": listed}


def render_json(document: Document) -> bytes:
    """UTF-8, one key order, a newline at the end."""
    return (json.dumps(as_data(document), ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def render_csv(document: Document) -> bytes:
    """One row a printed figure, UTF-8, RFC 4180; text that a spreadsheet would run as a formula is disarmed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for item in printed_figures(document):
        figure, source = item.figure, item.figure.source
        words = (item.section, item.where, item.row, item.column, source.measure, source.area, source.period)
        writer.writerow(
            [
                *(as_plain_text(word) for word in words),
                source.quantity,
                "" if figure.value is None else f"{figure.value:.15g}",
                figure.unit,
                figure.decimals,
                figure.text,
                " ".join(f"{table}@{version}" for table, version in source.tables),
                source.query,
            ]
        )
    return out.getvalue().encode()
