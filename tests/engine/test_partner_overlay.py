"""A partner's violence beside recorded violence: what is said, what is withheld, what is refused."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from upstream.analyse.overlay import ASSUMED, METHOD, Overlay, as_facts, as_rows, in_words, overlay, place_rows
from upstream.analyse.overlay_kept import overlay_answer
from upstream.cli import partner_overlay
from upstream.errors import BadInput
from upstream.measures.partner_violence import TIMES, PartnerCounts
from upstream.periods import Month
from upstream.reports.document import Chart, Table
from upstream.reports.overlay_pages import overlay_blocks
from upstream.reports.place_maps import sheet_of

PLACES, WEEKS = 60, 52


def counts(*, weeks: int = WEEKS, quiet: bool = False, share: float = 0.4, seen: float = 0.2) -> PartnerCounts:
    """Sixty small areas, of which the last only the partner knows."""
    rng = np.random.default_rng(31)
    recorded = rng.poisson(rng.lognormal(0.3, 0.7, (PLACES, 1)), (PLACES, weeks))
    recorded[-1] = rng.poisson(0.05, weeks)
    known = rng.binomial(recorded, seen)
    partner = known + rng.poisson(known.mean() * share / (1 - share), (PLACES, weeks))
    partner[-1] += rng.poisson(1, weeks)
    parts = [np.zeros_like(recorded), recorded, np.zeros_like(recorded)]
    days = [np.zeros_like(partner), partner, np.zeros_like(partner)]
    if quiet:
        partner[-1, :3] += 1
        days[0][-1, :3] = 1
        days[1] = partner - days[0]
    first = dt.date(2021, 7, 5)
    return PartnerCounts(
        source="ed_assaults",
        small_areas=tuple(f"E0{number:07d}" for number in range(PLACES)),
        areas=tuple("A" if number < 30 else "B" for number in range(PLACES)),
        weeks=tuple(first + dt.timedelta(days=7 * week) for week in range(weeks)),
        partner=np.stack([partner, *days]),
        recorded=np.stack([recorded, *parts]),
        by_site={"RXA01": int(partner.sum())},
        told={"no": 60, "not_known": 20, "yes": 40},
        unplaced=25,
        elsewhere=5,
        unplaced_recorded=0,
        left_out=(Month(2021, 9),),
        tables=(),
    )


@pytest.fixture(scope="module")
def made() -> Overlay:
    return overlay(counts())


def test_the_share_is_of_the_force_its_areas_and_parts_of_the_week(made: Overlay) -> None:
    assert made.force.result is not None
    assert made.force.result.lower < 0.4 < made.force.result.upper
    assert [one.name for one in made.areas] == ["A", "B"]
    assert sum(one.partner for one in made.areas) == made.force.partner
    assert [one.name for one in made.times] == list(TIMES[1:])
    # a part of the week in which nothing was recorded has no share
    assert made.times[0].result is None
    assert [place.small_area for place in made.places] == ["E00000059"]


def test_what_was_found_is_said_with_its_interval_and_what_it_assumes(made: Overlay) -> None:
    lines = in_words(made)
    result = made.force.result
    assert result is not None
    assert f"{result.share:.0%} ({result.lower:.0%} to {result.upper:.0%})" in lines[1]
    assert "60% (50% to 69%) said that the police had not been told" in lines[3]
    assert "September 2021" in lines[4]
    assert lines[-2:] == [METHOD, ASSUMED]
    assert made.located == pytest.approx(made.force.partner / (made.force.partner + 30))


def test_a_wide_interval_has_no_middle(made: Overlay) -> None:
    short = overlay(counts(weeks=20, share=0.3, seen=0.03))
    wide = [one for one in (short.force, *short.areas) if one.result and one.result.upper - one.result.lower > 0.5]
    assert wide, "the test needs one"
    rows = {row["name"]: row for row in as_rows(short)}
    assert all(rows[one.name]["share_not_known"] is None and rows[one.name]["upper"] for one in wide)
    told = {row["name"]: row for row in as_rows(made)}
    assert told["force"]["share_not_known"] == made.force.result.share if made.force.result else False


def test_small_counts_are_withheld_from_the_public_and_with_them_their_neighbours() -> None:
    made = overlay(counts(quiet=True))
    rows = as_rows(made, public=True)
    times = [row for row in rows if row["of"] == "time"]
    assert made.times[0].partner == 3
    assert all(row["partner"] is None and row["upper"] is None for row in times)
    assert all(row["partner"] for row in rows if row["of"] == "area")
    (place,) = (row for row in rows if row["of"] == "place")
    assert 0 < made.places[0].recorded < 8
    assert (place["recorded"], place["expected"], place["least_not_known"]) == (None, None, None)
    assert place["partner"] >= 8
    assert all(row["partner"] is not None for row in as_rows(made))
    # five assaults lie elsewhere
    assert not any("elsewhere" in line for line in in_words(made, public=True))
    assert any("5 lie elsewhere" in line for line in in_words(made))
    facts = as_facts(made, public=True)
    assert (facts["elsewhere"], facts["unplaced"], facts["located"]) == (None, None, None)


def test_small_areas_are_listed_where_enough_was_seen_and_those_that_stand_out_first() -> None:
    made = overlay(counts(quiet=True))
    rows = place_rows(made, {"E00000059": "Lonely"})
    assert (rows[0]["name"], rows[0]["stands_out"]) == ("Lonely", True)
    assert not any(row["stands_out"] for row in rows[1:])
    assert [row["p"] for row in rows[1:]] == sorted(row["p"] for row in rows[1:])
    assert all(row["partner"] >= 8 for row in rows)
    told = place_rows(made, {}, public=True)
    assert (told[0]["recorded"], told[0]["least_not_known"]) == (None, None)
    # the order of what is withheld would give it away
    assert [row["lsoa"] for row in told[1:]] == sorted(row["lsoa"] for row in rows[1:])


def test_a_small_area_with_fewer_than_eight_assaults_is_shown_to_nobody() -> None:
    given = counts()
    for number, shown in ((7, False), (8, True)):
        given.partner[0][0] = 0
        given.partner[0][0][:number] = 1
        assert ("E00000000" in {row["lsoa"] for row in place_rows(overlay(given), {})}) is shown


def test_the_page_has_the_same_figures_and_says_what_is_withheld() -> None:
    answer = overlay_answer(overlay(counts(quiet=True)), {})
    squares = shapely.box(*np.array([(at, 0, at + 1, 1) for at in range(PLACES)]).T)
    codes = [f"E0{number:07d}" for number in range(PLACES)]
    full = overlay_blocks(answer["full"], {"A": "Northing"}, codes, sheet_of(squares))
    chart = next(one for one in full if isinstance(one, Chart))
    assert chart.svg.count('class="c-hot"') == 1
    places = next(one for one in full if isinstance(one, Table) and one.key == "overlay-places")
    first = answer["full"]["places"][0]
    assert [cell.text for cell in places.rows[0].cells][2:] == [
        str(first["partner"]), str(first["recorded"]),
        f"{first['expected']:.1f}", f"{first['least_not_known']:.0%}", "yes",
    ]  # fmt: skip
    assert chart.data.rows == places.rows
    areas = next(one for one in full if isinstance(one, Table) and one.key == "overlay-area")
    assert [row.cells[0].text for row in areas.rows] == ["Whole force", "Northing", "B"]
    told = overlay_blocks(answer["public"], {})
    assert not any(isinstance(one, Chart) for one in told)  # no outlines, no map
    hidden = next(one for one in told if isinstance(one, Table) and one.key == "overlay-places").rows[0]
    assert [cell.text for cell in hidden.cells][3:6] == ["withheld", "withheld", "–"]
    times = next(one for one in told if isinstance(one, Table) and one.key == "overlay-time")
    assert [cell.text for cell in times.rows[1].cells][1:] == ["withheld", "withheld", "withheld", "–", "–"]


def test_too_few_weeks_are_refused() -> None:
    with pytest.raises(BadInput, match="19 whole weeks"):
        overlay(counts(weeks=19))


def test_the_command_prints_and_writes_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []

    def given(config: str, source: str, first: dt.date | None, last: dt.date) -> PartnerCounts:
        asked.append((source, first, last))
        return counts()

    monkeypatch.setattr(partner_overlay, "_counts", given)
    config = tmp_path / "upstream.toml"
    config.write_text('[force]\nkey = "kent"\nname = "Kent"\n')
    run = CliRunner().invoke(
        partner_overlay.overlay, ["ed", "--to", "2022-07-03", "--json"], obj=str(config), catch_exceptions=False
    )
    facts = json.loads(run.output)
    assert asked == [("ed", None, dt.date(2022, 7, 3))]
    assert facts["method"] == METHOD
    out = tmp_path / "overlay.csv"
    shown = CliRunner().invoke(
        partner_overlay.overlay,
        ["ed", "--to", "2022-07-03", "--out", str(out)],
        obj=str(config),
        catch_exceptions=False,
    )
    assert f"{len(facts['rows'])} rows in {out}." in shown.output
    assert len(out.read_text().splitlines()) == len(facts["rows"]) + 1
