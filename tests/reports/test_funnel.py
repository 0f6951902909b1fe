"""The funnel of results: where each dot lies, both sides counted alike, and when a missing side is said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from upstream.evidence.synthesis import Pool, Study, only_good_news, put_together
from upstream.reports.document import Chart
from upstream.reports.funnel import error_of, funnel_blocks, said_of_funnel, side_of


def pool_of(effects: list[float], errors: list[float]) -> Pool:
    pairs = zip(effects, errors, strict=True)
    return put_together([Study(f"P{at}", effect, error, 3) for at, (effect, error) in enumerate(pairs)])


def test_a_dot_for_each_result_and_a_row_the_surest_first() -> None:
    pool = pool_of([-0.5, 0.4, -0.05], [0.1, 0.15, 0.3])
    chart, words = funnel_blocks(pool, "card")
    assert isinstance(chart, Chart)
    assert chart.svg.count('class="c-dot"') == 3
    assert [row.cells[0].text for row in chart.data.rows] == ["P0", "P1", "P2"]
    assert [row.cells[3].text for row in chart.data.rows] == ["surely fewer", "surely more", "no change shown"]
    assert chart.data.rows[0].cells[1].text == f"{100 * (math.exp(-0.5) - 1):.0f}%".replace("-", "−")
    assert [error_of(row) for row in pool.rows] == pytest.approx([0.1, 0.15, 0.3])
    assert "1 show surely fewer, 1 surely more, and 1 no change" in words.items[0][0].text


def test_two_results_have_no_funnel() -> None:
    assert funnel_blocks(pool_of([-0.5, 0.4], [0.1, 0.15]), "card") == ()


def test_a_side_that_is_missing_is_said_from_ten_results_on_and_not_before() -> None:
    errors = np.linspace(0.05, 0.6, 12)
    biased = pool_of((-2 * errors).tolist(), errors.tolist())  # the less sure, the better the news
    said = " ".join(said_of_funnel(biased))
    assert "bad news may not have been filed" in said
    assert "Egger's regression: p below 0.001" in said
    few = " ".join(said_of_funnel(pool_of((-2 * errors[:9]).tolist(), errors[:9].tolist())))
    assert "cannot be told" in few
    assert "Egger" not in few


def test_dots_lie_where_their_effect_and_error_say() -> None:
    pool = pool_of([-0.5, 0.0, 0.5], [0.1, 0.2, 0.1])
    chart = funnel_blocks(pool, "card")[0]
    assert isinstance(chart, Chart)
    dots = chart.svg.split("<circle")[1:]
    at = [tuple(float(part.split(f'{name}="')[1].split('"')[0]) for name in ("cx", "cy")) for part in dots]
    assert at[0][0] < at[1][0] < at[2][0]
    assert at[0][1] == at[2][1] < at[1][1]  # the surer ones above
    assert at[1][0] == pytest.approx((at[0][0] + at[2][0]) / 2, abs=0.1)
    assert [side_of(row) for row in pool.rows] == ["surely fewer", "no change shown", "surely more"]


def test_the_funnel_says_whether_bad_news_is_missing_and_not_how_here_and_published_differ() -> None:
    studies = [Study("P0", -0.3, 0.1, 3), Study("P1", 0.1, 0.1, 3), Study("A review", -0.2, 0.1, 3, local=False)]
    pool = put_together(studies)
    assert "published" in pool.sentences[-1]
    said = said_of_funnel(pool)
    assert only_good_news(pool) in said
    assert "cannot be told" in only_good_news(pool)
    assert not any("published" in one for one in said)
