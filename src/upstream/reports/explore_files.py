"""Kept answers of hot spots, near repeats and clusters as rows for a file: what the page shows, and no more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from upstream.disclosure.published import published_count
from upstream.disclosure.setting import PUBLIC_THRESHOLD

Plain = Mapping[str, Any]
Rows = list[dict[str, Any]]
PER = 1_000
"""Residents that a rate is to."""
_DAYS = ("harm_days", "harm_low", "harm_high")
_RANKS = ("harm_rank_low", "harm_rank_high")
_OF_THE_COUNT = ("ratio", "log_likelihood_ratio")
"""With what was expected these give the count of a cluster away."""
_SQUARES = ("lsoa", "name", "easting", "northing", "metres", "events", "ratio", "latest", "until")
_CHAINS = ("chain", "events", "first", "last", "lsoas", "names", "reach_metres")
_WINDOWS = (*("event", "day", "type", "lsoa", "name", "easting", "northing", "radius_metres", "ratio", "until"),)
_PLACES = ("lsoa", "name", "events", "share_so_far")
_FACILITIES = ("name", "reference", "lsoa", "place", "easting", "northing", "events")
_BANDS = ("distance", "time", "pairs", "expected", "ratio", "lower", "upper", "p", "q", "raised")
"""Columns in their order: a kept answer has them in any."""


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
    told |= _rates(place, count, small_numbers)
    return {name: place[name] for name in ("lsoa", "name", "called")} | {
        "events": count, **{name: None if count is None else value for name, value in told.items()}
    }  # fmt: skip


def _rates(place: Plain, count: int | None, small_numbers: bool) -> Plain:
    """Rates to a thousand residents, where the answer is of rates: of the count as it is shown. The shrunk rate is for
    those who may see the count, which with the residents it gives away."""
    if "smoothed_rate" not in place:
        return {}
    rate = None if count is None else round(count / place["residents"] * PER, 2)
    smoothed = round(place["smoothed_rate"], 2) if small_numbers else None
    return {"residents": place["residents"], "rate_per_1000": rate, "smoothed_rate_per_1000": smoothed}


def hot_spot_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each place, hot ones first, then by events."""
    rows = [shown_spot(place, small_numbers=small_numbers) for place in answer["places"]]
    return sorted(rows, key=lambda row: (row["called"] != "hot", row["events"] is None, row["rank_by_events"] or 0,
                                         row["lsoa"]))  # fmt: skip


def risk_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each square where risk is raised; of few events nothing says when the latest was."""
    rows = _withheld_last(answer["risk"], ("events",), small_numbers)
    return _columns([row | {"latest": None} if row["events"] is None else row for row in rows], _SQUARES)


def cluster_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each cluster, the strongest first."""
    rows = _withheld_last(answer["clusters"], ("events", "addresses"), small_numbers)
    return rows if small_numbers else [row | dict.fromkeys(_OF_THE_COUNT) for row in rows]


def chain_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each chain, that of the latest event first.

    To those who may not see small numbers: chains of five events or more, their months, and no reach, which with few
    events would say how far from one another they lie.
    """
    rows = _columns(answer["chain_rows"], _CHAINS)
    if small_numbers:
        return rows
    shown = [
        row | {"events": count, "first": row["first"][:7], "last": row["last"][:7], "reach_metres": None}
        for row in rows
        if (count := _count(row["events"], False)) is not None
    ]
    shown.sort(key=lambda row: row["lsoas"])
    shown.sort(key=lambda row: row["last"], reverse=True)
    return [row | {"chain": at} for at, row in enumerate(shown, 1)]


def chain_event_file(answer: Plain) -> Rows:
    """One row for each event of a chain, for those who may see records."""
    columns, names = answer["chain_events"]["columns"], answer["chain_events"]["names"]
    rows = [dict(zip(columns, row, strict=True)) for row in answer["chain_events"]["rows"]]
    return [row | {"name": names.get(row["lsoa"], row["lsoa"])} for row in rows]


def window_file(answer: Plain) -> Rows:
    """One row for each window for a visit, for those who may see records."""
    return _columns(answer["windows"], _WINDOWS)


def concentration_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each small area, most events first; those withheld last, in the order of their codes."""
    whole = [row | {"share_so_far": share} for row, share in zip(answer["rows"], answer["curve"], strict=True)]
    rows = [_columns([row], _PLACES)[0] for row in whole]
    if small_numbers:
        return rows
    shown = [row | {"events": _count(row["events"], False), "share_so_far": None} for row in rows]
    return sorted(shown, key=lambda row: (row["events"] is None, -(row["events"] or 0), row["lsoa"]))


def facility_file(answer: Plain) -> Rows:
    """One row for each facility, most events first, for those who may see records."""
    return _columns(answer["rows"], _FACILITIES)


def week_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each hour of the week; hours of few events are withheld, as on the page."""
    rows = _columns(answer["week"], ("weekday", "hour", "events"))
    if small_numbers:
        return rows
    return [row | {"events": None} if 0 < row["events"] < PUBLIC_THRESHOLD else row for row in rows]


def month_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each month of the period."""
    rows = _columns(answer["months"], ("month", "events"))
    return [row | {"events": _count(row["events"], small_numbers)} for row in rows]


def pattern_file(answer: Plain, *, small_numbers: bool) -> Rows:
    """One row for each pattern that was tested."""
    rows = _columns(answer["patterns"], ("name", "said", "events", "p", "q", "real", "method"))
    return [row | {"events": _count(row["events"], small_numbers)} for row in rows]


def band_file(answer: Plain) -> Rows:
    """Pairs by distance and time: of the whole area, so nothing is withheld."""
    return _columns(answer["bands"], _BANDS)


def _withheld_last(given: Sequence[Plain], counts: Sequence[str], small_numbers: bool) -> Rows:
    """Rows with their counts as the reader may see them; those withheld last, in the order of where they are."""
    rows = [dict(row) | {name: _count(row[name], small_numbers) for name in counts} for row in given]
    withheld = [row for row in rows if row["events"] is None]
    withheld.sort(key=lambda row: (row["easting"], row["northing"]))
    return [row for row in rows if row["events"] is not None] + withheld


def _columns(rows: Sequence[Plain], names: Sequence[str]) -> Rows:
    return [{name: row[name] for name in names} for row in rows]


def _count(value: int | None, small_numbers: bool) -> int | None:
    if value is None or small_numbers:
        return value
    shown = published_count(value)
    return None if math.isnan(shown) else int(shown)
