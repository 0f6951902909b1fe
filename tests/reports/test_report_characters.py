"""Characters that the fonts of the PDF lack, and control characters: no report fails for one."""

from __future__ import annotations

import datetime as dt
import io

import pikepdf
import pytest
import typst

from upstream.reports.document import Document, Paragraph, Section, Text
from upstream.reports.font_coverage import FONTS, covered, replacements
from upstream.reports.html import render_html
from upstream.reports.pdf import as_typst_data, render_pdf


def saying(words: str) -> Document:
    page = Section("s1", f"Area {words}", (Paragraph((Text(f"Words {words}"),)),))
    return Document(
        title="Report",
        force=f"Force {words}",
        period="June 2022",
        marking="OFFICIAL",
        handling="",
        created=dt.datetime(2022, 7, 1, tzinfo=dt.UTC),
        sections=(page,),
    )


@pytest.mark.parametrize(
    "words",
    [
        "A＝B",
        "\U0001f469\u200d\U0001f692",
        "中文",
        "a\x07b\x00c\x9fd",
        "line\u2028end",
        "\ue000",
        "e\u0301",
        "\u2067x",
    ],
)
def test_no_character_stops_the_pdf(words: str) -> None:
    with pikepdf.open(io.BytesIO(render_pdf(saying(words)))) as made:
        assert len(made.pages) >= 1


def test_a_missing_character_is_printed_as_its_code_or_its_plain_form() -> None:
    shown = "A＝B \U0001f600 中 é ≥".translate(replacements("A＝B \U0001f600 中 é ≥"))
    assert shown == "A=B [U+1F600] [U+4E2D] é ≥"
    assert "＜script＞".translate(replacements("＜＞")) == "[U+FF1C]script[U+FF1E]"
    assert "[U+1F600]" in as_typst_data(saying("\U0001f600"))


def test_control_characters_reach_no_page() -> None:
    assert "\\u00" not in as_typst_data(saying("a\x07b\x1b[31m"))
    assert not {b"\x07", b"\x1b"} & {bytes([byte]) for byte in render_html(saying("a\x07b\x1b[31m"))}


def test_what_is_called_covered_typst_can_set() -> None:
    text = "".join(sorted(char for char in covered() if char.isprintable()))
    assert len(text) > 1_000
    source = '#set document(title: "x")\n#set text(font: "Source Sans 3")\n#sys.inputs.text\n\n#strong(sys.inputs.text)'
    typst.compile(
        source.encode(),
        sys_inputs={"text": text},
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards="ua-1",
    )


def test_the_page_may_load_and_run_nothing() -> None:
    html = render_html(saying("x")).decode()
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"" in html.partition("<style>")[0]
