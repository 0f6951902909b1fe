"""Slides and Word files for a meeting: the page's own figures, and open to everybody who reads them."""

import io
import re
from typing import Any

import docx
import pptx
import pytest
from django.test import Client
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu

from factories.people import person
from fixtures_figures import MONTH
from upstream.measures.result import FORCE
from upstream_web.measures import access, papers
from upstream_web.measures.engine.paper import Grid, Paper, exceptional, paper_of
from upstream_web.measures.models import Calculation, CommentaryVersion
from upstream_web.people.permissions import Permission
from upstream_web.runs.models import Run

pytestmark = pytest.mark.django_db
KEYS = ("crime_total", "satisfaction_burglary", "calls_999_in_time")
ADDRESS = f"/measures/{MONTH}/paper/"


@pytest.fixture
def paper(ready: Calculation) -> Paper:
    writer = person(Permission.MEASURE_READ)
    words = CommentaryVersion(
        measure="crime_total", month=MONTH, number=1, written_by=writer, author="A", meaning="It was {{this}}.\n\nFine."
    )
    figures = access.figures_for_reading(writer, MONTH).figures
    return paper_of(figures, "For the chief", KEYS, {"crime_total": words})


def slides(paper: Paper) -> Any:
    return pptx.Presentation(io.BytesIO(papers.MAKERS["pptx"](paper)))


def word(paper: Paper) -> Any:
    return docx.Document(io.BytesIO(papers.MAKERS["docx"](paper)))


def latest(key: str) -> str:
    figures = access.figures_for_reading(person(Permission.MEASURE_READ), MONTH).figures
    series = figures.bindings[key].result.series[FORCE]
    return figures.bindings[key].value(series.latest, FORCE, str(series.latest_month)).text


def test_every_slide_has_its_title_in_the_title_placeholder_and_its_marking(paper: Paper) -> None:
    titles = [slide.shapes.title.text for slide in slides(paper).slides]
    assert titles[0] == "For the chief"
    assert [sheet.title for sheet in paper.sheets] == titles[-3:]
    assert len(set(titles)) == len(titles)
    for slide in slides(paper).slides:
        assert "OFFICIAL" in [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def test_pictures_say_what_there_is_to_see_and_tables_have_a_header_row(paper: Paper) -> None:
    pictures, tables = [], []
    for slide in slides(paper).slides:
        pictures += [shape for shape in slide.shapes if shape.shape_type == 13]
        tables += [shape for shape in slide.shapes if shape.has_table]
    assert len(pictures) == 2
    for shape in pictures:
        assert shape._element.nvPicPr.cNvPr.get("descr").startswith("Line chart, ")
    assert len(tables) == 3
    assert all(shape.table.first_row for shape in tables)


def test_nothing_lies_outside_its_slide_or_over_another(paper: Paper) -> None:
    deck = slides(paper)
    for slide in deck.slides:
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height, s.name) for s in slide.shapes]
        for left, top, right, bottom, name in boxes:
            assert 0 <= left < right <= deck.slide_width, name
            assert 0 <= top < bottom <= deck.slide_height + Emu(1), name
        for one in boxes:
            for other in boxes:
                if one[4] < other[4]:
                    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                    assert apart, (one[4], other[4])


def test_slides_and_word_hold_the_pages_own_figures_and_words(paper: Paper) -> None:
    text = "\n".join(s.text_frame.text for slide in slides(paper).slides for s in slide.shapes if s.has_text_frame)
    notes = "\n".join(
        slide.notes_slide.notes_text_frame.text for slide in slides(paper).slides if slide.has_notes_slide
    )
    written = "\n".join(p.text for p in word(paper).paragraphs)
    for key in ("crime_total", "satisfaction_burglary"):
        assert latest(key) in text
        assert latest(key) in written
    assert f"It was {latest('crime_total')}." in notes
    assert f"It was {latest('crime_total')}." in written
    assert "Not held" in text
    assert "definition crime_total" in written


def test_the_word_file_has_headings_repeated_header_rows_descriptions_and_language(paper: Paper) -> None:
    document = word(paper)
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["At a glance", *(sheet.title for sheet in paper.sheets)]
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
    assert len(document.inline_shapes) == 2
    for shape in document.inline_shapes:
        assert shape._inline.docPr.get("descr").startswith("Line chart, ")
    assert document.core_properties.language == "en-GB"
    assert document.sections[0].header.paragraphs[0].text == "OFFICIAL"


def test_a_word_tables_figures_are_the_charts(paper: Paper) -> None:
    table = word(paper).tables[1]
    assert table.cell(len(table.rows) - 1, 0).text == "June 2022"
    assert table.cell(len(table.rows) - 1, 1).text == latest("crime_total")


def test_chosen_measures_come_as_a_file_for_whoever_asked(
    client: Client, ready: Calculation, django_capture_on_commit_callbacks: Any
) -> None:
    reader = person(Permission.MEASURE_READ)
    client.force_login(reader)
    given = {"title": "For the chief", "kind": "docx", "keys": ["crime_total"]}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(ADDRESS, given)
    run = Run.objects.get()
    assert answer["Location"] == f"/work/{run.pk}/"
    assert (run.state, run.file_name) == ("done", f"performance-{MONTH}.docx")
    answer = client.get(f"/work/{run.pk}/file/")
    assert b"".join(answer.streaming_content).startswith(b"PK")
    client.force_login(person(Permission.MEASURE_READ))
    assert client.get(f"/work/{run.pk}/").status_code == 404


def test_words_that_the_figures_do_not_back_are_left_out_and_that_is_said(ready: Calculation) -> None:
    writer = person(Permission.MEASURE_READ)
    words = CommentaryVersion(
        measure="crime_total", month=MONTH, number=1, written_by=writer, meaning="It was 777,777."
    )
    figures = access.figures_for_reading(writer, MONTH).figures
    written = "\n".join(
        p.text for p in word(paper_of(figures, "T", ("crime_total",), {"crime_total": words})).paragraphs
    )
    assert "777" not in written
    assert "backed by no value" in written


@pytest.mark.parametrize("wrong", [{"keys": []}, {"keys": ["nothing"]}, {"kind": "exe"}, {"title": ""}])
def test_a_wrong_choice_is_said(client: Client, ready: Calculation, wrong: dict[str, Any]) -> None:
    client.force_login(person(Permission.MEASURE_READ))
    answer = client.post(ADDRESS, {"title": "T", "kind": "pptx", "keys": ["crime_total"], **wrong})
    assert answer.status_code == 422
    assert not Run.objects.exists()


def test_measures_outside_their_limits_are_chosen_to_begin_with(client: Client, ready: Calculation) -> None:
    reader = person(Permission.MEASURE_READ)
    client.force_login(reader)
    page = client.get(ADDRESS).content.decode()
    chosen = re.findall(r'name="keys" value="([a-z0-9_]+)" checked', page)
    assert set(chosen) == set(exceptional(access.figures_for_reading(reader, MONTH).figures))


def test_without_the_role_there_is_no_paper(client: Client, ready: Calculation) -> None:
    client.force_login(person(Permission.PLAN_START))
    assert client.get(ADDRESS).status_code == 403


def test_columns_of_numbers_stand_to_the_right_in_slides_and_word(paper: Paper) -> None:
    assert Grid("t", ("a", "b", "c", "d"), (("x", "1,200", "90.0%", "–"), ("y", "−3", "n/a", "5.1"))).numbers == {
        1,
        2,
        3,
    }
    tables = [shape.table for slide in slides(paper).slides for shape in slide.shapes if shape.has_table]
    last = tables[-1].rows[1].cells
    assert [cell.text_frame.paragraphs[0].alignment for cell in (last[0], last[1])] == [PP_ALIGN.LEFT, PP_ALIGN.RIGHT]
    last = word(paper).tables[-1].rows[1].cells
    assert [cell.paragraphs[0].alignment for cell in (last[0], last[1])] == [
        WD_ALIGN_PARAGRAPH.LEFT,
        WD_ALIGN_PARAGRAPH.RIGHT,
    ]
