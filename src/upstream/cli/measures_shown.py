"""Measures and their results as a terminal shows them, and as plain values for programs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from upstream.cli.terminal import cells, number
from upstream.disclosure.published import published_count
from upstream.errors import NotHeld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from upstream.measures.definition import Definition, Tally, Target
    from upstream.measures.forecasts import Scored
    from upstream.measures.periods_of import Period
    from upstream.measures.result import MeasureResult, Results, Value
    from upstream.measures.small_areas import SmallAreaCounts

SHORT = {"force": "Force", "not_known": "Not known"}
UNITS = {"percent": "%", "per_1000": "/1,000"}


def measure_line(definition: Definition) -> dict[str, Any]:
    return {
        "key": definition.key,
        "pack": definition.pack,
        "title": definition.title,
        "question": definition.question,
        "kind": definition.kind,
        "unit": definition.unit,
        "kpi_refs": list(definition.kpi_refs),
        "tables": list(definition.tables),
        "hash": definition.hash,
    }


def measure_facts(d: Definition) -> list[tuple[str, str]]:
    rows = [
        ("Question", d.question),
        ("Kind and unit", f"{d.kind}, {d.unit}"),
        ("Numerator", _tally(d.numerator)),
        ("Denominator", _tally(d.denominator)),
        ("Linked with", _tally(d.linked)),
        ("Window", d.window.replace("_", " ")),
        ("Good is", d.good),
        ("What good looks like", "; ".join(_target(target) for target in d.targets) or "not set"),
        ("Limits", d.limits),
        ("Breaks", "; ".join(f"{b.start}: {b.what}" for b in d.breaks)),
        ("Reading", f"{d.reading}: {d.reading_reason}" if d.reading else ""),
        ("Other readings", ", ".join(d.alternatives)),
        ("About", d.about),
        ("Caveats", "; ".join(d.caveats)),
        ("Owner", d.owner),
        ("Reviewed, next review", f"{d.reviewed}, {d.next_review}"),
        ("Source", d.source),
        ("File", Path(d.path).name),
    ]
    return [(name, value) for name, value in rows if value]


def _tally(tally: Tally | None) -> str:
    if tally is None:
        return ""
    what = f"sum of {tally.column}" if tally.column else "rows"
    if tally.distinct:
        what = f"different {', '.join(tally.distinct)}"
    where = f" where {tally.filter.text}" if tally.filter else ""
    return f"{what} of {tally.table}{where}"


def _target(target: Target) -> str:
    by = f" (by {target.by})" if target.by else ""
    return f"{target.text}{by}"


def results_json(results: Results, areas: Sequence[str]) -> dict[str, Any]:
    from upstream.measures.plain import plain, without_nan

    measures: dict[str, Any] = without_nan(plain(results.measures))
    for measure in measures.values():
        measure["series"] = {area: one for area, one in measure["series"].items() if area in areas}
    return {
        "to": str(results.to),
        "areas": results.areas,
        "tables": plain(results.tables),
        "false_alarms": without_nan(plain(results.false_alarms)),
        "engine": results.engine,
        "engine_version": results.engine_version,
        "measures": measures,
    }


def results_table(results: Results, areas: Sequence[str], title: str) -> Table:
    from rich import box

    rows = [result for result in results.measures.values() if any(area in result.series for area in areas)]
    areas = [area for area in areas if any(area in result.series for result in rows)]
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("Measure", min_width=16)
    table.add_column("Unit")
    for area in areas:
        # names of areas are printed once below: eight columns of figures must fit a terminal
        table.add_column(SHORT.get(area, area), justify="right", no_wrap=len(areas) <= 8)
    table.add_column("Likely", justify="right")
    for result in rows:
        table.add_row(*cells(*_row(result, areas)))
    return table


def _row(result: MeasureResult, areas: Sequence[str]) -> list[str]:
    definition = result.definition
    unit = UNITS.get(definition.unit, definition.unit)
    figures = []
    for area in areas:
        one = result.series.get(area)
        mark = {None: "", "high": "▲", "low": "▼"}[one.exceptional.direction if one and one.exceptional else None]
        figures.append(f"{printed(one.latest, definition)}{mark}" if one else "")
    first = next(iter(result.series.values()))
    given = first.likelihoods[0] if first.likelihoods and first.likelihoods[0].band else None
    return [definition.title, unit, *figures, f"{given.probability:.0%}" if given else ""]


def printed(value: Value, definition: Definition) -> str:
    if value.value != value.value:
        held = f"{value.months_held} of {value.months_wanted} months"
        return held if value.months_held < value.months_wanted else "none"
    return f"{value.value:,.{definition.decimals}f}"


def areas_line(results: Results, areas: Sequence[str]) -> str:
    """The names behind the codes that head the columns, and what the signs mean."""
    told = [f"{code} {results.areas[code]}" for code in areas if code not in SHORT and results.areas[code] != code]
    names = f"Areas: {', '.join(told)}. " if told else ""
    return f"{names}▲ ▼ outside its limits; likely: to reach its target."


def alarm_lines(results: Results) -> list[str]:
    alarms = results.false_alarms
    lines = []
    if alarms.series:
        lines.append(
            f"{alarms.outside} of {alarms.series} series are outside their limits; about {alarms.expected:.0f} would "
            f"be if nothing had changed. {alarms.standing_out} stand out even among so many (q of 5% or less). "
            f"{alarms.flagged} break any rule; at most {alarms.expected_at_most:.0f} would by chance."
        )
    if alarms.dependent:
        lines.append(
            f"Apart from these, {alarms.dependent_outside} of {alarms.dependent} stocks and series whose months follow "
            "one another are outside; how many would be by chance cannot be said."
        )
    return lines


def _lacking(results: Results) -> dict[str, list[str]]:
    """Why measures have no figure, and which."""
    found: dict[str, list[str]] = {}
    for key, result in results.measures.items():
        if result.not_held:
            found.setdefault(result.not_held, []).append(key)
    return found


def nothing_held(results: Results) -> NotHeld:
    return NotHeld(
        f"None of the {len(results.measures)} measures asked for can be calculated to {results.to}. "
        + " ".join(_lacking(results)),
        remedy="Add records first; what is held: upstream records status",
    )


def lacking_lines(results: Results) -> list[str]:
    return [f"Not calculated: {_some(keys)}. {why}" for why, keys in _lacking(results).items()]


def _some(keys: Sequence[str], most: int = 5) -> str:
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return ", ".join(keys[:most]) + more


def list_table(definitions: Sequence[Definition]) -> Table:
    """Measures in the report's order; a key is never cut short, because it is what people type."""
    table = Table(title=number(len(definitions), "measure"), box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("Key", no_wrap=True)
    table.add_column("Title")
    for d in definitions:
        table.add_row(*cells(d.key, d.title))
    return table


def facts_table(definition: Definition) -> Table:
    """What one measure is, a line a fact."""
    table = Table(title=" ".join(cells(definition.title, f"({definition.key})")), show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in measure_facts(definition):
        table.add_row(*cells(name, value))
    return table


def periods_table(definition: Definition, area: str, grain: str, periods: Sequence[Period]) -> Table:
    """One measure, period by period."""
    table = Table(title=" ".join(cells(f"{definition.title}, {area}, by {grain}")))
    table.add_column("Period")
    table.add_column(definition.unit, justify="right")
    for period in periods:
        table.add_row(*cells(period.label, printed(period.value, definition)))
    return table


def _small_count(count: float, *, public: bool) -> float | None:
    """A count as this reader sees it: the public to the nearest five and none under five."""
    shown = published_count(count) if public else count
    return shown if math.isfinite(shown) else None


def _count_text(count: float, *, public: bool, estimated: bool = False) -> str:
    shown = _small_count(count, public=public)
    if shown is None:
        return "suppressed"
    return f"{shown:,.1f}" if estimated and not public else f"{shown:,.0f}"


def small_areas_table(found: SmallAreaCounts, title: str, *, public: bool) -> Table:
    span = found.last.label if found.first == found.last else f"{found.first.label} to {found.last.label}"
    table = Table(title=f"{title}, {span}, by small area of {found.vintage}", box=box.SIMPLE_HEAD)
    for heading in ("Small area", "Name", "Area"):
        table.add_column(heading)
    table.add_column("Rows", justify="right")
    table.add_column("")
    for one in found.areas:
        count = _count_text(float(one.count), public=public, estimated=one.estimated)
        mark = "estimated" if one.estimated else ""
        table.add_row(*cells(one.code, one.name, one.area or "", count, mark))
    return table


def small_areas_summary(found: SmallAreaCounts, *, public: bool) -> list[str]:
    """Sentences under the table: what the total consists of, and what estimates rest on."""
    elsewhere = sum(rows for _, rows in found.unknown)
    placed = found.total - elsewhere - found.without
    total, inside, unknown, without = (
        _count_text(number, public=public) for number in (found.total, placed, elsewhere, found.without)
    )
    lines = [
        f"Total {total} = {inside} in small areas of {found.vintage} + {unknown} with codes that the look-up does not "
        f"have + {without} without a small area."
    ]
    if found.unknown:
        codes = [code for code, _ in found.unknown]
        more = f" and {len(codes) - 5:,} more" if len(codes) > 5 else ""
        lines.append(f"Codes not in the look-up: {', '.join(codes[:5])}{more}.")
    if any(one.estimated for one in found.areas):
        how = "by the residents of its parts" if found.by_residents else "evenly, as no population is held"
        lines.append(f"Estimated: rows of a code that was split or redrawn between the censuses, shared out {how}.")
    if found.part:
        lines.append(f"Only partly uploaded, it seems: {', '.join(month.label for month in found.part)}.")
    if public:
        lines.append("Counts to the nearest 5, each by itself; under 5 suppressed.")
    return lines


def small_areas_as_json(found: SmallAreaCounts, *, public: bool) -> dict[str, Any]:
    def shown(count: float) -> float | None:
        return _small_count(count, public=public)

    return {
        "measure": found.key,
        "vintage": found.vintage,
        "first": str(found.first),
        "last": str(found.last),
        "small_areas": [
            {
                "code": one.code,
                "name": one.name,
                "area": one.area,
                "count": shown(float(one.count)),
                "estimated": one.estimated,
            }
            for one in found.areas
        ],
        "unknown_codes": {code: shown(rows) for code, rows in found.unknown},
        "without_small_area": shown(found.without),
        "total": shown(found.total),
        "shared_by": "residents" if found.by_residents else "evenly",
        "months_partly_uploaded": [str(month) for month in found.part],
        "table": {"name": found.table.table, "version": found.table.version, "committed_at": found.table.committed_at},
        "query": found.query,
    }


def scored_table(scored: Sequence[Scored]) -> Table:
    """What was said and what happened, a line a likelihood."""
    from upstream.stats.yardstick import printed_percent

    table = Table(title="Likelihoods whose date has passed", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("Measure", no_wrap=True)
    for heading in ("Area", "What good looks like", "Said at", "By", "Likelihood", "Reached"):
        table.add_column(heading, overflow="fold")
    for one in scored:
        reached = "yes" if one.reached else "no"
        said = (str(one.made_to), str(one.by), printed_percent(one.probability), reached)
        table.add_row(*cells(one.measure, SHORT.get(one.area, one.area), one.target, *said))
    return table


def score_line(scored: Sequence[Scored]) -> str:
    """How good the likelihoods were, all together."""
    brier, reached, expected = _scores(scored)
    return (
        f"{number(len(scored), 'likelihood')} scored: {reached} reached, about {expected:.1f} were to be expected. "
        f"Brier score {brier:.3f} (0 is perfect, 0.25 is always saying 50%)."
    )


def scored_json(scored: Sequence[Scored]) -> dict[str, Any]:
    """The same for a program."""
    brier, reached, expected = _scores(scored)
    rows = [
        {
            "measure": one.measure,
            "area": one.area,
            "target": one.target,
            "made_to": str(one.made_to),
            "by": str(one.by),
            "probability": one.probability,
            "reached": one.reached,
            "brier": one.brier,
        }
        for one in scored
    ]
    return {"scored": len(scored), "reached": reached, "expected": expected, "brier": brier, "likelihoods": rows}


def _scores(scored: Sequence[Scored]) -> tuple[float, int, float]:
    from upstream.stats.scores import brier_score

    probabilities, outcomes = [one.probability for one in scored], [one.reached for one in scored]
    return brier_score(probabilities, outcomes), sum(outcomes), sum(probabilities)
