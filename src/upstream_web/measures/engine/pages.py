"""What a page about a measure shows: the report's own sections, and beside them signals, changes and sources."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from upstream.measures.result import FORCE, Change, Flag, Series
from upstream.reports.area_tables import flag_of
from upstream.reports.binding import Binding, query_id
from upstream.reports.document import Section
from upstream.reports.figures import Figure
from upstream.reports.measure_page import Reading, measure_section
from upstream.reports.period_words import month_list, period_words
from upstream.reports.scorecard import scorecard_section
from upstream.stats.run_rules import MAKING_DATA_COUNT
from upstream_web.measures.engine.figures import Figures

SIGNAL_MONTHS = 12
"""How far back a page lists signals."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule of special causes and the months that broke it.

    words : which rule, plainly
    months : which months, joined ("April to June 2022")
    values : the months' own figures, oldest first
    good : by the measure's direction of good; `None`: neither direction is good
    now : whether the latest month is among them
    """

    words: str
    months: str
    values: tuple[Figure, ...]
    good: bool | None
    now: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure beside an earlier one, each number as printed.

    verdict : whether chance alone could explain the difference, or why that cannot be said
    """

    period: str
    against: str
    now: Figure
    then: Figure
    difference: Figure
    percent: Figure
    verdict: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a measure's figures rest on.

    tables : name, version and time of commit (ISO 8601) of each
    """

    tables: tuple[tuple[str, int, str], ...]
    query_id: str
    query: str
    definition_hash: str
    engine: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The latest figure of a measure in an area; `flag` is "above", "below" or empty."""

    figure: Figure
    period: str
    flag: str


@lru_cache(maxsize=256)
def measure_section_of(figures: Figures, key: str) -> Section:
    """The report's page of one measure, without anybody's words."""
    return measure_section(Reading(figures.month, figures.bindings, {}), key)


@lru_cache(maxsize=16)
def scorecard_of(figures: Figures, pack_key: str) -> Section:
    """The report's scorecard of one pack."""
    pack = next(pack for pack in figures.packs if pack.key == pack_key)
    return scorecard_section(Reading(figures.month, figures.bindings, {}), pack)


def headline(binding: Binding, area: str = FORCE) -> Headline | None:
    """The latest figure, as printed; `None` when the measure is not held there."""
    series = binding.result.series.get(area)
    if series is None:
        return None
    month = series.latest_month
    shown = binding.value(series.latest, area, str(month))
    return Headline(shown, period_words(binding, month), flag_of(binding, series))


def signals(binding: Binding, area: str = FORCE) -> tuple[Signal, ...]:
    """Special causes of the last twelve months under the primary limits: those of the latest month first."""
    series = binding.result.series.get(area)
    if series is None or not series.limits:
        return ()
    rule, since = series.limits[0].rule, series.latest_month - (SIGNAL_MONTHS - 1)
    broken: dict[tuple[str, str], list[Flag]] = {}
    for flag in series.flags:
        if flag.limits == rule and flag.month >= since:
            broken.setdefault((flag.rule, flag.direction), []).append(flag)
    found = [_signal(binding, series, sorted(flags, key=lambda flag: flag.month)) for flags in broken.values()]
    return tuple(sorted(found, key=lambda signal: not signal.now))


def _signal(binding: Binding, series: Series, flags: list[Flag]) -> Signal:
    months = tuple(flag.month for flag in flags)
    values = tuple(binding.own_month(series, month) for month in months)
    return Signal(rule_words(flags[0]), month_list(months), values, flags[-1].favourable, series.latest_month in months)


def rule_words(flag: Flag) -> str:
    """A special-cause rule in plain words."""
    high = flag.direction == "high"
    side, edge = ("above", "upper") if high else ("below", "lower")
    return {
        "above_limit": "Above the upper control limit",
        "below_limit": "Below the lower control limit",
        "shift": f"A run of {MAKING_DATA_COUNT.shift} or more months {side} the mean",
        "trend": f"{MAKING_DATA_COUNT.trend} or more months, each {'higher' if high else 'lower'} than the last",
        "two_of_three": f"Two of three months near the {edge} control limit",
    }[flag.rule]


def compared(binding: Binding, area: str = FORCE) -> tuple[Compared, ...]:
    """The latest figure against earlier periods; those of which either side is not held are left out."""
    series = binding.result.series.get(area)
    if series is None:
        return ()
    return tuple(
        _compared(binding, series, change) for change in series.changes if change.then.state != "not_applicable"
    )


def _compared(binding: Binding, series: Series, change: Change) -> Compared:
    return Compared(
        change.now_label,
        change.then_label,
        binding.value(change.now, series.area, change.now_label, change.name),
        binding.value(change.then, series.area, change.then_label, change.name),
        binding.difference(series, change, signed=True),
        binding.percent_change(series, change, signed=True),
        verdict(change),
    )


def verdict(change: Change) -> str:
    """Whether chance alone could explain a difference."""
    if change.broken is not None:
        return f"Not comparable: recording changed in {change.broken.label}"
    if change.difference != change.difference:
        return "Cannot be compared: not all of it is held"
    if change.difference == 0:
        return "No difference"
    if change.significant is None:
        return "Not tested"
    return "More than chance" if change.significant else "Chance alone could explain it"


def source(binding: Binding) -> Source | None:
    """Tables, versions and query behind a measure; `None` when it was not calculated."""
    found = binding.result.provenance
    if found is None:
        return None
    tables = tuple((one.table, one.version, one.committed_at) for one in found.tables)
    return Source(tables, query_id(found), found.query, found.hash, found.engine, found.engine_version)
