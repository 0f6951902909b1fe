"""From a figure to the records it counts: never of tables about people, always within a reading scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from upstream.errors import BadInput, Refused
from upstream.measures.definition import Definition, Tally
from upstream.measures.engines import ask_duckdb
from upstream.measures.questions import Scope, names_small_areas, records_question
from upstream.measures.source_tables import source_table
from upstream.periods import Month
from upstream.store import ReadingScope, Store

ABOUT_PEOPLE: Final = "It is counted from a table about people, whose rows are shown to nobody here."


@dataclass(frozen=True, slots=True)
class Records:
    """Rows behind a figure.

    Attributes
    ----------
    table, version
        The Delta table and version that they were read from: the figure's own.
    columns
        Names of the columns.
    rows
        At most as many as were asked for, latest first; each value as text, empty where there is none.
    total
        How many there are.
    """

    table: str
    version: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int


def why_no_records(definition: Definition) -> str | None:
    """Why the records behind a measure cannot be shown; ``None`` when they can."""
    tallies = (definition.numerator, definition.denominator, definition.linked)
    tables = {tally.table for tally in tallies if tally is not None}
    if definition.numerator is None:
        return "It counts no records."
    if any(source_table(name).personal for name in tables) or definition.kind in ("repeat", "holders", "linked_share"):
        return ABOUT_PEOPLE
    if any(names_small_areas(source_table(name)) for name in tables):
        return "Its records are open data and lie by small area; see the files they came from."
    return None


def records_behind(
    definition: Definition,
    store: Store,
    *,
    version: int,
    month: Month,
    area: str,
    areas: Mapping[str, str],
    force: str | None,
    scope: ReadingScope,
    most: int,
) -> Records:
    """The records that the numerator of a measure counts in one month and area.

    Parameters
    ----------
    version
        Version of the numerator's table that the figure rests on.
    area, areas, force
        As in :func:`upstream.measures.calculate.calculated`; ``area`` may be the whole force.
    scope
        Who reads, for what purpose, and which areas they may read.
    most
        Rows given at most; the total is always whole.

    Raises
    ------
    Refused
        The measure is counted from a table about people, or the scope does not cover the area.
    """
    why = why_no_records(definition)
    if why is not None:
        raise Refused(f"The records behind {definition.title!r} are not shown. {why}")
    if scope.areas is not None and area not in scope.areas:
        raise Refused(f"This reading does not cover area {area!r}.", allowed=", ".join(scope.areas) or "no area")
    if most < 1:
        raise BadInput(f"{most} rows were asked for.", allowed="at least 1")
    tally = _tally(definition)
    snapshot = store.snapshot(tally.table, version, scope=scope)
    asked = Scope(month, month, tuple(areas), force, snapshot.areas)
    with ask_duckdb([records_question(tally, asked, area)], {tally.table: snapshot}) as answers:
        found = answers[0].rows
    shown = found.slice(0, most).to_pylist()
    columns = tuple(found.column_names)
    rows = tuple(tuple(_text(row[name]) for name in columns) for row in shown)
    return Records(tally.table, version, columns, rows, found.num_rows)


def _tally(definition: Definition) -> Tally:
    if definition.numerator is None:
        raise BadInput(f"{definition.key} counts nothing.")
    return definition.numerator


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
