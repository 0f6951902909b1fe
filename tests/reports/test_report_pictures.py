"""Our drawings as PNG: sharp, the same every time, in our own font, and never run as source."""

from __future__ import annotations

import struct

import pytest

from upstream.errors import BadInput
from upstream.reports.pictures import as_png
from upstream.reports.svg import Drawing


def drawing(words: str) -> str:
    page = Drawing(400, 120)
    page.text("t-ink", 20, 60, words, size=30)
    return page.svg("k", "Title", "What there is to see")


def size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


def test_a_drawing_becomes_a_picture_of_twice_its_size() -> None:
    made = as_png(drawing("8,338"))
    assert made.png.startswith(b"\x89PNG")
    assert (made.width, made.height) == (400, 120)
    assert size(made.png) == (800, 240)
    assert as_png(drawing("8,338")).png == made.png
    assert as_png(drawing("8,339")).png != made.png


def test_words_in_a_drawing_are_never_source() -> None:
    made = as_png(drawing('#panic("x") $1$ ] "'))
    assert size(made.png) == (800, 240)


def test_words_are_set_in_the_font_of_the_package() -> None:
    """The name of the font has a digit, which counts only in quotes; without it a serif takes its place."""
    ours = drawing("8,338 Rag")
    assert "font-family=\"'Source Sans 3'" in ours
    other = ours.replace("'Source Sans 3', 'Source Sans Pro', 'Segoe UI', Arial, sans-serif", "serif")
    assert as_png(ours).png != as_png(other).png


def test_what_is_no_drawing_of_ours_is_refused() -> None:
    with pytest.raises(BadInput, match="no view box"):
        as_png("<svg></svg>")
