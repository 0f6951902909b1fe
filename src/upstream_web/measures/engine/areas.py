"""Areas: all the measures of one, and one measure in all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from upstream.measures.definition import Pack
from upstream.reports.area_comparison import comparison_chart
from upstream.reports.area_tables import flag_of
from upstream.reports.binding import change_named, primary
from upstream.reports.document import Chart
from upstream.reports.figures import Figure
from upstream.reports.period_words import period_words
from upstream_web.measures.engine.figures import Figures
from upstream_web.measures.engine.pages import verdict


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One measure in an area, each number as printed.

    flag : "above", "below" or empty, for the latest figure
    then, change : the same period last year, and the difference; `None` when there is no comparison
    verdict : whether chance alone could explain it
    """

    key: str
    title: str
    period: str
    latest: Figure
    flag: str
    then: Figure | None
    change: Figure | None
    verdict: str
    lower: Figure | None
    upper: Figure | None


@dataclass(frozen=True, slots=True)
class AreaGroup:
    """The measures of one objective in an area."""

    key: str
    title: str
    rows: tuple[AreaRow, ...]


@lru_cache(maxsize=64)
def area_page(figures: Figures, area: str) -> tuple[AreaGroup, ...]:
    """Every measure held for the area, by objective."""
    return tuple(group for pack in figures.packs for group in _groups(figures, pack, area) if group.rows)


def _groups(figures: Figures, pack: Pack, area: str) -> list[AreaGroup]:
    several = len(figures.packs) > 1
    return [
        AreaGroup(
            f"{pack.key}-{objective.key}",
            f"{pack.title}: {objective.title}" if several else objective.title,
            tuple(
                _row(figures, one.key, area)
                for one in pack.definitions
                if one.objective == objective.key
                and one.by_area
                and one.alternative_of is None
                and area in figures.bindings[one.key].result.series
            ),
        )
        for objective in pack.objectives
    ]


def _row(figures: Figures, key: str, area: str) -> AreaRow:
    binding = figures.bindings[key]
    series = binding.result.series[area]
    month = series.latest_month
    change = change_named(series, "same_last_year")
    limited = binding.is_monthly and primary(series) is not None
    beside = series.latest.value
    return AreaRow(
        key,
        binding.definition.title,
        period_words(binding, month),
        binding.value(series.latest, area, str(month)),
        flag_of(binding, series),
        binding.value(change.then, area, change.then_label, change.name) if change else None,
        binding.difference(series, change, signed=True) if change else None,
        verdict(change) if change else "",
        binding.limit(series, month, "lower", beside=beside) if limited else None,
        binding.limit(series, month, "upper", beside=beside) if limited else None,
    )


@lru_cache(maxsize=128)
def compare(figures: Figures, key: str) -> Chart | None:
    """One measure in every area with its interval."""
    return comparison_chart(figures.bindings[key], figures.populations)
