"""The rubrics that plans are scored on, and the colour that marks give."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("rubrics.toml")
HIGHEST_MARK = 3
GREEN_FROM = 18
AMBER_FROM = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a rubric: its key and label, and what each mark from 0 to 3 means."""

    key: str
    label: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What marks come to.

    total : of all items, 0 to 24
    colour : "red", "amber" or "green"
    capped_by : label of the lowest item, the first of them; it holds the plan back
    """

    total: int
    colour: str
    capped_by: str


@cache
def rubric(kind: str) -> tuple[Item, ...]:
    """The items for a kind of plan; every kind has a rubric, so no plan is unscorable."""
    rows = tomllib.loads(FILE.read_text("utf-8"))[kind]
    return tuple(Item(key, row["label"], tuple(row["marks"])) for key, row in rows.items())


def judge(kind: str, marks: Mapping[str, int]) -> Judgement:
    """The colour of marks: a single 0 is red however high the rest; green needs every item at 2 or more."""
    items = rubric(kind)
    wrong = [item.key for item in items if marks.get(item.key) not in range(HIGHEST_MARK + 1)]
    if wrong or len(marks) != len(items):
        raise ValueError(
            f"each of {[item.key for item in items]} needs a mark of 0 to {HIGHEST_MARK}: see {wrong or list(marks)}"
        )
    total, lowest = sum(marks.values()), min(marks.values())
    capped_by = next(item.label for item in items if marks[item.key] == lowest) if lowest < HIGHEST_MARK else ""
    if lowest == 0 or total < AMBER_FROM:
        return Judgement(total, "red", capped_by)
    if lowest >= HIGHEST_MARK - 1 and total >= GREEN_FROM:
        return Judgement(total, "green", capped_by)
    return Judgement(total, "amber", capped_by)
