"""Quarantined rows as CSV text, and what became of a batch in words."""

import csv
import io
from collections.abc import Iterable

from upstream.reports.spreadsheet import as_plain_text
from upstream_web.intake.models import Row


def quarantine_as_csv(rows: Iterable[Row]) -> str:
    """Rows as they were, each with its reasons, to be mended and uploaded again; nothing in them runs as a formula."""
    rows = [(row, dict(row.cells)) for row in rows]
    headers = list(dict.fromkeys(header for _, cells in rows for header in cells))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["part", "row", "why", *(as_plain_text(header) for header in headers)])
    for row, cells in rows:
        said = (row.part, str(row.number), " ".join(row.reasons), *(cells.get(header, "") for header in headers))
        writer.writerow([as_plain_text(cell) for cell in said])
    return out.getvalue()
