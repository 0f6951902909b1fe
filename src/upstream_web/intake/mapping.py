"""Which column holds what: fields that an area asks for, and a guess from the words of the headers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a column may hold.

    words : headers that mean it, in lower case, the likeliest first
    needed : whether nothing can be made without it
    """

    key: str
    label: str
    words: tuple[str, ...]
    needed: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet that an area takes in, such as plans or their actions.

    words : that stand in the name of its worksheet
    """

    key: str
    label: str
    words: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def expected(self) -> tuple[str, ...]:
        """Every header that means something."""
        return tuple(word for field in self.fields for word in (field.label, *field.words))


Columns = Mapping[str, str]
"""Header by field; a field without a column is not in it."""


def guessed(part: Part, headers: Sequence[str]) -> dict[str, str]:
    """The likeliest column of each field: a header that is its word, else one that holds it. No column twice."""
    plain = {header: _plain(header) for header in headers}
    found: dict[str, str] = {}
    for certain in (True, False):
        for field in part.fields:
            if field.key in found:
                continue
            for word in (_plain(field.label), *field.words):
                free = (header for header in headers if header not in found.values())
                match = next((h for h in free if _means(plain[h], word, certain=certain)), None)
                if match is not None:
                    found[field.key] = match
                    break
    return found


def fit(part: Part, columns: Columns, headers: Sequence[str]) -> dict[str, str] | None:
    """A saved mapping where all its columns are there; else nothing."""
    return dict(columns) if columns and set(columns.values()) <= set(headers) else None


def best_sheet(part: Part, sheets: Mapping[str, Sequence[str]]) -> str:
    """The worksheet that looks most like the part: by its name, then by how many headers are known."""
    named = [name for name in sheets if any(word in name.lower() for word in part.words)]
    ranked = sorted(sheets, key=lambda name: (name not in named, -len(guessed(part, sheets[name]))))
    return ranked[0] if ranked else ""


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower()).split())


def _means(header: str, word: str, *, certain: bool) -> bool:
    return header == word if certain else f" {word} " in f" {header} "
