"""The first page: what is outside, what is likely to be missed, what nobody has explained; counted again here."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from upstream.measures.definition import Pack, Target
from upstream.measures.result import FORCE, Likelihood, MeasureResult, Results, Series
from upstream.periods import Month
from upstream.reports.binding import Binding
from upstream.reports.commentary import read_commentary
from upstream.reports.document import Bullets, Document, Section, tables_of, text_of, walk
from upstream.reports.figures import Figure
from upstream.reports.likelihood_words import by_words, chance_runs, level_words, likelihood_runs
from upstream.reports.measure_charts import force_chart
from upstream.reports.quarterly import Request, quarterly_report


def glance(document: Document) -> Section:
    assert document.sections[0].id == "at-a-glance"
    return document.sections[0]


def in_scorecard(results: Results, pack: Pack) -> list[MeasureResult]:
    chosen = (d for d in pack.definitions if d.in_scorecard and d.kind != "page" and d.alternative_of is None)
    return [results.measures[d.key] for d in chosen if results.measures[d.key].not_held is None]


def outside(results: Results, pack: Pack) -> dict[str, Series]:
    made = {r.definition.title: r.series[FORCE] for r in in_scorecard(results, pack) if r.definition.window == "month"}
    return {title: series for title, series in made.items() if series.exceptional is not None}


def rows(document: Document, key: str) -> list[list[str]]:
    table = next(t for t in tables_of(glance(document)) if t.key == key)
    return [[cell.text for cell in row.cells] for row in table.rows]


@pytest.fixture(scope="module")
def document(results: Results, force_pack: Pack) -> Document:
    return quarterly_report(Request(results, (force_pack,), "Force"))


def test_every_scorecard_measure_outside_its_limits_is_listed_and_counted(
    document: Document, results: Results, force_pack: Pack
) -> None:
    wanted = outside(results, force_pack)
    assert wanted
    assert {row[0] for row in rows(document, "glance-outside")} == set(wanted)
    points = next(b for b in glance(document).blocks if isinstance(b, Bullets) and b.title == "In short")
    counted = [run.value for run in points.items[0] if isinstance(run, Figure)]
    wrong = sum(1 for s in wanted.values() if s.exceptional is not None and s.exceptional.favourable is False)
    assert counted[1:] == [len(wanted), wrong, len(wanted)]
    assert counted[0] is not None
    assert counted[0] >= len(wanted)


def test_what_goes_wrong_stands_before_what_goes_right(results: Results, force_pack: Pack) -> None:
    measures = dict(results.measures)
    ways = dict(zip(outside(results, force_pack), (True, False, None), strict=False))
    for key, result in results.measures.items():
        if result.definition.title in ways and result.definition.alternative_of is None:
            series = result.series[FORCE]
            flags = tuple(dataclasses.replace(f, favourable=ways[result.definition.title]) for f in series.flags)
            flagged = dataclasses.replace(series, flags=flags)
            measures[key] = dataclasses.replace(result, series={**result.series, FORCE: flagged})
    made = quarterly_report(Request(dataclasses.replace(results, measures=measures), (force_pack,), "Force"))
    table = next(t for t in tables_of(glance(made)) if t.key == "glance-outside")
    groups = [row.group for row in table.rows if row.group]
    assert groups == ["The wrong way", "Neither way is good by itself", "The right way"]
    assert [title for title, way in ways.items() if way is False] == [table.rows[0].cells[0].text]


def test_an_explanation_is_credited(results: Results, force_pack: Pack, tmp_path: Path) -> None:
    title = next(iter(outside(results, force_pack)))
    key = next(r.definition.key for r in in_scorecard(results, force_pack) if r.definition.title == title)
    words = "---\nauthor: Head of Crime\nreviewed: 2022-07-06\n---\n## Next steps\nNone.\n"
    (tmp_path / f"{key}.md").write_text(words, "utf-8")
    made = quarterly_report(Request(results, (force_pack,), "Force", commentary=read_commentary(tmp_path)))
    assert {row[0]: row[-1] for row in rows(made, "glance-outside")}[title] == "Head of Crime"
    assert sum(row[-1] == "nobody yet" for row in rows(made, "glance-outside")) == len(outside(results, force_pack)) - 1


def test_the_least_likely_stand_first_and_none_above_even_is_listed(
    document: Document, results: Results, force_pack: Pack
) -> None:
    chances = {
        r.definition.title: r.series[FORCE].likelihoods[0].probability
        for r in in_scorecard(results, force_pack)
        if r.series[FORCE].likelihoods
    }
    wanted = sorted((t for t, p in chances.items() if p < 0.5), key=lambda title: chances[title])
    assert [row[0] for row in rows(document, "glance-unlikely")] == wanted


def test_a_figure_outside_its_limits_that_nobody_explains_says_so(document: Document, results: Results) -> None:
    flagged = {f"measure-{key}" for key, r in results.measures.items() if r.definition.window == "month"
               and FORCE in r.series and r.series[FORCE].exceptional is not None}  # fmt: skip
    heads = {s.id: " ".join(text_of(runs) for b in s.blocks for runs in _runs(b)) for s in walk(document.sections)}
    said = {ident for ident, words in heads.items() if "outside its control limits and is not explained" in words}
    assert said == flagged & set(heads)
    assert said


def _runs(block: object) -> list[tuple[object, ...]]:
    return [i[1] if isinstance(i[0], str) else i for i in getattr(block, "items", ())]


def test_no_report_has_one_heading_under_the_same_heading(document: Document) -> None:
    for part in walk(document.sections):
        assert not part.sections or part.sections[0].title != part.title


def test_the_yardstick_is_printed_with_its_numbers(document: Document) -> None:
    table = next(t for s in walk(document.sections) for t in tables_of(s) if t.key == "yardstick")
    assert [cell.text for cell in table.rows[3].cells] == ["Realistic possibility", "40% to 50%"]
    assert len(table.rows) == 7


@pytest.mark.parametrize(
    ("target", "threshold", "level", "by"),
    [
        (Target("90% in time", "at_least", 90.0, by="year_end"), 90.0, "at least 90", "March 2023"),
        (Target("A fall", "below", 0.0, relative_to="last_year", on="year_to_date", by="year_end"), 1234.0,
         "less than 1,234", "the year to March 2023"),
        (Target("8,000 to 10,000", "between", None, 8000.0, 10000.0, by="year_end"), 8000.0,
         "between 8,000 and 10,000", "March 2023"),
        (Target("Better", None), math.nan, "", "no date"),
    ],
)  # fmt: skip
def test_the_level_to_reach_is_a_number(
    results: Results, target: Target, threshold: float, level: str, by: str
) -> None:
    made = results.measures["crime_total"]
    definition = dataclasses.replace(made.definition, targets=(target,))
    when = None if target.by is None else Month(2023, 3)
    item = Likelihood(0.03, "Remote chance", target.text, when, threshold, "structure")
    series = dataclasses.replace(made.series[FORCE], likelihoods=(item,))
    binding = Binding(dataclasses.replace(made, definition=definition, series={FORCE: series}))
    assert text_of(level_words(binding, series, item)) == level
    assert by_words(binding, item) == by
    assert text_of(chance_runs(binding, series, item)) == "3% (remote chance)"
    taken = text_of(likelihood_runs(binding, series))
    assert ("taken as" in taken) == (target.relative_to is not None)


def test_the_public_is_not_shown_a_level_made_of_last_years_total(results: Results) -> None:
    made = results.measures["crime_total"]
    target = Target("A fall", "below", 0.0, relative_to="last_year", on="year_to_date", by="year_end")
    definition = dataclasses.replace(made.definition, targets=(target,))
    item = Likelihood(0.03, "Remote chance", "A fall", Month(2023, 3), 1234.0, "structure")
    series = dataclasses.replace(made.series[FORCE], likelihoods=(item,))
    binding = Binding(dataclasses.replace(made, definition=definition, series={FORCE: series}), public=True)
    said = text_of(likelihood_runs(binding, binding.result.series[FORCE]))
    assert said == "3% (remote chance) by March 2023"


def test_the_upper_limit_of_a_share_stops_at_the_whole(results: Results) -> None:
    made = results.measures["victim_referral_rate"]
    series = made.series[FORCE]
    limits = dataclasses.replace(series.limits[0], upper=np.full(len(series.months), 104.2))
    binding = Binding(dataclasses.replace(made, series={FORCE: dataclasses.replace(series, limits=(limits,))}))
    shown = binding.result.series[FORCE]
    assert binding.limit(shown, shown.latest_month, "upper").text == "100.0%"
    beyond = dataclasses.replace(shown, monthly=shown.monthly + 60)  # not a share after all: of minutes due, say
    assert binding.limit(beyond, shown.latest_month, "upper").text == "104.2%"


def test_names_in_a_list_of_categories_do_not_repeat_its_heading(document: Document) -> None:
    tables = [t for s in walk(document.sections) for t in tables_of(s)]
    table = next(t for t in tables if t.title.startswith("Median age of open investigations, by category"))
    names = [row.cells[0].text for row in table.rows]
    assert names[:2] == ["Homicide", "Violence with injury"]


def without_limits(results: Results) -> Results:
    """The same results as if too few months before were held, and with no levels to reach."""
    measures = {}
    for key, result in results.measures.items():
        bare = {area: dataclasses.replace(s, limits=(), flags=(), likelihoods=()) for area, s in result.series.items()}
        measures[key] = dataclasses.replace(result, series=bare)
    none = dataclasses.replace(results.false_alarms, series=0, expected=0.0, outside=0)
    return dataclasses.replace(results, measures=measures, false_alarms=none)


def test_with_no_limits_nothing_is_said_to_lie_inside_them(results: Results, force_pack: Pack) -> None:
    made = quarterly_report(Request(without_limits(results), (force_pack,), "Force"))
    points = next(b for b in glance(made).blocks if isinstance(b, Bullets) and b.title == "In short")
    said = [text_of(item) for item in points.items]
    assert said[0] == "No scorecard measure has control limits this month: too few months before it are held."
    assert said[1] == "No measure has both a level and a date to reach it by, so no likelihoods are given."
    page = next(s for s in walk(made.sections) if s.id == "exceptional-volumes")
    words = " ".join(text_of(b.runs) for b in page.blocks if hasattr(b, "runs"))
    assert words == "Nothing has control limits this month, because too few months before it are held."


def test_a_longer_period_that_would_flatten_the_months_is_not_drawn(results: Results) -> None:
    made = results.measures["homicide"]
    series = made.series[FORCE]
    definition = dataclasses.replace(made.definition, window="rolling_12")
    for times, drawn in ((12.0, 0), (3.0, 1)):
        long = dataclasses.replace(series, values=series.monthly * times)
        chart = force_chart(Binding(dataclasses.replace(made, definition=definition, series={FORCE: long})), results.to)
        assert chart is not None
        assert chart.svg.count('class="c-trend"') == drawn
        assert "Twelve months to this one" in [column.label for column in chart.data.columns]
