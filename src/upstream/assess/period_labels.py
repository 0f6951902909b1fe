"""Labels of periods: days, weeks, months, quarters, years (calendar or financial), and whether one follows another."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from upstream.assess.finding import Refused

Step = Literal["day", "week", "month", "quarter", "year"]
IN_A_YEAR: Final[dict[Step, int]] = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
ALLOWED: Final = (
    "days (2022-06-01), weeks (2022-W22), months (2022-06), quarters (2022-Q2, 2022/23 Q1) or years (2022, 2022/23), "
    "one kind"
)
DAYS_IN_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Calendar:
    """Periods in order: labels, their step, and each one's number in the calendar (consecutive ones differ by 1)."""

    labels: tuple[str, ...]
    step: Step
    ordinals: tuple[int, ...]


def calendar_of(labels: Sequence[str]) -> Calendar:
    """The calendar that distinct labels belong to, sorted, with every period from first to last; a gap is refused."""
    read = [_read(label) for label in labels]
    kinds = {step for step, _ in read}
    if len(kinds) != 1:
        raise Refused(f"Periods are of {len(kinds)} kinds: {', '.join(sorted(kinds))}.", allowed=ALLOWED)
    if len({"/" in label for label in labels}) > 1:
        raise Refused("Periods are of calendar and of financial years.", allowed=ALLOWED)
    step = kinds.pop()
    at = dict(sorted(zip((ordinal for _, ordinal in read), labels, strict=True)))
    if step == "day" and len(at) > 1 and all((day - min(at)) % DAYS_IN_WEEK == 0 for day in at):
        step, at = "week", {(day - min(at)) // DAYS_IN_WEEK: label for day, label in at.items()}
    ordinals = tuple(at)
    gaps = [at[a] for a, b in pairwise(ordinals) if b != a + 1]
    if gaps:
        raise Refused(
            f"There is no {step} right after {gaps[0]}, though later ones are given.",
            allowed=f"every {step} from first to last",
            remedy="A missing period is not nought: add it, or begin after it.",
        )
    return Calendar(tuple(at.values()), step, ordinals)


def _read(label: str) -> tuple[Step, int]:
    text = label.strip()
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
            return "day", dt.date.fromisoformat(text).toordinal()
        if match := re.fullmatch(r"(\d{4})-W(\d{2})", text):
            return "week", dt.date.fromisocalendar(int(match[1]), int(match[2]), 1).toordinal() // DAYS_IN_WEEK
        if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text):
            return "month", int(match[1]) * 12 + int(match[2])
        if match := re.fullmatch(r"(\d{4})(?:-|/\d\d )Q([1-4])", text):
            return "quarter", int(match[1]) * 4 + int(match[2])
        if match := re.fullmatch(r"(\d{4})(?:/\d\d)?", text):
            return "year", int(match[1])
    except ValueError as error:
        raise Refused(f"{label!r} is not in the calendar: {error}.", allowed=ALLOWED) from error
    raise Refused(f"{label!r} is not a period.", allowed=ALLOWED)
