"""Terms of art in plain words, read from `glossary.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("glossary.toml")


@dataclass(frozen=True, slots=True)
class Term:
    """A term and what it means here; `key` is its anchor on the page of words."""

    key: str
    term: str
    meaning: str


@cache
def glossary() -> dict[str, Term]:
    """Every term by key, in the order of the alphabet."""
    rows = tomllib.loads(FILE.read_text("utf-8"))
    return {key: Term(key, **row) for key, row in rows.items()}


def term(key: str) -> str:
    """A term as a link to it reads."""
    return glossary()[key].term
