"""Charts: every month in its place, gaps and flags by shape, words that do not touch."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from upstream.periods import Month
from upstream.reports.charts import APART, Ahead, Break, ControlChart, Point, Scale, draw, draw_both, tick_label, ticks
from upstream.reports.small_multiples import Panel, draw_panels

START = Month(2021, 4)
SVG = "{http://www.w3.org/2000/svg}"


def chart(values: list[float | None], flags: dict[int, str] | None = None, **more: object) -> ControlChart:
    points = tuple(
        Point(START + i, v, 10.0, 20.0, 30.0, (flags or {}).get(i, ""), "" if v is None else f"{v:g}")
        for i, v in enumerate(values)
    )
    return ControlChart("k", "Title & more", "What <there> is to see", "Number", points, **more)


def root(svg: str) -> etree._Element:
    return etree.fromstring(svg.encode())


def count(svg: str, kind: str) -> int:
    return len(root(svg).xpath(f"//*[@class='{kind}']"))


def test_the_picture_is_named_described_and_well_formed() -> None:
    drawn = root(draw(chart([20.0, 25.0, 15.0])))
    assert drawn.get("role") == "img"
    assert drawn.find(f"{SVG}title").text == "Title & more"
    assert drawn.find(f"{SVG}desc").text == "What <there> is to see"
    assert drawn.get("aria-labelledby") == "k-t k-d"


def test_a_month_not_held_breaks_the_line_and_is_marked() -> None:
    svg = draw(chart([20.0, 25.0, None, None, 15.0, 18.0]))
    assert count(svg, "c-value") == 2
    assert count(svg, "c-gap") == 1
    assert count(svg, "c-cross") == 4


def test_flags_are_triangles_that_point_where_the_value_lies() -> None:
    svg = draw(chart([20.0, 35.0, 20.0, 20.0, 5.0], {1: "above", 4: "below"}))
    shapes = [e.get("d") for e in root(svg).xpath("//*[@class='c-flag']")]
    tips = [[float(y) for y in re.findall(r" (-?[\d.]+)", d)] for d in shapes]
    assert tips[0][0] < min(tips[0][1:])
    assert tips[1][0] > max(tips[1][1:])
    assert count(svg, "c-dot") == 3
    assert [e.text for e in root(svg).xpath("//*[@class='t-flag h']")] == ["35", "5"]


def test_values_written_out_keep_their_distance() -> None:
    flags = dict.fromkeys(range(12), "above")
    svg = draw(chart([40.0 + i for i in range(12)], flags))
    written = sorted(float(e.get("x")) for e in root(svg).xpath("//*[@class='t-flag h']"))
    step = (written[-1] - written[0]) / (12 - 1)
    assert written
    assert all(b - a >= APART * step * 0.99 for a, b in itertools.pairwise(written))


def test_limits_step_where_the_year_changes() -> None:
    points = tuple(
        Point(START + i, 20.0, low, 20.0, high)
        for i, (low, high) in enumerate([(10.0, 30.0)] * 12 + [(15.0, 25.0)] * 3)
    )
    svg = draw(ControlChart("k", "t", "d", "Number", points))
    assert count(svg, "c-band") == 2
    upper = root(svg).xpath("//*[@class='c-limit']")[0].get("d")
    assert len(set(re.findall(r" ([\d.]+)(?:L|$)", upper))) == 2


def test_breaks_projection_and_the_good_level_are_drawn_and_named() -> None:
    ahead = tuple(Ahead(START + 6 + i, 20.0, 15.0, 25.0) for i in range(3))
    svg = draw(chart([20.0] * 6, ahead=ahead, breaks=(Break(START + 3, "A"),), good=28.0))
    assert count(svg, "c-break") == 1
    assert count(svg, "c-ahead-band") == 1
    words = {e.text for e in root(svg).iter(f"{SVG}text")}
    assert {"A", "projection", "good", "upper limit", "lower limit", "mean"} <= words


def test_lines_that_are_no_limits_have_names_of_their_own() -> None:
    named = ControlChart(
        "k", "t", "d", "Number", (Point(START, 20.0, 10.0, 21.0, 30.0),), line_names=("least", "expected", "most")
    )
    words = {e.text for e in root(draw(named)).iter(f"{SVG}text")}
    assert {"least", "expected", "most"} <= words
    assert not {"mean", "upper limit", "lower limit"} & words


def test_names_at_the_edge_never_overlap() -> None:
    svg = draw(chart([20.0] * 4, good=30.0))
    ys = sorted(float(e.get("y")) for e in root(svg).xpath("//*[@class='t-limit' or @class='t-good']"))
    assert all(b - a >= 13.9 for a, b in itertools.pairwise(ys))


@given(
    low=st.floats(-1e6, 1e6, allow_nan=False),
    span=st.floats(1e-3, 1e6, allow_nan=False),
    wanted=st.integers(2, 7),
)
def test_ticks_span_the_values_in_equal_round_steps(low: float, span: float, wanted: int) -> None:
    marks = ticks(low, low + span, wanted)
    slack = span * 1e-6 + 1e-9
    assert marks[0] <= low + slack
    assert marks[-1] >= low + span - slack
    assert 2 <= len(marks) <= 2 * wanted + 3


def test_a_share_has_no_axis_above_100() -> None:
    assert ticks(0, 98, 2, 100)[-1] == 100
    assert ticks(0, 120, 2, 100)[-1] >= 120


@pytest.mark.parametrize(
    ("value", "step", "wanted"),
    [(1000, 500, "1,000"), (2.5, 2.5, "2.5"), (-0.2, 0.1, "−0.2"), (0.25, 0.05, "0.25"), (0, 10, "0")],
)
def test_axis_labels_have_no_more_digits_than_the_step(value: float, step: float, wanted: str) -> None:
    assert tick_label(value, step) == wanted


def test_a_scale_puts_low_at_the_bottom() -> None:
    scale = Scale(0, 10, 300, 40)
    assert scale.y(0) == 300
    assert scale.y(10) == 40


def test_small_multiples_draw_one_panel_an_area_even_an_empty_one() -> None:
    full = chart([20.0, 25.0, None, 40.0], {3: "above"}).points
    empty = tuple(Point(p.month, None) for p in full)
    svg = draw_panels("k", "t", "d", (Panel("North", full), Panel("South", empty)))
    names = [e.text for e in root(svg).xpath("//*[@class='t-ink']")]
    assert names == ["North", "South"]
    assert count(svg, "c-flag") == 1
    assert count(svg, "c-cross") == 2 + 8
    assert not math.isnan(float(root(svg).get("viewBox").split()[2]))


def test_a_telephone_gets_every_month_and_limit_in_a_picture_of_its_own() -> None:
    wide, narrow = draw_both(chart([20.0] * 35 + [40.0], {35: "above"}))
    left, top, width, _ = map(float, root(narrow).get("viewBox").split())
    assert (left, top) == (0, 0)
    assert width <= 350 < float(root(wide).get("viewBox").split()[2])
    long = draw_both(chart([20.0] * 26))[1]
    letters = sorted(float(one.get("x")) for one in root(long).iter(f"{SVG}text") if len(one.text or "") == 1)
    assert min(b - a for a, b in itertools.pairwise(letters)) > 12  # M is 10 wide
    for kind in ("c-dot", "c-flag", "c-limit", "c-mean", "t-flag h"):
        assert count(narrow, kind) == count(wide, kind) > 0
    xs = [float(x) for x in root(narrow).xpath("//@cx | //@x1 | //@x2 | //@x")]
    assert max(xs) < width
    assert not {*root(wide).xpath("//@id")} & {*root(narrow).xpath("//@id")}
