"""What the store holds, as the data quality pages print it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from upstream.periods import Month


@dataclass(frozen=True, slots=True)
class Holding:
    """One table as held.

    Attributes
    ----------
    table, title : str
    version : int
    committed_at : datetime
    rows : int
        Rows in this version.
    first, last : Month or None
        Months held, first and last.
    missing : tuple of Month
        Months between them that are not held.
    suspect : tuple of Month
        Months whose volume is far from what its neighbours and last year suggest, or only part of which was added.
    quarantined : int
        Rows refused and set aside.
    reasons : tuple of (str, int)
        Why, and how many.
    unknown : tuple of (column, code, int)
        Codes in no list: kept and counted as such.
    """

    table: str
    title: str
    version: int
    committed_at: dt.datetime
    rows: int
    first: Month | None = None
    last: Month | None = None
    missing: tuple[Month, ...] = ()
    suspect: tuple[Month, ...] = ()
    quarantined: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    unknown: tuple[tuple[str, str, int], ...] = ()
