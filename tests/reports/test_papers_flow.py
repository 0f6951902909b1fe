"""The PDF of a paper flows: no page before the last is left half empty, and nothing runs off a page."""

import datetime as dt
import io

import pikepdf
import pytest

from upstream.reports.document import Cell, Column, Document, Facts, Row, Section, Table, Text
from upstream.reports.pdf import render_pdf

SENTENCE = "People who live near the parade said that it is noisy after eight in the evening. "


def pages_of(*sections: Section) -> int:
    document = Document(
        title="A plan",
        force="P2026-0001",
        period="5 January 2026",
        marking="OFFICIAL",
        handling="",
        created=dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
        sections=sections,
        layout="paper",
    )
    with pikepdf.open(io.BytesIO(render_pdf(document))) as pdf:
        return len(pdf.pages)


def facts(sentences: int, number: int = 1) -> Facts:
    return Facts(tuple((f"Question {n}", (Text(SENTENCE * sentences),)) for n in range(number)))


def table(sentences: int, number: int) -> Table:
    columns = (Column("What", "text", wide=True), Column("Said", "text", wide=True))
    rows = (Row((Cell((Text(f"Row {n}"),)), Cell((Text(SENTENCE * sentences),)))) for n in range(number))
    return Table("answers", "Answers", columns, tuple(rows))


@pytest.mark.parametrize(
    ("block", "number", "pages"), [(facts(6, number=6), 6, 5), (table(9, number=6), 4, 3)], ids=["facts", "table"]
)
def test_blocks_of_half_a_page_follow_each_other(block: Facts | Table, number: int, pages: int) -> None:
    """Kept whole, six of facts took seven pages and four tables took four."""
    assert pages_of(Section("s", "Part", (block,))) == 1
    assert pages_of(*(Section(f"s{n}", f"Part {n}", (block,)) for n in range(number))) == pages


def test_an_answer_longer_than_a_page_goes_on_on_the_next() -> None:
    """In a block that was kept whole, the words after the second page ran off the paper."""
    assert pages_of(Section("s", "Part", (facts(150),))) == 3
    assert pages_of(Section("s", "Part", (facts(300),))) == 6
