"""A reader with a pencil, a spreadsheet and a ruler against the public report of a small force.

The attack reads the published files alone and uses the truth only to say whether it won.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from lxml import html
from openpyxl import load_workbook

from upstream.measures.definition import Pack
from upstream.measures.result import MeasureResult, Results, Series, Value
from upstream.reports.publishing import publish
from upstream.reports.quarterly import Request, quarterly_report

Cell = tuple[str, str, str]
"""Measure, area, month ("2022-06") or the year to date ("ytd")."""
AREAS = ("n", "s", "e", "w", "c")
YEAR = ("2022-04", "2022-05", "2022-06")
SHARE = "ksi_powered_two_wheelers"
SUMS = {
    "crime_serious_violence": ("homicide", "crime_violence_with_injury"),
    "crime_total": ("crime_serious_violence", "crime_public_order"),
    "problem_plans_open": ("problem_plans_red", "problem_plans_amber", "problem_plans_green"),
}
LEVELS = {
    "homicide": 1.0,
    "crime_violence_with_injury": 40.0,
    "crime_public_order": 9.0,
    "problem_plans_red": 2.0,
    "problem_plans_amber": 6.0,
    "problem_plans_green": 30.0,
}
Make = Callable[..., Series]


@dataclasses.dataclass(frozen=True)
class Public:
    """The folder as published, the truth, and the force's records of the share."""

    folder: Path
    truth: dict[Cell, int]
    share: tuple[list[int], list[int]]


def counts() -> dict[tuple[str, str], list[int]]:
    """Fifteen months of every measure and area, the force and the totals being the sums."""
    rng = np.random.default_rng(5)
    out = {(key, area): rng.poisson(level, 15).tolist() for key, level in LEVELS.items() for area in AREAS}
    for total in ("crime_serious_violence", "crime_total", "problem_plans_open"):
        for area in AREAS:
            out[total, area] = [sum(months) for months in zip(*(out[p, area] for p in SUMS[total]), strict=True)]
    for key in (*LEVELS, *SUMS):
        out[key, "force"] = [sum(months) for months in zip(*(out[key, area] for area in AREAS), strict=True)]
    return out


@pytest.fixture(scope="module")
def public(results: Results, force_pack: Pack, one_series: Make, tmp_path_factory: pytest.TempPathFactory) -> Public:
    made, truth = counts(), {}
    measures = {k: MeasureResult(r.definition, {}, None, "its table is not held") for k, r in results.measures.items()}
    for key in (*LEVELS, *SUMS):
        definition = force_pack.definition(key)
        series = {a: one_series(definition, [float(x) for x in made[key, a]], a) for a in ("force", *AREAS)}
        measures[key] = MeasureResult(definition, series, None)
        for area in ("force", *AREAS):
            truth |= {(key, area, str(m)): x for m, x in zip(series["force"].months, made[key, area], strict=True)}
            truth[key, area, "ytd"] = sum(made[key, area][-3:])
    rng = np.random.default_rng(6)
    below = rng.integers(5, 90, 15).tolist()
    above = [int(rng.binomial(n, 0.1)) for n in below]
    measures[SHARE] = MeasureResult(
        force_pack.definition(SHARE), {"force": shares(one_series(force_pack.definition(SHARE), [
            100 * a / b for a, b in zip(above, below, strict=True)]), above, below)}, None)  # fmt: skip
    request = Request(dataclasses.replace(results, measures=measures), (force_pack,), "Small force", public=True)
    folder = tmp_path_factory.mktemp("public")
    publish(quarterly_report(request), folder, ("html", "xlsx", "json", "csv"))
    return Public(folder, truth, (above, below))


def shares(series: Series, above: list[int], below: list[int]) -> Series:
    """The series with the records that its shares were made from."""
    latest = Value(100 * above[-1] / below[-1], above[-1], below[-1], "held", 1, 1)
    return dataclasses.replace(
        series, numerator=np.array(above, float), denominator=np.array(below, float), latest=latest, changes=()
    )


def rows(public: Public) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((public.folder / "report.csv").read_text("utf-8"))))


def known(public: Public) -> dict[Cell, float]:
    """Every printed count of the force's measures, by month and for the year to date."""
    out = {}
    for row in rows(public):
        month = re.fullmatch(r"\d{4}-\d\d", row["period"])
        value = float(row["value"]) if row["value"] else math.nan
        if row["unit"] == "count" and row["quantity"] == "month_alone" and month:
            out[row["measure"], row["area"], row["period"]] = value
        elif row["unit"] == "count" and row["quantity"] == "year_to_date" and row["period"] == "April to June 2022":
            out[row["measure"], row["area"], "ytd"] = value
    return out


def ranges(public: Public) -> dict[Cell, tuple[int, int]]:
    """What each count can be. A reader who sees only multiples of five knows the rule; else figures are exact."""
    printed = known(public)
    is_rounded = all(value % 5 == 0 for value in printed.values() if math.isfinite(value))
    out = {}
    for cell in public.truth:
        value = printed.get(cell, math.nan)
        if not math.isfinite(value):
            out[cell] = (0, 4) if cell in printed else (0, 10**6)
        elif is_rounded:
            out[cell] = (max(int(value) - 2, 5), int(value) + 2)
        else:
            out[cell] = (int(value), int(value))
    return out


def relations() -> Iterator[tuple[Cell, tuple[Cell, ...]]]:
    """Totals and their parts: categories, areas of the force, months of the year to date."""
    for when in (*YEAR, "ytd", *(f"2021-{m:02d}" for m in range(5, 13))):
        for area in ("force", *AREAS):
            yield from (((t, area, when), tuple((p, area, when) for p in parts)) for t, parts in SUMS.items())
        for key in (*LEVELS, *SUMS):
            yield (key, "force", when), tuple((key, area, when) for area in AREAS)
    for key in (*LEVELS, *SUMS):
        for area in ("force", *AREAS):
            yield (key, area, "ytd"), tuple((key, area, month) for month in YEAR)


def narrowed(public: Public) -> dict[Cell, tuple[int, int]]:
    """The ranges after every relation has been used, again and again, until nothing becomes narrower."""
    found = ranges(public)
    while True:
        before = dict(found)
        for total, parts in relations():
            low, high = (sum(found[p][end] for p in parts) for end in (0, 1))
            found[total] = max(found[total][0], low), min(found[total][1], high)
            for part in parts:
                others = [sum(found[p][end] for p in parts if p != part) for end in (0, 1)]
                least, most = found[total][0] - others[1], found[total][1] - others[0]
                found[part] = max(found[part][0], least), min(found[part][1], most)
        if found == before:
            return found


def test_no_small_count_is_found_from_totals_areas_and_months(public: Public) -> None:
    """Total less parts, serious violence less injury, force less areas, year to date less months, all together."""
    small = {cell: n for cell, n in public.truth.items() if 1 <= n <= 4}
    assert len(small) > 100
    found = narrowed(public)
    exact = {cell: n for cell, n in small.items() if found[cell] == (n, n)}
    assert exact == {}, len(exact)


def test_no_difference_of_two_printed_counts_is_small(public: Public) -> None:
    values = sorted({value for value in known(public).values() if math.isfinite(value)})
    assert len(values) > 10
    assert min(b - a for a, b in pairwise(values)) >= 5
    shown = [r for r in rows(public) if r["unit"] == "count" and r["quantity"].startswith("difference") and r["value"]]
    assert [r for r in shown if float(r["value"]) % 5] == []


def test_no_small_numerator_is_found_from_a_share(public: Public) -> None:
    """The simplest fraction within what is printed, of fewer than 200 records, against the true records."""
    printed = [r for r in rows(public) if r["measure"] == SHARE and r["quantity"] == "month_alone" and r["value"]]
    above, below = public.share
    small = {(a, b) for a, b in zip(above, below, strict=True) if 1 <= a <= 4 or 1 <= b - a <= 4}
    assert small
    won = set()
    for row in printed:
        share = Fraction(row["value"]) / 100
        near = share.limit_denominator(199)
        if abs(near - share) < Fraction(1, 10**9):
            year, month = map(int, row["period"].split("-"))
            at = 12 * (year - 2021) + month - 4
            won |= {pair for pair in small & {(above[at], below[at])} if Fraction(*pair) == near}
    assert won == set()
    assert printed
    assert [r["value"] for r in printed if not re.fullmatch(r"\d+", r["value"])] == []


def test_workbook_page_and_data_hold_the_published_figures_and_no_others(public: Public) -> None:
    """No file is more exact than the list of what is printed."""
    listed = {round(float(r["value"]), 9) for r in rows(public) if r["value"]}
    text = (public.folder / "report.json").read_text("utf-8")
    values = re.findall(r'"type":"figure","value":([-0-9.e+]+)', text)
    assert len(values) > 500
    assert {round(float(v), 9) for v in values} <= listed
    assert "numerator" not in {s["quantity"] for s in json.loads(text)["sources"]}
    page = html.fromstring((public.folder / "report.html").read_bytes())
    assert {round(float(v), 9) for v in page.xpath("//data/@value")} <= listed
    book = load_workbook(public.folder / "report.xlsx")
    cells = [c.value for sheet in book for line in sheet.iter_rows() for c in line if isinstance(c.value, int | float)]
    assert len(cells) > 500
    held = listed | {round(v / 100, 9) for v in listed}
    assert [v for v in cells if round(float(v), 9) not in held] == []


def test_a_ruler_on_the_charts_reads_nothing_but_the_published_values(public: Public) -> None:
    """Every point of every line of counts, measured against the chart's own grid."""
    page = html.fromstring((public.folder / "report.html").read_bytes())
    read = []
    for picture in page.xpath("//*[local-name()='svg'][*[local-name()='title']]"):
        words = picture.xpath(".//*[local-name()='text']/text()")
        if "Number" not in words:
            continue
        heights = [float(y) for y in picture.xpath(".//*[@class='c-grid']/@y1")]
        labels = picture.xpath(".//*[local-name()='text'][@text-anchor='end']/text()")
        marks = [float(label.replace(",", "")) for label in labels[: len(heights)]]
        a_pixel = (marks[-1] - marks[0]) / (heights[0] - heights[-1])
        points = " ".join(picture.xpath(".//*[@class='c-value']/@d")).replace("M", " ").replace("L", " ").split()
        read += [(marks[0] + (heights[0] - float(y)) * a_pixel, a_pixel) for y in points[1::2]]
    assert len(read) > 30
    assert [value for value, a_pixel in read if abs(value - 5 * round(value / 5)) > 0.1 * a_pixel + 1e-6] == []
    assert "Small numbers, not published" in page.text_content()


def test_a_withheld_line_of_the_exceptional_list_gives_nothing_else(public: Public) -> None:
    """Its standard deviations, limits and q value would say what the count is."""
    table: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows(public):
        if row["where"] == "exceptional":
            table.setdefault((row["row"], row["area"]), {})[row["quantity"]] = row["value"]
    for quantities in table.values():
        if not quantities["value"]:
            assert set(quantities.values()) == {""}
