"""A scorecard against the pages of its measures: levels and targets said in words that its rows do not have."""

from __future__ import annotations

from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import key, said_in
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.target_claims import level_and_target
from upstream.reports.check.rules.target_tables import Held, levels_against_aims

_LEAST_WORDS = 2
"""Telling words of a measure's name: one alone ("Burglary") is said of much else."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of a scorecard."""

    grid: Grid
    row: Row
    held: Held

    def prints(self, value: Value) -> bool:
        """Whether any number of the row is this one: the level, the quarter before, the target."""
        held = (*(v for v in self.row.values if v is not None), self.held.level, self.held.aim)
        return any(same_number(v, value) for v in held)


def _measures(evidence: Evidence) -> dict[frozenset[str], Measure]:
    """Rows of scorecards by the words of their names; a name that two rows share is left out."""
    found: dict[frozenset[str], Measure | None] = {}
    for grid in evidence.grids:
        rows = {row.label: row for row in grid.rows}
        for held in levels_against_aims(grid):
            name = key(held.label)
            if held.label in rows and len(name) >= _LEAST_WORDS:
                found[name] = None if name in found else Measure(grid, rows[held.label], held)
    return {name: measure for name, measure in found.items() if measure is not None}


def _named(sentence: Sentence, measures: dict[frozenset[str], Measure]) -> Measure | None:
    """The one measure whose name a sentence says, the longest where one name holds another."""
    said = [name for name, measure in measures.items() if said_in(measure.held.label, sentence.full)]
    longest = [name for name in said if not any(name < other for other in said)]
    return measures[longest[0]] if len(longest) == 1 else None


def _finding(sentence: Sentence, measure: Measure, what: str, said: Value, printed: Value) -> Finding:
    label = measure.held.label
    figures = (Figure(f"{what} said", said.text, said.number), Figure(f"{label}, {what}", printed.text, printed.number))
    text = (
        f"{label}: a {what} of {said.text} is said, but {printed.text} stands in {measure.grid.table.name} "
        f"(“{sentence.text[:200]}”)"
    )
    return Finding(
        "fact_quoted_differently", "error", Where(sentence.file, sentence.line or None, None, label), figures, text
    )


def scorecards_against_pages(evidence: Evidence) -> list[Finding]:
    """Every sentence that gives the level and the target of a measure that a scorecard has too."""
    measures = _measures(evidence)
    found = []
    for sentence in evidence.sentences if measures else ():
        pair = level_and_target(sentence.full)
        measure = _named(sentence, measures) if pair is not None else None
        if pair is None or measure is None:
            continue
        for what, said, printed in (("level", pair[0], measure.held.level), ("target", pair[1], measure.held.aim)):
            if said.percent == printed.percent and not measure.prints(said):
                found.append(_finding(sentence, measure, what, said, printed))
    return found
