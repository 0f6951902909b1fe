"""Areas side by side: intervals against scipy, verdicts held to one false alarm in twenty, the force's own order."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from upstream.measures.definition import Pack
from upstream.measures.result import MeasureResult, Results, Value
from upstream.reports.area_comparison import area_figures, comparison_chart
from upstream.reports.binding import Binding

AREAS = ("n", "s", "e", "w", "c")
RESIDENTS = dict.fromkeys(AREAS, 100_000.0)


def with_counts(result: MeasureResult, counts: dict[str, float], bases: dict[str, float] | None = None) -> Binding:
    """The measure with these latest counts by area (and denominators)."""
    series = dict(result.series)
    for area, count in counts.items():
        base = math.nan if bases is None else bases[area]
        latest = Value(count if bases is None else 100 * count / base, count, base, "held", 1, 1)
        series[area] = dataclasses.replace(series[area], latest=latest)
    return Binding(dataclasses.replace(result, series=series))


def test_counts_become_rates_with_garwoods_interval(results: Results) -> None:
    counts = dict(zip(AREAS, (120, 95, 101, 99, 105), strict=True))
    for row in area_figures(with_counts(results.measures["crime_total"], counts), RESIDENTS):
        low, high = scipy_stats.poisson(counts[row.area]).interval(0.95)
        assert row.value == counts[row.area] / 100
        assert row.low == pytest.approx(scipy_stats.chi2.ppf(0.025, 2 * counts[row.area]) / 200)
        assert row.high == pytest.approx(scipy_stats.chi2.ppf(0.975, 2 * counts[row.area] + 2) / 200)
        assert row.low < low / 100 + 0.02
        assert row.high > high / 100 - 0.02


def test_the_order_is_the_forces_own_whatever_the_figures(results: Results) -> None:
    for counts in ((5, 4, 3, 2, 1), (1, 2, 3, 4, 5)):
        binding = with_counts(results.measures["crime_total"], dict(zip(AREAS, counts, strict=True)))
        assert [row.area for row in area_figures(binding, RESIDENTS)] == list(AREAS)


def test_one_area_apart_is_said_and_the_others_are_not(results: Results) -> None:
    counts = dict(zip(AREAS, (400, 100, 100, 100, 100), strict=True))
    rows = {
        row.area: row.verdict for row in area_figures(with_counts(results.measures["crime_total"], counts), RESIDENTS)
    }
    assert rows["n"] == "higher"
    shown = comparison_chart(with_counts(results.measures["crime_total"], counts), RESIDENTS)
    assert "North Marl (higher)" in shown.description


def test_equal_areas_are_called_apart_once_in_twenty_times_together(results: Results) -> None:
    """By simulation: five areas of one rate; how often any of them is called higher or lower."""
    rng, false = np.random.default_rng(20260501), 0
    trials = 400
    for _ in range(trials):
        counts = dict(zip(AREAS, rng.poisson(60, 5).tolist(), strict=True))
        rows = area_figures(with_counts(results.measures["crime_total"], counts), RESIDENTS)
        false += any(row.verdict in ("higher", "lower") for row in rows)
    assert false / trials < 0.05 + 3 * math.sqrt(0.05 * 0.95 / trials)
    assert false > 0


def test_without_residents_counts_have_no_interval_and_no_verdict(results: Results) -> None:
    for row in area_figures(Binding(results.measures["crime_total"]), {"n": 1000.0}):
        assert math.isnan(row.low)
        assert row.verdict == "unknown"


def test_shares_are_compared_by_their_difference(results: Results) -> None:
    share = next(
        one
        for one in results.measures.values()
        if one.definition.kind == "proportion" and one.definition.of_separate_events
        if not one.definition.weight and set(AREAS) <= set(one.series)
    )
    bases = dict.fromkeys(AREAS, 500.0)
    counts = dict(zip(AREAS, (400.0, 250.0, 250.0, 250.0, 250.0), strict=True))
    rows = {row.area: row.verdict for row in area_figures(with_counts(share, counts, bases), {})}
    assert rows["n"] == "higher"
    assert set(rows.values()) <= {"higher", "lower", "alike"}


def test_the_table_holds_what_the_picture_shows(results: Results, force_pack: Pack) -> None:
    counts = dict(zip(AREAS, (400, 100, 100, 100, 100), strict=True))
    chart = comparison_chart(with_counts(results.measures["crime_total"], counts), RESIDENTS)
    assert [row.cells[2].text for row in chart.data.rows] == ["4.00", "1.00", "1.00", "1.00", "1.00"]
    assert chart.data.rows[0].cells[1].text == "400"
    assert chart.svg.count("c-interval") == 5


def test_a_measure_of_the_force_alone_has_nothing_to_compare(results: Results) -> None:
    alone = next(one for one in results.measures.values() if len(one.series) == 1)
    assert comparison_chart(Binding(alone), RESIDENTS) is None
