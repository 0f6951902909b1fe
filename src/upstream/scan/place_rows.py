"""Scans of places as plain rows: for files, JSON and pages, the same figures everywhere."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.disclosure.published import published_count
from upstream.places.national_grid import in_degrees
from upstream.scan.back_test import MAP_WORDS, BackTest
from upstream.scan.concentration import Concentrated, RiskyFacilities
from upstream.scan.emerging import Emerging
from upstream.scan.hot_spots import DensityMap, HarmSpots, HotSpots
from upstream.scan.read_facts import Row, number
from upstream.scan.study import Study
from upstream.stats.concentration import Concentration


def shapes(study: Study, order: NDArray[np.int64]) -> list[shapely.Geometry]:
    """Outlines of places in some order, in degrees."""
    return list(in_degrees(study.outlines[order]))


def study_facts(study: Study) -> Row:
    """What kind of places were looked at."""
    return {
        "unit": study.unit,
        "metres_across": study.across,
        "vintage": study.vintage,
        "places": len(study),
        "square_km": round(float(study.square_km.sum()), 3),
        "without_neighbours": len(study.neighbours.islands),
        "edge_known": study.bounded,
    }


def concentration_facts(found: Concentration) -> Row:
    """How few places hold how much, beside chance."""
    return {
        "places": found.places,
        "events": found.events,
        "gini": number(found.gini),
        "generalised_gini": number(found.generalised_gini),
        "gini_by_chance": number(found.gini_by_chance),
        "shares": [
            {
                "of_events": number(share),
                "places": int(needed),
                "of_places": number(needed / found.places),
                "lower": number(low),
                "upper": number(high),
                "by_chance": number(chance),
            }
            for share, needed, low, high, chance in zip(
                found.shares, found.needed, found.lower, found.upper, found.by_chance, strict=True
            )
        ],
    }


def stability_facts(found: Concentrated) -> list[Row]:
    """The leading places of each year in the next."""
    return [
        {
            "year_from": str(before),
            "next_from": str(after),
            "leading": one.top,
            "stayed": one.stayed,
            "jaccard": number(one.jaccard),
            "jaccard_by_chance": number(one.jaccard_by_chance),
            "rank_correlation": number(one.rank_correlation),
            "events_before": one.before,
            "events_after": one.after,
            "expected_after_if_unchanged": number(one.expected_after),
        }
        for before, after, one in found.stable
    ]


def concentration_rows(found: Concentrated, *, public: bool = False) -> tuple[NDArray[np.int64], list[Row]]:
    """One row for each place, the most events first, and the order."""
    order = np.argsort(-found.counts, kind="stable")
    rows = [
        {
            **_place(found.study, int(at)),
            "events": _count(found.counts[at], public),
            "share_so_far": None if public else number(share),
        }
        for at, share in zip(order, found.curve, strict=True)
    ]
    return order, rows


def facility_rows(found: RiskyFacilities, *, public: bool = False) -> list[Row]:
    """One row for each facility, the most events first."""
    return [
        {
            "name": str(found.names[at]),
            "easting": number(found.easting[at]),
            "northing": number(found.northing[at]),
            "events": _count(found.counts[at], public),
        }
        for at in found.order
    ]


def hot_spot_rows(found: HotSpots, *, public: bool = False) -> tuple[NDArray[np.int64], list[Row]]:
    """One row for each place: those called hot first, then by the statistic; beside each its rank by counts alone."""
    local, called = found.local, found.called
    order = np.lexsort((-np.nan_to_num(local.statistic, nan=-np.inf), called != "hot"))
    rank = _ranks(found.naive)
    rows = [
        {
            **_place(found.study, int(at)),
            "called": str(called[at]),
            "events": _count(found.counts[at], public),
            "rank_by_events": None if public else int(rank[at]),
            "statistic": None if public else number(local.statistic[at]),
            "p": None if public else number(local.p[at]),
            "q": None if public else number(local.q[at]),
        }
        for at in order
    ]
    return order, rows


def harm_rows(found: HarmSpots, *, public: bool = False) -> tuple[NDArray[np.int64], list[Row]]:
    """One row for each place, the most days of harm first; places with few events say nothing to the public."""
    totals, rank = found.totals, _ranks(found.by_count)

    def days(value: float, at: int) -> float | None:
        return None if public and math.isnan(published_count(int(totals.events[at]))) else number(value)

    rows = [
        {
            **_place(found.study, int(at)),
            "harm_days": days(totals.total[at], at),
            "lower": days(totals.lower[at], at),
            "upper": days(totals.upper[at], at),
            "events": _count(totals.events[at], public),
            "largest_event_share": None if public else number(totals.largest[at]),
            "rank_low": int(totals.rank_low[at]),
            "rank_high": int(totals.rank_high[at]),
            "chance_of_leading": number(totals.in_top[at]),
            "rank_by_events": None if public else int(rank[at]),
        }
        for at in found.order
    ]
    return found.order, rows


def emerging_rows(found: Emerging, *, public: bool = False) -> tuple[NDArray[np.int64], list[Row]]:
    """One row for each place: those of a class first."""
    order = np.lexsort((-found.hot.sum(1), found.called == "none"))
    rows = [
        {
            **_place(found.study, int(at)),
            "called": str(found.called[at]),
            "periods_hot": int(found.hot[at].sum()),
            "periods_cold": int(found.cold[at].sum()),
            "hot_last": bool(found.hot[at, -1]),
            "trend": number(found.trend.tau[at]),
            "trend_p": number(found.trend.p[at]),
            "events": _count(found.counts[at].sum(), public),
            "events_last": _count(found.counts[at, -1], public),
        }
        for at in order
    ]
    return order, rows


def back_test_rows(found: BackTest) -> list[Row]:
    """One row for each map and share of the area."""
    return [
        {
            "map": score.map,
            "what": MAP_WORDS[score.map],
            "of_area": number(score.area),
            "hits": score.hits,
            "later": score.later,
            "hit_rate": number(score.hit_rate),
            "accuracy_index": number(score.index),
            "efficiency_index": number(score.efficiency),
            "gain_on_same_places": number(score.gain),
            "gain_lower": number(score.gain_low),
            "gain_upper": number(score.gain_high),
        }
        for score in found.scores
    ]


def density_rows(found: DensityMap, top: float) -> tuple[list[Row], list[shapely.Geometry]]:
    """The densest cells that together are a share of the area, the densest first, and their outlines in degrees."""
    values = found.density.values * 1e6
    inside = np.isfinite(values)
    row, column = np.unravel_index(np.argsort(-np.where(inside, values, -1), axis=None), values.shape)
    kept = min(max(1, round(top * int(inside.sum()))), int((values[inside] > 0).sum()))
    half = found.density.cell / 2
    rows, cells = [], []
    for at, to in zip(row[:kept], column[:kept], strict=True):
        x, y = float(found.density.x[to]), float(found.density.y[at])
        rows.append({"easting": number(x), "northing": number(y), "events_per_km2": number(values[at, to])})
        cells.append(shapely.box(x - half, y - half, x + half, y + half))
    return rows, list(in_degrees(np.array(cells, object)))


def _place(study: Study, at: int) -> Row:
    of = "lsoa" if study.unit == "small area" else "cell"
    return {
        of: str(study.keys[at]),
        "name": str(study.names[at]),
        "easting": round(float(study.x[at])),
        "northing": round(float(study.y[at])),
        "square_km": round(float(study.square_km[at]), 4),
    }


def _ranks(order: NDArray[np.int64]) -> NDArray[np.int64]:
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return rank


def _count(count: float, public: bool) -> int | None:
    if not public:
        return int(count)
    shown = published_count(int(count))
    return None if math.isnan(shown) else int(shown)
