"""Words of files and of other people, as a terminal may show them."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with every character that a terminal would obey, or not show, written as its code."""
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text)
