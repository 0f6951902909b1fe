"""The paper of an assessment, and its bundle: what they say, what they hide, and that counting again gives the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import shlex
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from upstream.assess.answer_value import Valuing, value_answer
from upstream.assess.finding import CountFree
from upstream.assess.ladder import Answer, NotUsed, answer
from upstream.assess.methods import METHODS
from upstream.assess.panel import Panel, panel_of
from upstream.assess.panel_data import SMALL, disclosed, panel_data, panel_from_data
from upstream.assess.unit_value import UnitPounds
from upstream.errors import BadInput
from upstream.reports.assessment import ShownAnswer, answer_blocks
from upstream.reports.assessment_bundle import COUNTS, FIGURES, SUMS, Bundled, make_bundle, rerun, said_of_rerun
from upstream.reports.assessment_paper import Designed, Paper, assessment_paper, of_file
from upstream.reports.document import Document, runs_of, text_of, walk
from upstream.reports.html import render_html
from upstream.reports.method_sources import SOURCES
from upstream.reports.pdf import render_pdf

CREATED = dt.datetime(2022, 12, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def panel() -> Panel:
    rng = np.random.default_rng(6)
    rows = [
        (unit, f"2022-{month:02d}", float(rng.poisson(6 if unit == "Marsh Green" and month > 8 else mean)))
        for unit, mean in (("Marsh Green", 16), ("Hill", 15), ("Dale", 14), ("Quiet", 2))
        for month in range(1, 13)
    ]
    return panel_of(rows, outcome="burglaries", treated=["Marsh Green"], start="2022-09", buffer=["Quiet"])


@pytest.fixture(scope="module")
def found(panel: Panel) -> Answer:
    return answer(panel, METHODS)


def words(document: Document) -> str:
    said = [text_of(runs) for one in walk(document.sections) for block in one.blocks for runs in runs_of(block)]
    return " ".join([*said, *(one.title for one in walk(document.sections))])


def test_the_paper_has_what_a_reviewer_asks_for(panel: Panel, found: Answer) -> None:
    valued = value_answer(found, Valuing(UnitPounds(1000, 1000, 1000, "2015/16", "made up"), 5_000))
    document = assessment_paper(of_file(found, panel, "counts.csv", b"the file", valued))
    sections = [
        "answer",
        "question",
        "design",
        "data",
        "results",
        "checks",
        "methods",
        "worth",
        "limits",
        "again",
        "references",
    ]
    assert [one.id for one in document.sections] == sections
    said = words(document)
    for part in (
        "Did burglaries",
        "No design was locked",
        hashlib.sha256(b"the file").hexdigest(),
        "upstream assess rerun",
        "engine version",
        "Maryland scale was earned",
        "It would be overturned by:",
        "Worth to society",
        "Green Book",
    ):
        assert part in said
    before = panel.series("treated")[:8].sum()
    assert f"Treated Marsh Green {before:.0f}" in said
    (results,) = [
        block for one in document.sections if one.id == "results" for block in one.blocks if hasattr(block, "rows")
    ]
    assert [row.cells[0].text for row in results.rows] == [found.main.title, *(one.title for one in found.checks)]
    main = found.main
    assert main.ratio is not None
    said_change = [f"{100 * (one - 1):+.0f}%" for one in (main.ratio.estimate, main.ratio.lower, main.ratio.upper)]
    assert results.rows[0].cells[1].text == "{} ({} to {})".format(*said_change).replace("-", "−")
    assert results.rows[0].cells[5].text == str(main.maryland.level)


def test_the_paper_is_drawn_and_the_same_data_give_the_same_bytes(panel: Panel, found: Answer) -> None:
    document = assessment_paper(of_file(found, panel, "counts.csv", b"the file"))
    pdf = render_pdf(document)
    assert pdf == render_pdf(assessment_paper(of_file(found, panel, "counts.csv", b"the file")))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert 3 <= len(opened.pages) <= 5
    assert b"Methods not used" in render_html(document)


def test_a_design_that_was_locked_is_said(panel: Panel, found: Answer) -> None:
    designed = Designed((("Outcome measure", "Burglaries"),), "Locked on 3 May 2022; never changed after.")
    said = words(assessment_paper(replace(of_file(found, panel, "c.csv", b""), designed=designed)))
    assert "never changed after" in said
    assert "No design was locked" not in said


def test_readers_who_may_not_see_small_numbers_see_the_change_alone(panel: Panel, found: Answer) -> None:
    paper = replace(of_file(found, panel, "c.csv", b""), public=True)
    document = assessment_paper(paper)
    assert "Small numbers are withheld" in words(document)
    (results,) = [one for one in document.sections if one.id == "results"]
    assert len(results.blocks) == 1  # no graph
    assert {row.cells[2].text for row in results.blocks[0].rows} == {"–"}
    few = replace(found, main=replace(found.main, observed=3.0))
    assert [one.id for one in assessment_paper(replace(paper, answer=few)).sections] == [
        "answer", "question", "design", "data", "again", "references",
    ]  # fmt: skip


def test_every_method_has_its_reference() -> None:
    assert {one.key for one in METHODS} == set(SOURCES)


def test_a_paper_of_an_answer_alone_says_less(found: Answer) -> None:
    document = assessment_paper(Paper(found, None, "Marsh Green", ("Kept earlier.",), CREATED))
    assert "January 2022 to December 2022" in document.period
    assert "Kept earlier." in words(document)


def bundle(panel: Panel, found: Answer, *, for_anybody: bool = False) -> bytes:
    return make_bundle(Bundled(found, panel_data(panel), "Burglaries", ("From us.",), CREATED, for_anybody=for_anybody))


def test_a_bundle_counted_again_gives_the_same(panel: Panel, found: Answer, tmp_path: Path) -> None:
    again = panel_from_data(panel_data(panel))
    assert (again.counts == panel.counts).all()
    assert (again.roles, again.start, again.outcome) == (panel.roles, panel.start, panel.outcome)
    coming = panel_data(replace(panel, phase_in=2))
    assert panel_from_data(coming).phase_in == 2
    file = tmp_path / "bundle.zip"
    file.write_bytes(bundle(panel, found))
    assert file.read_bytes() == bundle(panel, found)
    made = rerun(file)
    assert (made.differs, made.damaged, made.rounded) == ((), (), "")
    assert made.figures == 11 * (1 + len(found.checks))
    with zipfile.ZipFile(file) as opened:
        opened.extractall(tmp_path / "folder")
        readme = opened.read("README.md").decode()
    assert "--treated 'Marsh Green' --buffer Quiet --start 2022-09 --outcome burglaries" in readme
    assert "Nothing is hidden" in readme
    assert rerun(tmp_path / "folder").differs == ()


def test_what_was_changed_in_a_bundle_is_found(panel: Panel, found: Answer, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle(panel, found))) as opened:
        opened.extractall(tmp_path)
    counts = (tmp_path / COUNTS).read_text("utf-8")
    (tmp_path / COUNTS).write_text(
        counts.replace("Marsh Green,treated,2022-12,", "Marsh Green,treated,2022-12,1"), "utf-8"
    )
    made = rerun(tmp_path)
    assert made.damaged == (COUNTS,)
    assert any(one.quantity == "observed" for one in made.differs)
    said = said_of_rerun(made)
    assert "counts.csv was changed" in said[0]
    assert "come out otherwise" in said[1]
    (tmp_path / COUNTS).write_text(counts, "utf-8")
    figures = (tmp_path / FIGURES).read_text("utf-8").splitlines()
    (tmp_path / FIGURES).write_text("\n".join(figures[:-1]), "utf-8")  # a check that came out is missing
    assert {one.method for one in rerun(tmp_path).differs} == {found.checks[-1].method}
    kept = (tmp_path / COUNTS).read_text("utf-8")
    (tmp_path / COUNTS).write_text("\n".join(kept.splitlines()[:-1]), "utf-8")
    with pytest.raises(BadInput, match="has no count for Quiet in 2022-12"):
        rerun(tmp_path)
    for damage in ("[]", "{}", "no json", '{"periods": 3, "units": [1]}'):
        (tmp_path / "definition.json").write_text(damage, "utf-8")
        with pytest.raises(BadInput, match="cannot be read as a bundle"):
            rerun(tmp_path)
    (tmp_path / SUMS).unlink()
    with pytest.raises(BadInput, match="has no SHA256SUMS"):
        rerun(tmp_path)
    (tmp_path / "no.zip").write_text("no zip", "utf-8")
    with pytest.raises(BadInput, match="is no bundle"):
        rerun(tmp_path / "no.zip")


def test_a_bundle_for_anybody_hides_small_numbers_and_says_so(panel: Panel, found: Answer, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    file.write_bytes(bundle(panel, found, for_anybody=True))
    made = rerun(file)
    assert (made.differs, made.damaged) == ((), ())  # the figures are those of the rounded data
    assert "rounded to the nearest 5" in said_of_rerun(made)[-1]
    with zipfile.ZipFile(file) as opened:
        counts = opened.read(COUNTS).decode()
        everything = b"".join(opened.read(name) for name in opened.namelist()).decode()
    assert {float(line.rsplit(",", 1)[1]) % 5 for line in counts.splitlines()[1:]} <= {0, SMALL}
    for name in ("Hill", "Dale", "Quiet", "Marsh Green"):
        assert name not in everything
    data, small = disclosed(panel_data(panel))
    treated = panel.series("treated")
    assert small == sum(int((panel.series(role) < 5).sum()) for role in ("treated", "buffer", "comparison"))
    shown = np.array(data["counts"][data["roles"].index("treated")])
    assert np.abs(shown - treated).max() <= 2.5


def test_no_sentence_counts_events_for_readers_who_may_not_see_small_numbers(panel: Panel, found: Answer) -> None:
    telling = replace(found.main, caveats=("The comparison had 3 burglaries before.", CountFree("No places near by.")))
    lacking = NotUsed("m", "Micro", "it needs 20 burglaries a month before; there were 3.1")
    paper = of_file(replace(found, main=telling, not_used=(lacking,)), panel, "c.csv", b"")
    open_to_us, for_all = (words(assessment_paper(replace(paper, public=public))) for public in (False, True))
    for part in ("had 3 burglaries", "there were 3.1", "In its own terms"):
        assert part in open_to_us
        assert part not in for_all
    assert "No places near by." in for_all
    shown = ShownAnswer(paper.answer, "Marsh Green", (), public=True)
    page = " ".join(text_of(runs) for block in answer_blocks(shown) for runs in runs_of(block))
    assert "had 3 burglaries" not in page
    assert "there were 3.1" not in page
    assert "No places near by." in page


def test_an_effect_that_is_known_in_numbers_alone_is_not_told_to_everybody(panel: Panel, found: Answer) -> None:
    main = replace(found.main, ratio=None, log_ratio_error=None)
    said = {
        public: " ".join(
            text_of(runs)
            for block in answer_blocks(ShownAnswer(replace(found, main=main), "Marsh Green", (), public))
            for runs in runs_of(block)
        )
        for public in (False, True)
    }
    assert "fewer burglaries than without it" in said[False]
    assert "fewer burglaries than without it" not in said[True]
    assert "In numbers of events alone." in said[True]


def test_names_that_a_shell_or_a_spreadsheet_would_run_are_text_in_a_bundle(found: Answer, tmp_path: Path) -> None:
    at = {"=cmd|'/c calc'!A1": 16, "$(touch run)": 15, "Quiet": 2}
    rows = [(unit, f"2022-{month:02d}", float(mean + month)) for unit, mean in at.items() for month in range(1, 13)]
    treated, other, _ = at
    made = panel_of(rows, outcome='calls"; touch run', treated=[treated], start="2022-09", buffer=[other])
    file = tmp_path / "bundle.zip"
    file.write_bytes(bundle(made, answer(made, METHODS)))
    with zipfile.ZipFile(file) as opened:
        readme, counts = (opened.read(name).decode() for name in ("README.md", COUNTS))
    (line,) = [one for one in readme.splitlines() if one.startswith("    upstream assess effect")]
    assert shlex.split(line)[3:9] == [COUNTS, "--treated", f"'{treated}", "--buffer", other, "--start"]
    assert 'calls"; touch run' in shlex.split(line)
    assert not [row for row in counts.splitlines() if row.startswith("=")]
    assert rerun(file).differs == ()
