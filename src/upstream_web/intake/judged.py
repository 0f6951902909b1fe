"""What is found of a row before anything is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from upstream_web.intake.models import Row


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what would become of it.

    key : the name that its old system gives it
    label : what would be made, in words
    reasons : why it is refused; empty where it is not
    notes : what a person should know of an accepted row
    values : what it would be made from
    """

    part: str
    number: int
    key: str
    label: str
    fate: str
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """Rows read and what became of them; `rows_read` is their sum."""

    rows_read: int
    accepted: int
    quarantined: int
    already_held: int

    def __str__(self) -> str:
        return f"{self.rows_read}/{self.accepted}/{self.quarantined}/{self.already_held}"


def counted(rows: Iterable[Judged]) -> Count:
    """The count of some rows."""
    fates = [row.fate for row in rows]
    by_fate = {fate: fates.count(fate) for fate in Row.Fate.values}
    return Count(rows_read=len(fates), **by_fate)
