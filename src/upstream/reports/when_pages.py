"""When it happens, as blocks of a page: what is more than noise, the hours of the week, and every test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from upstream.reports.document import Block, Callout, Cell, Chart, Column, Facts, Row, Table, Text
from upstream.reports.scan_pages import read_facts
from upstream.reports.week_chart import WEEKDAYS, draw_week

Plain = Mapping[str, Any]
LEAST_PUBLIC: Final = 100
"""Events below which hours are shown only to those who may see the records: a cell would be one or two. Ours."""
SMALL: Final = 5


def when_blocks(answer: Plain, *, small_numbers: bool) -> tuple[Block, ...]:
    """The patterns in words, the week as a picture with its figures, every test in a table."""
    if not small_numbers and too_few_hours(answer):
        words = f"Fewer than {LEAST_PUBLIC} events: their hours are for those who may go to the records."
        return (Callout("note", "Too few to show", _runs(words)), Facts(read_facts(answer)))
    return (_said(answer), _week(answer, small_numbers), _tests(answer), Facts(_facts(answer)))


def too_few_hours(answer: Plain) -> bool:
    """Whether the events are so few that their hours are for those who may see the records."""
    return bool(answer["read"]["used"] < LEAST_PUBLIC)


def _said(answer: Plain) -> Callout:
    real = [one for one in answer["patterns"] if one["real"]]
    if not real:
        return Callout(
            "note", "No pattern beyond noise", _runs("Nothing that was looked at is more than chance gives.")
        )
    return Callout("note", "More than noise", _runs(" ".join(f"{_name(one)}: {one['said']}" for one in real)))


def _week(answer: Plain, small_numbers: bool) -> Chart:
    cells = np.array([cell["events"] for cell in answer["week"]]).reshape(7, 24)
    shown = cells if small_numbers else np.where((cells > 0) & (cells < SMALL), np.nan, cells)
    title = "Hours of the week"
    columns = (Column("Hour", "text"), *(Column(day) for day in WEEKDAYS))
    rows = tuple(
        Row((_cell(f"{hour:02d}:00"), *(_cell(_number(shown[day, hour])) for day in range(7)))) for hour in range(24)
    )
    spread = f"{answer['uncertain']:,} of them spread over the hours in which each can have happened"
    notes = [f"{answer['placed']:,} events, {spread}."]
    if not small_numbers:
        notes.append("Cells under 5 are crossed out.")
    data = Table("when-week-figures", title, columns, rows)
    most = np.unravel_index(int(np.nanargmax(shown)), shown.shape) if np.isfinite(shown).any() else (0, 0)
    description = f"Events by weekday and hour; most on {WEEKDAYS[int(most[0])]} at {int(most[1]):02d}:00."
    picture = draw_week("when-week", title, description, shown.tolist())
    return Chart("when-week", title, description, picture, data, tuple(_runs(note) for note in notes))


def _tests(answer: Plain) -> Table:
    columns = (Column("Pattern", "text", wide=True), Column("What was found", "text", wide=True), Column("p"),
               Column("More than noise", "text"))  # fmt: skip
    rows = tuple(
        Row(
            (
                _cell(_name(one)), _cell(one["said"]), _cell("<0.001" if one["p"] < 0.001 else f"{one['p']:.3f}"),
                Cell((Text("yes" if one["real"] else "no"),), "above" if one["real"] else ""),
            )
        )
        for one in answer["patterns"]
    )  # fmt: skip
    notes = ["More than noise: at most one in twenty of those that say yes is expected to be chance."]
    notes += [f"Not tested: {name}. {why}" for name, why in answer["not_tested"].items()]
    return Table("when-tests", "What was tested", columns, rows, tuple(_runs(note) for note in notes))


def _facts(answer: Plain) -> tuple[tuple[str, tuple[Text, ...]], ...]:
    methods = "; ".join(f"{_name(one)}: {one['method']}" for one in answer["patterns"])
    return (*read_facts(answer), ("Method", _runs(f"{methods}.")))


def _name(one: Plain) -> str:
    words: str = one["name"]
    return words[:1].upper() + words[1:]


def _number(value: float) -> str:
    return "under 5" if not np.isfinite(value) else f"{value:,.1f}"


def _runs(words: str) -> tuple[Text, ...]:
    return (Text(words),)


def _cell(words: str) -> Cell:
    return Cell((Text(words),))
