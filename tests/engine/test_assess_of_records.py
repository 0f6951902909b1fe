"""An assessment from recorded events, and what a reader sees of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import numpy as np
import pytest

from fixtures_events import FIRST, made
from upstream.assess.finding import Refused
from upstream.assess.kept import as_data
from upstream.assess.ladder import Answer, answer
from upstream.assess.methods import METHODS
from upstream.assess.of_records import AskedOf, kinds_of_events, named, panel_of_events, rule_changes
from upstream.periods import Month
from upstream.reports.assessment import ShownAnswer, answer_blocks
from upstream.reports.document import Bullets, Callout, Chart, Facts, text_of
from upstream.reports.kept_worth import kept_worth, prices_of

COUNTS = tuple(
    one for one in METHODS if one.key in ("before_after_compared", "displacement_difference", "before_after")
)
"""What the ladder asks changes as methods are added; these stay."""
START = Month(2022, 9)
ASKED = AskedOf(Month(2022, 1), START, Month(2022, 12), ("T1",), types=("residential_burglary",))


def events(factor: float = 0.4, per_month: int = 12) -> object:
    """One treated small area that falls by a factor, four that stay."""
    days, places = [], []
    for month in range(12):
        for unit in ("T1", "C1", "C2", "C3", "C4"):
            n = per_month + month % 3
            n = round(n * factor) if unit == "T1" and month >= 8 else n
            days += [(dt.date(2022, month + 1, 3) - FIRST).days] * n
            places += [unit] * n
    return made(np.zeros(len(days)), np.zeros(len(days)), days, small_areas=places)


def shown(got: Answer, *, public: bool = False) -> dict[str, object]:
    blocks = answer_blocks(ShownAnswer(got, "Marsh Green", (("crimes", 3),), public))
    return {type(one).__name__: one for one in blocks}


def test_events_are_counted_by_place_and_month() -> None:
    panel = panel_of_events(events(), ASKED)
    assert panel.units == ("C1", "C2", "C3", "C4", "T1")
    assert panel.start == 8
    assert panel.series("treated").tolist() == [12, 13, 14, 12, 13, 14, 12, 13, 6, 5, 5, 6]
    assert panel.comparison.sum() == 4
    alone = panel_of_events(events(), replace(ASKED, comparison=("C2", "C9")))
    assert alone.series("comparison").tolist()[:2] == [12, 13]  # C9: a place where nothing was recorded counts nought
    assert alone.roles[alone.units.index("C1")] == "unused"


def test_a_planted_fall_is_found_and_a_null_is_not() -> None:
    found = answer(panel_of_events(events(0.4), ASKED), COUNTS, [])
    assert found.main.method == "before_after_compared"
    assert found.main.ratio is not None
    assert found.main.ratio.upper < 1
    assert found.main.verdict.band.term == "Almost certain"
    null = answer(panel_of_events(events(1.0), ASKED), COUNTS, [])
    assert null.main.ratio is not None
    assert null.main.ratio.lower < 1 < null.main.ratio.upper


def test_a_reader_sees_the_answer_its_graph_and_what_it_rests_on() -> None:
    got = answer(panel_of_events(events(), ASKED), COUNTS, [])
    parts = shown(got)
    facts = parts["Facts"]
    assert isinstance(facts, Facts)
    said = {name: text_of(runs) for name, runs in facts.items}
    answer_first = parts["Callout"]
    assert isinstance(answer_first, Callout)
    assert (answer_first.kind, answer_first.title) == ("answer", "Did it work?")
    assert re.match(r"Yes, if what the method assumes holds: \d+% fewer recorded", text_of(answer_first.runs))
    assert "lower than without it" in said["Effect"]
    assert "Maryland scale" in said["How sure"]
    blocks = answer_blocks(ShownAnswer(got, "Marsh Green", (("crimes", 3),)))
    chart, methods = (one for one in blocks if isinstance(one, Chart))
    assert chart.svg.startswith("<svg")
    assert len(chart.data.rows) == 12
    assert chart.data.rows[0].cells[0].text == "January 2022"
    assert [row.group for row in chart.data.rows if row.group] == ["Before", "After it began"]
    assert next(row.cells[0].text for row in methods.data.rows) == "Before and after, against a comparison"
    assert "Before and after, against a comparison" in methods.narrow
    assert isinstance(parts["Bullets"], Bullets)


def test_small_numbers_are_withheld_from_those_who_may_not_see_them() -> None:
    got = answer(panel_of_events(events(0.4, 40), ASKED), COUNTS, [])
    parts = shown(got, public=True)
    assert "Chart" not in parts
    facts = parts["Facts"]
    assert isinstance(facts, Facts)
    assert "fewer" not in {name: text_of(runs) for name, runs in facts.items}["Effect"]
    few = shown(answer(panel_of_events(events(0.1, 4), ASKED), COUNTS, []), public=True)
    assert set(few) == {"Callout"}
    assert isinstance(few["Callout"], Callout)


def test_months_that_are_not_held_are_refused() -> None:
    with pytest.raises(Refused, match="Nothing is held of March 2022"):
        panel_of_events(replace(events(), missing=(Month(2022, 3),)), ASKED)


def test_what_is_counted_has_a_name() -> None:
    assert named("crimes", ["residential_burglary"]).startswith("recorded crimes of ")
    assert named("incidents", []) == "recorded incidents"


def test_what_was_counted_is_kept_by_kind_and_has_a_worth() -> None:
    read = events(0.4)
    kinds = kinds_of_events(read, ASKED)
    assert sum(one.crimes for one in kinds) == panel_of_events(read, ASKED).series("treated").sum()
    found = answer(panel_of_events(read, ASKED), COUNTS, [])
    kept = as_data(found) | {"table": "crimes", "kinds": [["personal_robbery", None, 9]]}
    made = kept_worth(kept, last="2022-12", cost=1_000)
    assert made.valued is not None
    assert made.valued.main.level.to == "2022/23"
    assert made.valued.main.harm_days is not None
    assert made.per_pound.estimate == pytest.approx(made.valued.main.benefit.estimate / 1_000)
    assert "avoided, worth £" in made.line
    kinds = [type(one).__name__ for one in made.blocks("Marsh Green")]
    assert kinds == ["Callout", "Table", "Bullets", "Callout", "Bullets"]
    free = kept_worth(kept, last="2022-12")
    assert free.per_pound is None
    none = kept_worth(as_data(found), last="2022-12", cost=1_000)  # kept before kinds were
    assert (none.valued, none.per_pound, none.blocks("Marsh Green")) == (None, None, ())
    assert "None of what was counted has a unit cost" in none.line


def test_prices_are_of_the_financial_year_of_the_last_month() -> None:
    assert [prices_of(month) for month in ("2022-03", "2022-04", "2040-01")] == ["2021/22", "2022/23", "2026/27"]


def test_changes_of_recording_are_those_of_the_measures() -> None:
    (change,) = rule_changes("crimes", ["Public order"])
    assert change.period == "2022-02"
    assert "Public Order Offence" in change.words
    assert [one.period for one in rule_changes("incidents", ["Anti-social behaviour"])] == ["2022-02"]
    assert rule_changes("crimes", ["Burglary"]) == ()
    assert rule_changes("street_crimes", ["Public order"]) == ()
    assert change in rule_changes("crimes", [])
