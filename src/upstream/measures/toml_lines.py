"""Where in a TOML file a field stands, so that a refusal can name the line."""

from __future__ import annotations

import re

Place = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?\s*(?:#.*)?$")
_FIELD = re.compile(r"\s*([A-Za-z0-9_\-]+)\s*=")
_FENCES = ('"""', "'''")


def field_lines(text: str) -> dict[Place, int]:
    """Line (from 1) of every field and header: ``("targets", 0, "value")`` is in the first ``[[targets]]``."""
    lines: dict[Place, int] = {}
    counts: dict[str, int] = {}
    prefix: Place = ()
    fence: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if fence is not None:
            fence = None if fence in line else fence
            continue
        header, field = _HEADER.match(line), _FIELD.match(line)
        if header is not None:
            name = header[2]
            prefix = tuple(name.split("."))
            if header[1] == "[[":
                prefix = (*prefix, counts.get(name, 0))
                counts[name] = counts.get(name, 0) + 1
            lines.setdefault(prefix, number)
        elif field is not None:
            lines.setdefault((*prefix, field[1]), number)
            opened = [mark for mark in _FENCES if line.count(mark) == 1]
            fence = opened[0] if opened else None
    return lines


def line_of(lines: dict[Place, int], place: Place) -> int:
    """The line of a field, or of the nearest thing it lies in; 1 when nothing of it is written."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 1
