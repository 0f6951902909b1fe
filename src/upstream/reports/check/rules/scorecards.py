"""A scorecard against the pages of its measures: one target and one level each, in the table and in the words.

On the page of a measure, under a heading that is its name, the target must be the target of the row and the level one
of the numbers of the row. Elsewhere a sentence that names the measure may speak of another time or place: it is of the
row when its level is one of the row's, and then its target must be the row's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import key, said_in
from upstream.reports.check.marks import Marked
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.target_claims import roles_of, target_of, with_units
from upstream.reports.check.rules.target_tables import Aim, aims_of, in_unit
from upstream.reports.check.rules.target_words import TARGET_NOUN
from upstream.reports.check.scopes import Scopes

# targets of another time, which the scorecard need not hold
_OTHER_TIME = re.compile(
    r"\b(?:previous|last|next|former|new|revised|raised|lowered|interim|by 20\d\d|year after|from 20\d\d|step\w*|"
    r"national\w*|average|similar|peers?)\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 2
_MOST_MEASURES = 400


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of a scorecard: its name, its target and where it stands."""

    grid: Grid
    row: Row
    name: str
    aim: Aim

    @property
    def levels(self) -> list[Value]:
        return [v for value in self.row.values if (v := in_unit(value, self.aim.value)) is not None]


def _measures(evidence: Evidence) -> list[Measure]:
    """Rows with a target, in tables whose rows are measures with names of two words and more."""
    found = []
    for grid in evidence.grids:
        if len(grid.key_names) > 1 or any(row.total for row in grid.rows):
            continue
        for r, aim in aims_of(grid).items():
            row = grid.rows[r]
            if row.keys and len(key(row.keys[0])) >= _LEAST_WORDS:
                found.append(Measure(grid, row, row.keys[0], aim))
    return found if len(found) <= _MOST_MEASURES else []


def _heads(sentence: Sentence, measure: Measure) -> bool:
    """Whether a sentence stands under a heading that is the measure's name."""
    return bool(sentence.section) and key(sentence.section[-1]) == key(measure.name)


def _named(sentence: Sentence, measures: list[Measure]) -> list[Measure]:
    """The measures that a sentence speaks of: the longest name said, else the name that its heading is."""
    said = [m for m in measures if said_in(m.name, sentence.full)]
    said = [m for m in said if not any(key(m.name) < key(o.name) for o in said)]
    said = said or [m for m in measures if _heads(sentence, m)]
    return said if len({key(m.name) for m in said}) == 1 else []


def _without_name(sentence: Sentence, name: str) -> str:
    return re.sub(re.escape(name), "the measure", sentence.full, flags=re.IGNORECASE)


def _stated(text: str) -> tuple[Marked, Value | None, Value | None]:
    """The level and the target that a sentence gives, each where it is plain."""
    marked = with_units(text)
    roles = roles_of(marked)
    if roles is not None:
        return marked, marked.numbers[roles[0]], marked.numbers[roles[1]]
    target = target_of(text)
    return marked, None, target[1] if target is not None else None


def _other_unit(one: Value, other: Value) -> bool:
    return one.percent != other.percent


def _check(sentence: Sentence, held: list[Measure]) -> Finding | None:
    """A level or a target that no row of the measure has."""
    text = _without_name(sentence, held[0].name)
    marked, level, target = _stated(text)
    if not re.search(rf"\b{TARGET_NOUN}\b", marked.line) or _OTHER_TIME.search(text) or target is None:
        return None
    alike = [m for m in held if not _other_unit(m.aim.value, target)]
    level_held = level is not None and any(same_number(v, level) for m in alike for v in m.levels)
    on_page = any(_heads(sentence, m) for m in alike)
    if alike and (on_page or level_held) and not any(same_number(m.aim.value, target) for m in alike):
        return _finding(sentence, alike[0], "target", target, alike[0].aim.figure)
    if level is None or not on_page or level_held:
        return None
    first = alike[0]
    at = max(n for n, v in enumerate(first.row.values) if v is not None)
    return _finding(sentence, first, "level", level, first.grid.figure(first.row, at))


def _finding(sentence: Sentence, measure: Measure, what: str, said: Value, printed: Figure) -> Finding:
    text = (
        f"{measure.name}: a {what} of {said.text} in the sentence, but {printed.printed} in {measure.grid.table.name} "
        f"(“{sentence.text[:200]}”)"
    )
    where = Where(sentence.file, sentence.line or None, measure.grid.table.name, measure.name)
    figures = (Figure(f"{what} in the sentence", said.text, said.number), printed)
    return Finding("fact_quoted_differently", "error", where, figures, text)


def _in_scope(sentence: Sentence, held: list[Measure], scopes: Scopes) -> list[Measure]:
    return [m for m in held if not scopes.elsewhere(sentence, m.grid)]


def scorecard_against_pages(evidence: Evidence) -> list[Finding]:
    """Targets and levels of a scorecard, and what the measures' own pages say of them."""
    measures = _measures(evidence)
    if not measures:
        return []
    scopes = evidence.scopes
    found = []
    for sentence in evidence.sentences:
        if not re.search(r"\d", sentence.full):
            continue
        held = _in_scope(sentence, _named(sentence, measures), scopes)
        finding = _check(sentence, held) if held else None
        found += [finding] if finding is not None else []
    return found
