"""The paper of an assessment, for a reader who checks: from the question to how to count it again."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream import __version__
from upstream.assess.answer_value import Valued
from upstream.assess.finding import Finding
from upstream.assess.in_words import capital
from upstream.assess.kept import from_data
from upstream.assess.ladder import Answer
from upstream.assess.panel import Panel
from upstream.assess.panel_data import panel_data, refuse_measures
from upstream.assess.standing import MOST_FALSE
from upstream.measures.asked import ENGINE_VERSION
from upstream.reports.assessment import ShownAnswer, answer_parts
from upstream.reports.assessment_results import results_drawn, results_table
from upstream.reports.assessment_worth import worth_blocks
from upstream.reports.counterfactual import is_month, period_in_words
from upstream.reports.document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
    Document,
    Facts,
    Paragraph,
    Prose,
    Row,
    Section,
    Table,
    Text,
)
from upstream.reports.figures import MINUS
from upstream.reports.method_sources import references

HANDLING: Final = "It speaks of places and counts, never of one person."
RERUN: Final = "upstream assess rerun BUNDLE.zip"
NO_DESIGN: Final = (
    "No design was locked before it began, as far as this file tells: the place, the start and the comparison were "
    "named when the question was asked. A reader should take it as exploratory."
)
NAMED: Final = 8
"""Units named in full; more are counted."""


@dataclass(frozen=True, slots=True)
class Designed:
    """How it was to be judged.

    Attributes
    ----------
    facts
        What was named: measure, place, comparison, periods, smallest effect worth having.
    locked
        When, and whether it was changed after; a sentence.
    """

    facts: tuple[tuple[str, str], ...]
    locked: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that the paper of an assessment says.

    Attributes
    ----------
    answer
        The answer.
    data
        The counts as :func:`upstream.assess.panel_data.panel_data` gives them; None where only the answer was kept.
    place
        Where it was done, in words.
    source
        Sentences: where the counts come from, with version or checksum.
    tables
        Tables and versions of the store that they rest on.
    created
        When the data were taken: the same data give the same bytes.
    designed
        The design named before; None: none was.
    valued
        The worth, or None.
    not_valued
        Why it has no worth, where it was asked for.
    engine_version
        Of the counts.
    public
        Whether small numbers are withheld.
    names
        Names of units by code, where they have any.
    """

    answer: Answer
    data: Mapping[str, Any] | None
    place: str
    source: tuple[str, ...]
    created: dt.datetime
    tables: tuple[tuple[str, int], ...] = ()
    designed: Designed | None = None
    valued: Valued | None = None
    not_valued: str = ""
    engine_version: str = ENGINE_VERSION
    public: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    force: str = "Counts from a file"
    marking: str = "OFFICIAL"
    handling: str = HANDLING


def of_file(found: Answer, panel: Panel, name: str, content: bytes, valued: Valued | None = None) -> Paper:
    """The paper of an answer from anybody's file; its day is that of the last period, so the bytes do not change."""
    digest = hashlib.sha256(content).hexdigest()
    treated = [unit for unit, role in zip(panel.units, panel.roles, strict=True) if role == "treated"]
    return Paper(
        found,
        panel_data(panel),
        _named(treated),
        (f"The file {name}, {len(content):,} bytes, SHA-256 {digest}.",),
        _end_of(panel.periods[-1]),
        valued=valued,
    )


def of_kept(result: Mapping[str, Any], data: Mapping[str, Any] | None, **said: Any) -> Paper:
    """The paper of an answer that was kept as plain data; ``said`` is the rest of :class:`Paper`."""
    return Paper(from_data(result), data, **said)


def assessment_paper(of: Paper) -> Document:
    """The paper."""
    main = of.answer.main
    refuse_measures(of.public and main.measured)
    shown = ShownAnswer(of.answer, of.place, of.tables, of.public, of.names)
    parts = answer_parts(shown)
    sections = [
        Section("answer", "The answer", parts.answer),
        Section("question", "The question", (_question(of),)),
        Section("design", "The design", _design(of)),
        Section("data", "The data", _data(of)),
    ]
    if not parts.withheld:
        sections += [
            Section("results", "Results", (*parts.graph, *_results(of))),
            Section("checks", "Checks and disagreement", _agreement(of)),
            Section("methods", "Methods, what they assume and what would overturn them", _methods(of, shown)),
            Section("worth", "Worth", _worth(of)),
            Section("limits", "Limits", (Bullets(tuple((Text(one),) for one in _limits(of, shown)), ""),)),
        ]
    used = [one.method for one in (main, *of.answer.checks)]
    cited = references(used, worth=of.valued is not None)
    sections += [
        Section("again", "To do it again", _again(of)),
        Section("references", "References", (Bullets(tuple((Text(one),) for one in cited), ""),)),
    ]
    return Document(
        title=of.title or f"Did it work? {capital(main.unit)}, {of.place}",
        force=of.force,
        period=_span(of),
        subtitle="paper of an assessment",
        marking=of.marking,
        handling=of.handling,
        created=of.created.astimezone(dt.UTC).replace(microsecond=0),
        sections=tuple(sections),
        tables=of.tables,
        engine_version=of.engine_version,
        facts=(
            ("Place", (Text(of.place),)),
            ("Counted", (Text(f"{capital(main.unit)}, {_span(of)}"),)),
            (
                "Design",
                (Text(f"Level {main.maryland.level} of 5 on the Maryland scale"),),
            ),
        ),
        layout="paper",
    )


def _question(of: Paper) -> Facts:
    main = of.answer.main
    items = [
        ("Question", main.question),
        ("Outcome", f"{capital(main.unit)}; {'fewer' if main.better == 'lower' else 'more'} is better"),
        ("Where", of.place),
    ]
    if of.data:
        began = sorted(set(of.data["starts"].values()))
        items.append(("From when", ", ".join(map(period_in_words, began))))
    items.append(("What exactly is estimated", f"{capital(main.estimand)} ({main.title.lower()})"))
    return _facts(items)


def _design(of: Paper) -> tuple[Block, ...]:
    main = of.answer.main
    earned = Paragraph(
        (
            Text(
                f"Level {main.maryland.level} of 5 on the Maryland scale was earned: {main.maryland.reason} The level "
                "is earned by what was compared with what, and never by the name of a method."
            ),
        )
    )
    if of.designed is None:
        return (Paragraph((Text(NO_DESIGN),)), earned)
    return (_facts(of.designed.facts), Paragraph((Text(of.designed.locked),)), earned)


def _data(of: Paper) -> tuple[Block, ...]:
    said = [*of.source]
    if of.tables:
        said.append(
            "Tables of the store: " + ", ".join(f"{name} version {version}" for name, version in of.tables) + "."
        )
    said.append(
        "Small numbers are withheld: effects in per cent alone, and no counts by period."
        if of.public
        else "Counts are shown as they were counted; the bundle can be made with small numbers rounded."
    )
    blocks: list[Block] = [Bullets(tuple((Text(one),) for one in said), "")]
    if of.data and not of.public:
        blocks.append(_roles(of.data, of.answer.main.unit, of.names))
    return tuple(blocks)


def _amount(held: NDArray[np.float64], measured: bool) -> str:
    """Counts added up, or measures averaged."""
    return f"{held.mean():,.4g}" if measured else f"{held.sum():,.0f}"


def _roles(data: Mapping[str, Any], unit: str, names: Mapping[str, str]) -> Table:
    measured, periods = data.get("measured", False), data["periods"]
    first = min(data["starts"].values(), key=periods.index)
    start = periods.index(first)
    rows = []
    for role in sorted(set(data["roles"]), key=lambda one: (one != "treated", one)):
        units = [name for name, one in zip(data["units"], data["roles"], strict=True) if one == role]
        held = np.array([series for series, one in zip(data["counts"], data["roles"], strict=True) if one == role])
        amounts = (_amount(part, measured) for part in (held[:, :start], held[:, start:]))
        words = (role.capitalize(), _named([names.get(one, one) for one in units]), *amounts)
        rows.append(Row(tuple(Cell((Text(one),)) for one in words)))
    columns = (
        Column("Role", "text"), Column("Units", "text", wide=True), Column("Before"), Column("After it began")
    )  # fmt: skip
    step = "months" if is_month(first) else "periods"
    of = f"{capital(unit)}{', mean' if measured else ''}"
    title = f"{of}: {start} {step} before {period_in_words(first)}, and {len(periods) - start} from then on"
    return Table("assessment-roles", title, columns, tuple(rows))


def _results(of: Paper) -> tuple[Block, ...]:
    """The table in full; its picture first, where there is one."""
    drawn = results_drawn(of.answer, public=of.public)
    return (*(one for one in drawn if isinstance(one, Chart)), results_table(of.answer, public=of.public, with_p=True))


def _agreement(of: Paper) -> tuple[Block, ...]:
    if of.answer.disagreements:
        return (Bullets(tuple((Text(one),) for one in of.answer.disagreements), "The methods do not agree"),)
    if not of.answer.checks:
        return (Paragraph((Text("No other method could answer, so nothing checks this one."),)),)
    return (Paragraph((Text("Every check points the same way, and none lies apart from the answer."),)),)


def _methods(of: Paper, shown: ShownAnswer) -> tuple[Block, ...]:
    blocks: list[Block] = [_method(one, shown) for one in (of.answer.main, *of.answer.checks)]
    if unused := shown.not_used:
        rows = tuple(Row((Cell((Text(one.title),)), Cell((Text(one.why),)))) for one in unused)
        columns = (Column("Method", "text"), Column("Why it was not used", "text", wide=True))
        note = (
            f"A method is refused where its 5% test, widened by what places do by themselves, was still wrong more "
            f"than {100 * MOST_FALSE:.0f}% of the time on real records where nothing was done (placebos)."
        )
        blocks.append(Table("assessment-not-used", "Methods not used", columns, rows, ((Text(note),),)))
    return tuple(blocks)


def _method(one: Finding, shown: ShownAnswer) -> Prose:
    def listed(said: Iterable[str]) -> Bullets:
        return Bullets(tuple((Text(sentence),) for sentence in said), "")

    parts: list[Paragraph | Bullets] = [Paragraph((Text(f"Estimates {one.estimand}."),))]
    parts += [Paragraph((Text("It assumes:", bold=True),)), listed(one.assumes)]
    parts += [Paragraph((Text("It would be overturned by:", bold=True),)), listed(one.overturned_by)]
    if caveats := shown.caveats(one):
        parts += [Paragraph((Text("Know beside it:", bold=True),)), listed(caveats)]
    if one.figures and not shown.public:  # counts are among them
        figures = {shown.with_names(name.replace("_", " ")): value for name, value in one.figures.items()}
        said = "; ".join(f"{name} {_plain(value)}" for name, value in figures.items())
        parts.append(Paragraph((Text(f"In its own terms: {said}."),)))
    return Prose(one.title, tuple(parts))


def _plain(value: float | int | str) -> str:
    return value if isinstance(value, str) else f"{value:,.4g}".replace("-", MINUS)


def _worth(of: Paper) -> tuple[Block, ...]:
    if of.public:
        return (Paragraph((Text("Not given to readers who may not see small numbers."),)),)
    if of.valued is None:
        return (Paragraph((Text(of.not_valued or "No cost was given, so no worth was asked for."),)),)
    return worth_blocks(of.valued, of.answer.main.unit, of.place)


def _limits(of: Paper, shown: ShownAnswer) -> list[str]:
    return [
        *shown.caveats(of.answer.main),
        "Counts are of what was recorded: a change of reporting or recording looks like a change of crime.",
        "Chance in the counts is in the intervals; a comparison that would have gone another way by itself is not.",
        "Several methods were asked. The strongest that these data carry is the answer, chosen by a fixed order before "
        "any result is known; the others are checks, not choices.",
    ]


def _again(of: Paper) -> tuple[Block, ...]:
    items = [
        ("One command", f"{RERUN}, on the bundle that goes with this paper: it counts again and compares each figure"),
        ("Code", f"Upstream {__version__}, engine version {of.engine_version}"),
        ("Data", " ".join(of.source)),
    ]
    return (_facts(items),)


def _facts(items: Iterable[tuple[str, str]]) -> Facts:
    return Facts(tuple((name, (Text(words),)) for name, words in items if words))


def _named(units: list[str]) -> str:
    more = f" and {len(units) - NAMED} more" if len(units) > NAMED else ""
    return f"{', '.join(units[:NAMED])}{more}"


def _span(of: Paper) -> str:
    line = next((one.line for one in (of.answer.main, *of.answer.checks) if one.line is not None), None)
    periods = of.data["periods"] if of.data else line.periods if line else ("", "")
    return f"{period_in_words(periods[0])} to {period_in_words(periods[-1])}"


def _end_of(period: str) -> dt.datetime:
    """The day that a period's label begins with; one that is no date stands as the first day of 2000."""
    digits = [int(one) for one in period.split("-") if one.isdigit()]
    try:
        return dt.datetime(digits[0], digits[1] if len(digits) > 1 else 1, 1, tzinfo=dt.UTC)
    except (IndexError, ValueError):
        return dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
