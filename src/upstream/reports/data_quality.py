"""What the store holds, as the data quality pages print it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from upstream.periods import Month
from upstream.records.quarantine import quarantine_table, quarantined
from upstream.records.status import status
from upstream.store import ReadingScope, Store


@dataclass(frozen=True, slots=True)
class Holding:
    """One table as held.

    Attributes
    ----------
    table, title : str
    version : int
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
    rows: int
    first: Month | None = None
    last: Month | None = None
    missing: tuple[Month, ...] = ()
    suspect: tuple[Month, ...] = ()
    quarantined: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    unknown: tuple[tuple[str, str, int], ...] = ()


def holdings_of(store: Store, *, who: str, purpose: str) -> tuple[Holding, ...]:
    """What the store holds of each table, with why rows were refused (reasons and counts alone are kept)."""
    return tuple(
        Holding(
            table=held.table,
            title=f"{held.title}, {held.force}" if held.force else held.title,
            version=held.version,
            rows=held.rows,
            first=min((fact.month for fact in held.months), default=None),
            last=max((fact.month for fact in held.months), default=None),
            missing=held.missing,
            suspect=tuple(fact.month for fact in held.suspect),
            quarantined=held.quarantined,
            reasons=_reasons(store, held.table, who, purpose) if held.quarantined else (),
        )
        for held in status(store)
    )


def _reasons(store: Store, table: str, who: str, purpose: str) -> tuple[tuple[str, int], ...]:
    name = quarantine_table(table)
    scope = ReadingScope(who, purpose, frozenset({table, name}), personal=True)
    counted = Counter(row.reason for row in quarantined(store, table, scope=scope))
    return tuple(sorted(counted.items()))
