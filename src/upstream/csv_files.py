"""Rows of a CSV file that somebody wrote, whatever wrote it."""

from __future__ import annotations

import csv
from pathlib import Path

from upstream.errors import BadInput


def rows_in(path: Path) -> list[dict[str, str]]:
    """The rows by heading, both without the spaces about them; a cell that is lacking is empty.

    Raises
    ------
    BadInput
        It is not CSV in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                {name.strip(): (value or "").strip() for name, value in row.items() if name}
                for row in csv.DictReader(file)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path.name} cannot be read as CSV: {error}.", allowed="a CSV file in UTF-8") from error
