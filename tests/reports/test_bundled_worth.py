"""The worth in a bundle: valued again from the bundle alone it is the same; its README names what was asked."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from upstream.assess.answer_value import Valued, Valuing, value_answer
from upstream.assess.ladder import Answer, answer
from upstream.assess.methods import METHODS
from upstream.assess.panel import Marker, Panel, panel_of
from upstream.assess.unit_value import UnitPart, UnitPounds
from upstream.assess.worth_words import pounds
from upstream.errors import BadInput
from upstream.reports.assessment_bundle import bundle_of, rerun, said_of_rerun
from upstream.reports.assessment_paper import of_file
from upstream.reports.assessment_worth import worth_blocks
from upstream.reports.bundled_worth import ASSUMED, FIGURES
from upstream.reports.document import Callout, Table, text_of
from upstream.stats.intervals import Interval

UNIT = UnitPounds(500, 1000, 2500, "2015/16", "made up", (UnitPart("police", 300),), 0.5, 0.25, ("Robbery",))
BY = Valuing(
    UNIT, 5_000, "2024/25", 0.15, {"police": 0.2}, 2.5, "our nine plans", "one post", ("youth_justice",), "staff"
)  # fmt: skip


@pytest.fixture(scope="module")
def panel() -> Panel:
    rng = np.random.default_rng(6)
    rows = [
        (unit, f"2022-{month:02d}", float(rng.poisson(6 if unit == "Marsh Green" and month > 8 else mean)))
        for unit, mean in (("Marsh Green", 16), ("Hill", 15), ("Dale", 14))
        for month in range(1, 13)
    ]
    return panel_of(rows, outcome="burglaries", treated=["Marsh Green"], start="2022-09")


@pytest.fixture(scope="module")
def found(panel: Panel) -> Answer:
    return answer(panel, METHODS)


@pytest.fixture(scope="module")
def valued(found: Answer) -> Valued:
    return value_answer(found, BY, draws=1_000)


def write(into: Path, panel: Panel, found: Answer, valued: Valued | None, *, for_anybody: bool = False) -> Path:
    paper = replace(of_file(found, panel, "counts.csv", b"", valued), created=dt.datetime(2022, 12, 1, tzinfo=dt.UTC))
    file = into / "bundle.zip"
    file.write_bytes(bundle_of(paper, for_anybody=for_anybody))
    return file


def test_a_worth_valued_again_is_the_same_to_the_last_figure(
    panel: Panel, found: Answer, valued: Valued, tmp_path: Path
) -> None:
    plain = rerun(write(tmp_path, panel, found, None)).figures
    file = write(tmp_path, panel, found, valued)
    made = rerun(file)
    assert (made.differs, made.damaged) == ((), ())
    assert made.figures > plain + 25 * (1 + len(valued.others))
    with zipfile.ZipFile(file) as opened:
        assumed = json.loads(opened.read(ASSUMED))
        readme = opened.read("README.md").decode()
    for name, value in (
        ("optimism", 0.15), ("optimism_source", "our nine plans"), ("cashable", {"police": 0.2}), ("prices", "2024/25"),
        ("cash_reason", "one post"), ("beside", ["youth_justice"]), ("cost", 5_000), ("spent_on", "staff"),
        ("harm_days", 2.5), ("draws", 1_000), ("seed", 20_151),
    ):  # fmt: skip
        assert assumed[name] == value
    assert assumed["unit"]["price_year"] == "2015/16"
    assert f"`{ASSUMED}`: all that the worth assumes" in readme


def test_another_assumption_gives_other_figures_and_a_bundle_for_anybody_has_no_worth(
    panel: Panel, found: Answer, valued: Valued, tmp_path: Path
) -> None:
    file = write(tmp_path, panel, found, valued)
    folder = tmp_path / "folder"
    with zipfile.ZipFile(file) as opened:
        opened.extractall(folder)
    text = (folder / ASSUMED).read_text("utf-8")
    (folder / ASSUMED).write_text(text.replace('"optimism": 0.15', '"optimism": 0.05'), "utf-8")
    made = rerun(folder)
    assert made.damaged == (ASSUMED,)
    assert {one.quantity for one in made.differs} >= {"benefit", "returned, least", "break-even", "benefit, police"}
    assert not [one for one in made.differs if one.quantity.startswith("avoided")]
    assert "worth, " in " ".join(said_of_rerun(made))
    for wrong in (text.replace("20151", "7"), text.replace('"draws": 1000', '"draws": 1e12'), "{}", "[]"):
        (folder / ASSUMED).write_text(wrong, "utf-8")
        with pytest.raises(BadInput):
            rerun(folder)
    (folder / ASSUMED).write_text(text, "utf-8")
    (folder / FIGURES).unlink()
    with pytest.raises(BadInput, match="cannot be read as a bundle"):
        rerun(folder)
    with zipfile.ZipFile(write(tmp_path, panel, found, valued, for_anybody=True)) as opened:
        assert {ASSUMED, FIGURES} & set(opened.namelist()) == set()
        assert ASSUMED not in opened.read("README.md").decode()


def test_the_readme_names_every_option_that_the_question_held(panel: Panel, found: Answer, tmp_path: Path) -> None:
    asked = replace(
        panel, phase_in=1, also_began=("2022-11",), markers=(Marker("2022-10", "crime data integrity"),),
        rebased=Marker("2022-01", "new counting rules"),
    )  # fmt: skip
    with zipfile.ZipFile(write(tmp_path, asked, found, None)) as opened:
        readme = opened.read("README.md").decode()
    for words in (
        "--treated 'Marsh Green'",
        "--phase-in 1",
        "--also-began 2022-11",
        "--rule-changed 2022-10",
        "The rule of recording changed in 2022-01 (new counting rules): counts begin there",
    ):
        assert words in readme
    with zipfile.ZipFile(write(tmp_path, panel, found, None)) as opened:
        readme = opened.read("README.md").decode()
    for words in ("--also-began", "--rule-changed", "--phase-in", "counts begin there", "take rerun"):
        assert words not in readme
    rows = [(unit, period, 9.0) for unit in ("A", "B", "C") for period in panel.periods]
    late = panel_of(rows, outcome="burglaries", treated={"A": "2022-08", "B": "2022-10"})
    with zipfile.ZipFile(write(tmp_path, late, found, None)) as opened:
        assert "Places began at different times" in opened.read("README.md").decode()


def test_the_table_of_worth_gives_what_is_known_without_an_interval(valued: Valued) -> None:
    (_, table, *_) = worth_blocks(valued, "burglaries", "Marsh Green")
    assert isinstance(table, Table)
    rows = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}
    assert rows["Spent"] == ["£5,000.00", "–", "–"]
    assert rows["Worth to society"] == [pounds(end) for end in _ends(valued.main.benefit)]
    assert rows["of which spared to police"] == [pounds(end) for end in _ends(valued.main.bearers[0].benefit)]
    assert "–" not in rows["Break-even: it pays from so many avoided"]  # the unit cost is a range
    sure = known_break_even(valued)
    (_, table, *_) = worth_blocks(sure, "burglaries", "Marsh Green")
    assert isinstance(table, Table)
    (even,) = [row for row in table.rows if row.cells[0].text.startswith("Break-even")]
    assert [cell.text for cell in even.cells[2:]] == ["–", "–"]


def _ends(of: Interval) -> tuple[float, float, float]:
    return of.estimate, of.lower, of.upper


def known_break_even(valued: Valued) -> Valued:
    even = valued.main.break_even
    known = Interval(even.estimate, even.estimate, even.estimate, even.confidence)
    return replace(valued, main=replace(valued.main, break_even=known))


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((3.0, 1.2, 5.0), "Yes: £3.00 (95% interval: £1.20 to £5.00) came back to society for each pound spent."),
        ((1.5, 0.9, 2.5), "Not shown: £1.50"),
        ((0.5, 0.1, 0.9), "No: £0.50"),
    ],
)
def test_worth_answers_first_and_says_yes_or_no_only_where_the_interval_does(
    valued: Valued, ends: tuple[float, float, float], says: str
) -> None:
    main = replace(valued.main, returned=Interval(*ends))
    answer, *_ = worth_blocks(replace(valued, main=main), "burglaries", "Marsh Green")
    assert isinstance(answer, Callout)
    assert (answer.kind, text_of(answer.runs).startswith(says)) == ("answer", True)
    free = replace(valued, main=replace(main, returned=None))
    assert "it is not known" in text_of(worth_blocks(free, "burglaries", "Marsh Green")[0].runs)
