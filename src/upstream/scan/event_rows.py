"""Near repeats and new clusters as plain rows: for files, JSON and pages, the same figures everywhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import shapely

from upstream.disclosure.published import published_count
from upstream.measures.crime_types import type_label
from upstream.places.national_grid import to_degrees
from upstream.scan.clusters import Clusters
from upstream.scan.near_repeat import NearRepeats
from upstream.scan.raised_risk import LEAST_CELL
from upstream.scan.read_facts import Row, number

_CORNERS: Final = 16
"""Corners to a quarter of a drawn circle."""
_TABLE: Final = "crimes"
"""Near repeats are of the force's own crimes: open data is refused, and incidents have no points."""
_WHOLE: Final = 10
"""Metres that a reach is rounded up to."""


def bands(found: NearRepeats) -> list[Row]:
    """One row for each band of distance and time."""
    table = found.table
    return [
        {
            "distance": near,
            "time": soon,
            "pairs": int(table.observed[row, column]),
            "expected": number(table.expected[row, column]),
            "ratio": number(table.ratio[row, column]),
            "lower": number(table.lower[row, column]),
            "upper": number(table.upper[row, column]),
            "p": number(table.p_more[row, column]),
            "q": number(found.q[row, column]),
            "raised": bool(found.raised[row, column]),
        }
        for row, near in enumerate(found.distance_words)
        for column, soon in enumerate(found.day_words)
    ]


def risk_areas(found: NearRepeats, names: Mapping[str, str], *, public: bool = False) -> list[Row]:
    """One row for each square at raised risk; small numbers are withheld from the public."""
    return [
        {
            "lsoa": area.small_area,
            "name": names.get(area.small_area, area.small_area),
            "easting": area.easting,
            "northing": area.northing,
            "metres": area.metres,
            "events": number(published_count(area.events)) if public else area.events,
            "ratio": number(area.ratio),
            "latest": area.latest.isoformat(),
            "until": area.until.isoformat(),
        }
        for area in found.risk
    ]


def risk_windows(found: NearRepeats, names: Mapping[str, str]) -> list[Row]:
    """One row for each window, of the latest event first, for those who may see records."""
    return [
        {
            "event": one.event,
            "day": one.day.isoformat(),
            "type": type_label(_TABLE, one.type),
            "lsoa": one.small_area,
            "name": names.get(one.small_area, one.small_area),
            "easting": one.easting,
            "northing": one.northing,
            "radius_metres": one.metres,
            "ratio": number(one.ratio),
            "until": one.until.isoformat(),
        }
        for one in found.windows
    ]


def chains(found: NearRepeats, names: Mapping[str, str]) -> list[Row]:
    """One row for each chain, that of the latest event first, for those who may see records."""
    return [
        {
            "chain": number,
            "events": len(chain.links),
            "first": chain.first.isoformat(),
            "last": chain.last.isoformat(),
            "lsoas": " ".join(codes),
            "names": "; ".join(names.get(code, code) for code in codes),
            "reach_metres": math.ceil(chain.reach_metres / _WHOLE) * _WHOLE,
        }
        for number, chain in enumerate(found.chains, 1)
        for codes in [list(dict.fromkeys(link.small_area for link in chain.links if link.small_area))]
    ]


def chain_events(found: NearRepeats, names: Mapping[str, str]) -> list[Row]:
    """One row for each event of a chain, for those who may see records."""
    return [
        {
            "chain": number,
            "event": link.event,
            "day": link.day.isoformat(),
            "type": type_label(_TABLE, link.type),
            "lsoa": link.small_area,
            "name": names.get(link.small_area, link.small_area),
        }
        for number, chain in enumerate(found.chains, 1)
        for link in chain.links
    ]


def near_repeat_facts(found: NearRepeats) -> Row:
    """Counts and settings behind a table of near repeats."""
    of = found.of
    return {
        "events": found.events,
        "dated_by_recording": found.by_recording,
        "uncertain_days": found.uncertain,
        "metric": of.metric,
        "cumulative": of.cumulative,
        "permutations": of.permutations,
        "seed": of.seed,
        "chain_metres": of.chain_metres,
        "chain_days": of.chain_days,
        "chains": len(found.chains),
        "chains_at_one_point": found.chains_at_one_point,
        "longest_chain": max((len(chain.links) for chain in found.chains), default=0),
        "to": found.to.isoformat(),
    }


def cluster_rows(found: Clusters, names: Mapping[str, str], *, public: bool = False) -> list[Row]:
    """One row for each cluster, the strongest first; small numbers are withheld from the public."""
    return [
        {
            "lsoa": one.small_areas[0] if one.small_areas else "",
            "name": names.get(one.small_areas[0], one.small_areas[0]) if one.small_areas else "",
            "small_areas": " ".join(one.small_areas),
            "easting": one.easting,
            "northing": one.northing,
            "radius_metres": one.radius_metres,
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
            "events": number(published_count(one.events)) if public else one.events,
            "expected": number(one.expected),
            "ratio": number(one.ratio),
            "addresses": number(published_count(one.addresses)) if public else one.addresses,
            "log_likelihood_ratio": number(one.log_likelihood_ratio),
            "p": number(one.p),
            "p_fitted": number(one.p_fitted),
            "recurrence_days": number(one.recurrence_days),
            "new": one.new,
        }
        for one in found.clusters
    ]


def cluster_facts(found: Clusters) -> Row:
    """Counts and settings behind a scan."""
    of = found.of
    return {
        "model": of.model,
        "longest_days": of.longest_days,
        "cell_metres": of.cell_metres,
        "most_metres": of.most_metres,
        "most_share": of.most_share,
        "recurrence_days": of.recurrence_days,
        "seed": of.seed,
        "events": found.events,
        "places": found.places,
        "cylinders": found.cylinders,
        "replicas": found.replicas,
        "new": len(found.new),
        "at_one_address": found.at_one_address,
        "to": found.to.isoformat(),
    }


def shape(row: Mapping[str, Any]) -> shapely.Polygon:
    """The square or circle of a row, in degrees of longitude and latitude."""
    x, y = row["easting"], row["northing"]
    if "metres" in row:
        metres = shapely.box(x, y, x + row["metres"], y + row["metres"])
    else:
        metres = shapely.Point(x, y).buffer(max(row["radius_metres"], LEAST_CELL / 2), quad_segs=_CORNERS)
    corners = shapely.get_coordinates(metres)
    return shapely.Polygon(to_degrees(corners[:, 0], corners[:, 1]))
