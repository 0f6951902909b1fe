"""A summary against the page that it sums up: likelihoods of numbered measures, time targets of grades."""

from __future__ import annotations

import re
from collections import defaultdict

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Severity, Where

_BAND = re.compile(
    (
        r"(\d{1,3})\s?%\s?(?:-|to)\s?(\d{1,3})\s?%\s*[-:,(]?\s*(remote chance|highly unlikely|"
        r"unlikely|realistic possibility|likely or probable|highly likely|likely|probable|"
        r"almost certain)"
    ),
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\b(\d{1,2}(?:\.\d{1,2}){2})\b")


def bands(evidence: Evidence) -> list[Finding]:
    """A likelihood band said of one numbered measure in a summary and another one on its own page."""
    said: dict[str, list[tuple[str, Where, str]]] = defaultdict(list)
    for table in evidence.tables:
        for row, line in zip(table.rows, table.lines, strict=True):
            refs = [m[1] for cell in row for m in [_REFERENCE.fullmatch(cell.strip())] if m]
            bands = [m for cell in row for m in [_BAND.search(cell)] if m]
            if len(refs) == 1 and len(bands) == 1:
                said[refs[0]].append(
                    (_band(bands[0]), Where(table.file, line or None, table.name, refs[0]), bands[0][0])
                )
    at_section: tuple[str, ...] = ()
    reference, waiting = "", ""
    for sentence in evidence.sentences:
        if sentence.section[:1] != at_section:
            at_section = sentence.section[:1]
            match = _REFERENCE.search(" ".join(at_section))
            reference, waiting = (match[1] if match else ""), ""
        text = f"{waiting} {sentence.text}".strip()
        waiting = sentence.text if re.fullmatch(r"\d{1,3}\s?%\s?-\s?\d{1,3}\s?%", sentence.text.strip()) else ""
        if reference and (match := _BAND.search(text)) and len(text) < 120:
            said[reference].append((_band(match), Where(sentence.file, sentence.line or None), match[0]))
    found = []
    for name, places in said.items():
        tables = [p for p in places if p[1].table]
        pages = [p for p in places if not p[1].table]
        apart = [p for p in pages if tables and p[0] != tables[0][0]]
        if apart:
            figures = tuple(_band_figure(p) for p in (tables[0], apart[0]))
            text = (
                f"Measure {name}: “{tables[0][2]}” in {tables[0][1].table} (line {tables[0][1].line}),"
                f" “{apart[0][2]}” on a page of its own (line {apart[0][1].line})."
            )
            severity: Severity = "error" if len(apart) == len(pages) else "warning"
            found.append(Finding("fact_quoted_differently", severity, apart[0][1], figures, text))
    return found


def _band(match: re.Match[str]) -> str:
    return f"{match[1]}-{match[2]} {match[3].lower()}"


def _band_figure(place: tuple[str, Where, str]) -> Figure:
    return Figure(f"likelihood, {place[1]}", place[2])


_TIME_TARGET = re.compile(
    r"\b([A-Z][a-z]+ \d)\b(?!\d)[^.;]{0,60}?\b(?:within|target(?: of| is)?)\s*:?\s*(\d+)\s*(min|hour|sec|day)",
    re.IGNORECASE,
)


def time_targets(evidence: Evidence) -> list[Finding]:
    """A time target of one grade or priority that is 12 minutes in one place and 20 in another."""
    said: dict[tuple[str, str], list[tuple[int, Where, str]]] = defaultdict(list)
    texts = [(s.text, Where(s.file, s.line or None)) for s in evidence.sentences]
    texts += [
        (c, Where(t.file, line or None, t.name))
        for t in evidence.tables
        for row, line in zip(t.rows, t.lines, strict=True)
        for c in row
        if len(c) < 400
    ]
    for text, where in texts:
        for match in _TIME_TARGET.finditer(text):
            said[match[1].lower(), match[3].lower()].append((int(match[2]), where, text))
    found = []
    for (subject, unit), places in said.items():
        other = next((p for p in places if p[0] != places[0][0]), None)
        if other is not None:
            one = places[0]
            figures = (
                Figure(f"{subject} target", f"{one[0]} {unit}", float(one[0])),
                Figure(f"{subject} target", f"{other[0]} {unit}", float(other[0])),
            )
            text = (
                f"The target time of {subject} is {one[0]} {unit} in “{one[2][:100]}” (line "
                f"{one[1].line}) and {other[0]} {unit} in “{other[2][:100]}” (line {other[1].line})."
            )
            found.append(Finding("fact_quoted_differently", "error", other[1], figures, text))
    return found
