"""What came of plans, shaped for the portfolio: data for templates and files, never HTML."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from upstream.disclosure.published import LEAST_DENOMINATOR
from upstream.reports.figures import MINUS
from upstream.reports.spreadsheet import as_plain_text
from upstream_web.problems.engine.designs import counted_in_words
from upstream_web.problems.engine.worth import pence, worth_of
from upstream_web.problems.models import Assessed, Plan, WorthAssumed
from upstream_web.problems.presenters import Tag
from upstream_web.problems.queries import Due
from upstream_web.problems.worth import costs_of, said_of

WITHHELD = "Too little was counted to show"
NOT_WORKED_OUT = "Not worked out"
NOT_COMPARED = "None: nothing was compared"
Word = Assessed.Word
TAGS = {
    Word.WORKED: "govuk-tag--green",
    Word.PERHAPS: "govuk-tag--teal",
    Word.NOT_SHOWN: "govuk-tag--grey",
    Word.PERHAPS_WORSE: "govuk-tag--orange",
    Word.WORSE: "govuk-tag--red",
    Word.NOT_KNOWN: "govuk-tag--yellow",
}
COLUMNS = (
    "Plan", "Problem", "Counted", "Area", "Judged from", "Judged to", "Answer", "Change, per cent", "Lowest", "Highest",
    "How likely it did good", "Maryland level", "Worth per pound", "Assessed on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one plan, as printed.

    plan : `None` for a reader who may not read it
    title : of the plan; its kind of problem and place alone for such a reader
    """

    plan: Plan | None
    ref: str
    title: str
    counted: str
    area: str
    row: Assessed
    tag: Tag
    effect: str
    shown: bool
    worth: str


@dataclass(frozen=True, slots=True)
class Group:
    """How plans of one kind of problem, or of one area, went: counts by answer, in the order of `Word`."""

    name: str
    plans: int
    words: tuple[int, ...]


def came_of(rows: Iterable[Assessed], whole: frozenset[int], plans: Iterable[int]) -> Iterator[Came]:
    """Rows of the portfolio, one by one.

    whole : the plans that the reader reads whole
    plans : those of the rows
    """
    costs, said = costs_of(plans), said_of(plans)
    for row in rows:
        yield _came(row, row.plan_id in whole, float(costs.get(row.plan_id, 0)), said.get(row.plan_id))


def _came(row: Assessed, whole: bool, cost: float, said: WorthAssumed | None) -> Came:
    plan, counted = row.plan, counted_in_words(row.named.crime_types)
    shown = whole or row.fewest >= LEAST_DENOMINATOR
    word = Word(row.word) if shown else Word.NOT_KNOWN
    label = word.label if shown else "Not shown to you"
    return Came(
        plan if whole else None,
        plan.ref,
        plan.title if whole else f"{counted} in {plan.area.name}",
        counted,
        plan.area.name,
        row,
        Tag(label, TAGS[word]),
        _effect(row) if shown else WITHHELD,
        shown,
        _worth(row, cost, said) if shown else WITHHELD,
    )


def _effect(row: Assessed) -> str:
    if row.change is None or row.lower is None or row.upper is None:
        return "No figure in per cent"
    return f"{row.change:+.0f}% ({row.lower:+.0f}% to {row.upper:+.0f}%)".replace("-", MINUS)


def _worth(row: Assessed, cost: float, said: WorthAssumed | None) -> str:
    """Pounds of worth for each pound spent with their interval, or why there are none."""
    if not (cost if said is None or said.spent is None else said.spent):
        return "No cost is named"
    made = worth_of(row, cost, said)
    back = made.per_pound
    if back is None:
        return NOT_WORKED_OUT if made.compared else NOT_COMPARED
    taken = f", {said.optimism:g}% off for optimism" if said is not None and said.optimism else ""
    return f"{pence(back.estimate)} ({pence(back.lower)} to {pence(back.upper)}){taken}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How plans went, together, by kind of problem and by area."""

    whole: Group
    by_problem: list[Group]
    by_area: list[Group]


def counts_of(rows: QuerySet[Assessed], whole: frozenset[int]) -> Counts:
    """Counts of all rows by answer; an answer that the reader may not see counts as one that cannot be told."""
    found = [
        (area, counted_in_words(types), word if pk in whole or fewest >= LEAST_DENOMINATOR else Word.NOT_KNOWN)
        for area, types, word, pk, fewest in rows.values_list(
            "plan__area__name", "named__crime_types", "word", "plan", "fewest"
        )
    ]
    together = _groups(("All", word) for _, _, word in found)
    return Counts(
        together[0] if together else Group("All", 0, tuple(0 for _ in Word)),
        _groups((types, word) for _, types, word in found),
        _groups((area, word) for area, _, word in found),
    )


def _groups(rows: Iterable[tuple[str, str]]) -> list[Group]:
    """Counts by name from pairs of name and word, the name with most plans first."""
    counts: dict[str, Counter[str]] = {}
    for name, word in rows:
        counts.setdefault(name, Counter())[word] += 1
    made = [Group(name, found.total(), tuple(found[word] for word in Word)) for name, found in counts.items()]
    return sorted(made, key=lambda one: (-one.plans, one.name))


def as_csv(rows: Iterable[Came]) -> Iterator[str]:
    """The portfolio as CSV, a line a plan, line by line."""
    return _lines(COLUMNS, (_cells(one) for one in rows))


def _lines(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Said())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([as_plain_text(cell) if isinstance(cell, str) else cell for cell in row])


class _Said:
    """A file of which each line is handed back as it is written."""

    def write(self, line: str) -> str:
        return line


def _cells(one: Came) -> list[str | float]:
    row = one.row
    figures = [row.change, row.lower, row.upper] if one.shown else [None] * 3
    decimals = 1 if one.plan else None  # who reads results alone sees whole per cents, as on the page
    return [
        one.ref, one.title, one.counted, one.area, row.named.after_from.isoformat(), str(row.until or ""), one.tag.text,
        *("" if value is None else round(value, decimals) for value in figures),
        row.likelihood if one.shown else WITHHELD, str(row.level), one.worth, row.made_at.date().isoformat(),
    ]  # fmt: skip


def due_as_csv(rows: Iterable[Due]) -> Iterator[str]:
    """Overdue assessments as CSV, line by line."""
    columns = ("Plan", "Area", "Team", "Judged to", "Due by", "Days overdue")
    return _lines(
        columns,
        ((one.plan.ref, one.plan.area.name, one.plan.team.name, one.ended, one.due, one.days) for one in rows),
    )
