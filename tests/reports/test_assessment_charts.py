"""The graph of an assessment and the intervals of methods: where lines lie, what is named, and the narrow form."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from upstream.assess.design import Curve, Planned, Seen
from upstream.assess.finding import Line
from upstream.reports.assessment_design import ShownDesign, design_blocks, in_a_sentence
from upstream.reports.assessment_results import p_in_words
from upstream.reports.counterfactual import NARROW, draw_counterfactual
from upstream.reports.document import Callout, Chart, text_of
from upstream.reports.forest import Drawn, draw_ratios, in_per_cent
from upstream.stats.intervals import Interval


def line(periods: tuple[str, ...] = (), coming: int = 0) -> Line:
    labels = periods or tuple(f"2022-{month:02d}" for month in range(1, 13))
    expected = np.full(len(labels), 20.0)
    expected[8 : 8 + coming] = np.nan
    observed = np.array([20.0] * 8 + [10.0] * (len(labels) - 8))
    return Line(labels, observed, expected, expected - 5, expected + 5, 8)


def x_of(svg: str, kind: str) -> list[float]:
    return [float(one) for one in re.findall(rf'class="{kind}" x1="([0-9.]+)"', svg)]


@pytest.mark.parametrize("narrow", [False, True])
def test_the_graph_names_its_lines_and_where_it_began(narrow: bool) -> None:
    options = {"frame": NARROW} if narrow else {}
    svg = draw_counterfactual(line(), "a", "Title", "Said", "Burglaries a month", **options)
    for words in ("counted", "expected without it", "where 95 in 100 would lie", "Began September 2022"):
        assert f">{words}</text>" in svg
    assert 'viewBox="0 0 340' in svg if narrow else 'viewBox="0 0 740' in svg
    dots = [float(one) for one in re.findall(r'class="c-dot" cx="([0-9.]+)"', svg)][:12]
    (began,) = x_of(svg, "c-break")
    assert dots[7] < began < dots[8]
    assert "coming in" not in svg


def test_nought_is_at_the_foot_and_half_is_half_as_high() -> None:
    svg = draw_counterfactual(line(), "a", "Title", "Said", "Burglaries a month")
    heights = [float(one) for one in re.findall(r'class="c-dot" cx="[0-9.]+" cy="([0-9.]+)"', svg)]
    (floor,) = (float(one) for one in re.findall(r'class="c-axis" x1="52" y1="([0-9.]+)"', svg))
    assert floor - heights[-1] == pytest.approx((floor - heights[0]) / 2, abs=0.2)


def test_months_of_coming_in_are_shaded_and_nothing_is_expected_of_them() -> None:
    svg = draw_counterfactual(line(coming=2), "a", "Title", "Said", "Burglaries a month")
    assert ">coming in</text>" in svg
    assert svg.count('class="c-expected"') == 2  # broken where it was coming in
    wide = float(re.findall(r'class="c-gap" x="[0-9.]+" y="[0-9.]+" width="([0-9.]+)"', svg)[0])
    assert wide == pytest.approx(2 * (740 - 52 - 186) / 12, abs=0.1)


def test_weeks_are_drawn_too() -> None:
    weeks = tuple(f"2022-W{week:02d}" for week in range(1, 13))
    svg = draw_counterfactual(line(weeks), "a", "Title", "Said", "Burglaries a week")
    assert ">Began 2022-W09</text>" in svg
    assert svg.count("2022-W") < 13  # labels have room


def test_intervals_lie_on_the_log_scale_within_the_picture() -> None:
    halved, doubled = Interval(0.5, 0.4, 0.6), Interval(2.0, 1.6, 2.5)
    drawn = [Drawn("Half", halved, first=True), Drawn("Double", doubled), Drawn("Nought", Interval(0.3, 0.0, 30.0))]
    for svg in draw_ratios(drawn, "k", "Title", "Said"):
        width = float(re.findall(r'viewBox="0 0 ([0-9]+)', svg)[0])
        ends = [
            (float(a), float(b))
            for a, b in re.findall(r'class="c-interval" x1="([0-9.]+)" y1="[0-9.]+" x2="([0-9.]+)"', svg)
        ]
        assert all(0 <= a <= b <= width for a, b in ends)
        half, double = ends[0], ends[1]
        assert half[1] - half[0] == pytest.approx((double[1] - double[0]) * np.log(1.5) / np.log(2.5 / 1.6), rel=0.01)
        assert "−50% (−60% to −40%)" in svg
        assert ">Double</text>" in svg


def test_a_change_is_never_minus_nought_and_a_p_never_nought() -> None:
    assert [in_per_cent(one) for one in (0.8, 1.0, 0.999, 1.25, float("inf"))] == [
        "−20%",
        "0%",
        "0%",
        "+25%",
        "no limit",
    ]
    assert [p_in_words(one) for one in (None, 0.0, 0.0009, 0.0341)] == ["–", "below 0.001", "below 0.001", "0.034"]


def curve(chance: float, smallest: float | None, compared: tuple[str, ...] = ()) -> Curve:
    return Curve(compared, 1.0, 0.2, (Seen(3, smallest and 2 * smallest, chance / 2), Seen(12, smallest, chance)))


def test_a_design_is_answered_by_its_best_comparison() -> None:
    alone, beside = curve(0.5, 0.3), curve(0.85, 0.18, ("Hill",))
    assert (
        in_a_sentence((alone, beside)) == "Yes: a fall of 20% is likely to be seen (85 times in 100 after 12 months)."
    )
    assert in_a_sentence((alone,)) == (
        "Too little: a fall of 20% would be seen only 50 times in 100 after 12 months. "
        "Only 30% or more is large enough to be likely seen. Count more, or for longer."
    )
    assert "No fall is large enough" in in_a_sentence((curve(0.09, None),))
    assert in_a_sentence((curve(math.nan, None),)) == "Nothing: too little is counted there."


def test_the_design_answers_first_and_draws_wide_and_narrow() -> None:
    planned = Planned((), (curve(0.5, 0.3), curve(0.85, 0.18, ("Hill",))), None, "Nothing before.")
    answer, _, chart, *_ = design_blocks(ShownDesign(planned, "burglaries", 100, 24, "Marsh Green", ()))
    assert isinstance(answer, Callout)
    assert text_of(answer.runs).startswith("Yes: a fall of 20%")
    assert isinstance(chart, Chart)
    for svg in (chart.svg, chart.narrow):
        assert svg.count('class="c-dot"') == 4
        assert ">beside the comparison</text>" in svg
    assert chart.narrow.startswith("<svg")
    assert "design-power-narrow-t" in chart.narrow


def test_a_long_name_is_cut_on_a_narrow_screen_too() -> None:
    name = "Public order, Violence and sexual offences in South Merrowvale"
    for svg in draw_ratios([Drawn(name, Interval(0.8, 0.7, 0.9))] * 2, "cut", "Cut", "Cut."):
        assert name not in svg
        assert "Public order, Violence and sexual offences" in svg
        assert "…" in svg
