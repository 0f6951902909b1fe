"""Lists of words, written as text so that they stay readable."""

from __future__ import annotations


def words_in(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())
