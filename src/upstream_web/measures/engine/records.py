"""The records behind a figure, for one person and purpose."""

from __future__ import annotations

import csv
import io

from upstream.measures.records_behind import Records, records_behind, why_no_records
from upstream.reports.spreadsheet import as_plain_text
from upstream.store import ReadingScope
from upstream_web.measures.engine.figures import Figures

SHOWN = 200
IN_A_FILE = 20_000


def why_not(figures: Figures, key: str) -> str | None:
    """Why the records behind a measure cannot be shown; `None` when they can."""
    binding = figures.bindings[key]
    if binding.result.provenance is None:
        return "The measure is not held."
    return why_no_records(binding.definition)


def table_of(figures: Figures, key: str) -> str:
    """The table whose records the measure counts."""
    numerator = figures.bindings[key].definition.numerator
    return numerator.table if numerator is not None else ""


def read(
    figures: Figures, key: str, area: str, *, who: str, purpose: str, areas: tuple[str, ...] | None, most: int = SHOWN
) -> Records:
    """Read them, within the areas that the person may read (`None`: everywhere)."""
    definition, table = figures.bindings[key].definition, table_of(figures, key)
    own = figures.force.settings
    version = next(one.version for one in figures.results.tables if one.table == table)
    return records_behind(
        definition,
        figures.force.store,
        version=version,
        month=figures.bindings[key].result.series[area].latest_month,
        area=area,
        areas=figures.force.areas,
        force=own.force_key,
        scope=ReadingScope(who, purpose, frozenset({table}), areas, personal=False),
        most=most,
    )


def as_csv(found: Records) -> bytes:
    """The rows as CSV; nothing in them runs as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(found.columns)
    writer.writerows([as_plain_text(value) for value in row] for row in found.rows)
    return out.getvalue().encode()
