"""Kept answers of hot spots, near repeats and clusters as rows for a file: what the page shows, and no more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from upstream.disclosure.published import published_count

Plain = Mapping[str, Any]
Rows = list[dict[str, Any]]
_DAYS = ("harm_days", "harm_low", "harm_high")
_RANKS = ("harm_rank_low", "harm_rank_high")
_OF_THE_COUNT = ("ratio", "log_likelihood_ratio")
"""With what was expected these give the count of a cluster away."""


def shown_spot(place: Plain, *, small_numbers: bool) -> dict[str, Any]:
    """One place of hot spots as the reader may see it, on page, map and file alike.

    Of a place whose count is withheld nothing says how it ranks or what harm it had. Where the count is rounded, days
    of harm are those of the rounded count: of one type they would give the count away.
    """
    count = _count(place["events"], small_numbers)
    scale = count / place["events"] if count and place["events"] else 1.0
    harm = {name: place.get(name) for name in _DAYS}
    harm = {name: None if value is None else value * scale for name, value in harm.items()}
    told = {"rank_by_events": place["rank"], **harm, **{name: place.get(name) for name in _RANKS}}
    return {name: place[name] for name in ("lsoa", "name", "called")} | {
        "events": count, **{name: None if count is None else value for name, value in told.items()}
    }  # fmt: skip


def hot_spot_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each place, hot ones first, then by events."""
    rows = [shown_spot(place, small_numbers=small_numbers) for place in answer["places"]]
    return sorted(rows, key=lambda row: (row["called"] != "hot", row["events"] is None, row["rank_by_events"] or 0,
                                         row["lsoa"]))  # fmt: skip


def risk_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each square where risk is raised."""
    return _withheld_last(answer["risk"], ("events",), small_numbers)


def cluster_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each cluster, the strongest first."""
    rows = _withheld_last(answer["clusters"], ("events", "addresses"), small_numbers)
    return rows if small_numbers else [row | dict.fromkeys(_OF_THE_COUNT) for row in rows]


def band_file(answer: Plain) -> Rows:
    """Pairs by distance and time: of the whole area, so nothing is withheld."""
    return [dict(row) for row in answer["bands"]]


def _withheld_last(given: Sequence[Plain], counts: Sequence[str], small_numbers: bool) -> Rows:
    """Rows with their counts as the reader may see them; those withheld last, in the order of where they are."""
    rows = [dict(row) | {name: _count(row[name], small_numbers) for name in counts} for row in given]
    withheld = [row for row in rows if row["events"] is None]
    withheld.sort(key=lambda row: (row["easting"], row["northing"]))
    return [row for row in rows if row["events"] is not None] + withheld


def _count(value: int | None, small_numbers: bool) -> int | None:
    if value is None or small_numbers:
        return value
    shown = published_count(value)
    return None if math.isnan(shown) else int(shown)
