"""Rows of a table that a sentence names."""

from __future__ import annotations

import re

from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import key, said_in, telling, words


def named_rows(grid: Grid, text: str) -> list[int]:
    """Rows whose labels a text names; a label inside a longer named one does not count."""
    hits = [r for r, row in enumerate(grid.rows) if row.keys and _all_said(grid, row, text)]

    def hidden(r: int) -> bool:
        own = grid.rows[r].label
        return any(key(own) < key(grid.rows[s].label) and not _apart(own, grid.rows[s].label, text) for s in hits)

    return [r for r in hits if not hidden(r)]


def _plain_said(label: str, text: str) -> bool:
    """A label of plain words only ("Incidents") must stand as an item of its own."""
    own = re.escape(label.strip())
    return bool(
        re.search(
            (
                rf"(?:^|[,;:]|\band|\bof|\bfor)\s*(?:the |all )?{own}\s*(?:$|[,;.:(]|\b(?:and|are|is|"
                rf"were|was|exceed\w*|rose|fell|had|has|have|increas\w*|decreas\w*)\b)"
            ),
            text,
            re.IGNORECASE,
        )
    )


def _all_said(grid: Grid, row: Row, text: str) -> bool:
    """The label is said; with several labels, those that differ between rows."""
    for n, label in enumerate(row.keys):
        if (
            label
            and not said_in(label, text)
            and (len(grid.rows) == 1 or len({other.keys[n] for other in grid.rows}) > 1)
        ):
            return False
        if label and not telling(label) and not _plain_said(label, text):
            return False
    return any(row.keys)


def _apart(short: str, long: str, text: str) -> bool:
    """Whether the shorter label is also said on its own, outside the longer one."""
    said = list(words(text))
    return all(said.count(w) > 1 for w in key(short) & key(long)) and bool(key(short))
