"""What the check says: one finding is one contradiction, with its sum written out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]

RULES: dict[str, str] = {
    "parts_do_not_sum": "parts that do not add up to their total",
    "percent_does_not_follow": "a per cent that does not follow from its counts",
    "rows_copied": "the same numbers under two labels",
    "rows_swapped": "two labels whose values are interchanged",
    "outside_limits_not_listed": "a volume outside its limits that is not listed as such",
    "listed_inside_limits": "a volume listed as outside its limits that is inside them",
    "sentence_cannot_hold": "a sentence whose figures cannot all hold",
    "ratio_wrong_way": "a ratio printed the wrong way round, or not following from its counts",
    "fact_quoted_differently": "one fact quoted differently in two places",
    "target_claim_wrong": "a target said to be met or missed against the figures",
    "impossible_value": "a value that cannot be",
    "wrong_period_label": "a period label that contradicts the others",
}
_ORDER: dict[str, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file: a line of text, or a cell of a table (``None`` where that does not apply)."""

    file: str
    line: int | None = None
    table: str | None = None
    row: str | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [self.file if self.line is None else f"{self.file}:{self.line}"]
        parts += [
            p for p in (self.table, self.row and f"row “{self.row}”", self.column and f"column “{self.column}”") if p
        ]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the numbers that conflict: what it is, as printed, and as a number where it is one."""

    what: str
    printed: str
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction.

    Attributes
    ----------
    rule
        A key of :data:`RULES`.
    severity
        "error": cannot be right; "warning": very likely wrong; "note": worth a look.
    where
        The place to look at first.
    figures
        The numbers that conflict.
    arithmetic
        One sentence with the sum that does not work out.
    """

    rule: str
    severity: Severity
    where: Where
    figures: tuple[Figure, ...]
    arithmetic: str

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"{self.rule} is not a rule of the check")

    def to_plain(self) -> dict[str, Any]:
        """Exactly the five keys that ``--json`` promises."""
        where = {name: getattr(self.where, name) for name in Where.__slots__}
        figures = [{"what": f.what, "printed": f.printed, "number": f.number} for f in self.figures]
        return {
            "rule": self.rule,
            "severity": self.severity,
            "where": where,
            "figures": figures,
            "arithmetic": self.arithmetic,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything one run found.

    Attributes
    ----------
    findings
        In the order of files, then lines.
    files
        The files read.
    tables, sentences
        How many of each were understood.
    """

    findings: tuple[Finding, ...]
    files: tuple[str, ...]
    tables: int
    sentences: int

    def to_json(self) -> str:
        """A JSON list of findings and nothing else."""
        return json.dumps([finding.to_plain() for finding in self.findings], ensure_ascii=False, indent=2)

    def counts(self) -> dict[str, int]:
        """Findings by rule, rules without findings left out."""
        held: dict[str, int] = {}
        for finding in self.findings:
            held[finding.rule] = held.get(finding.rule, 0) + 1
        return held


def in_order(findings: list[Finding], files: tuple[str, ...]) -> tuple[Finding, ...]:
    """Each finding once, by file, line, severity and rule."""
    place = {name: number for number, name in enumerate(files)}
    unique = {(f.rule, f.where, f.arithmetic): f for f in findings}
    return tuple(
        sorted(
            unique.values(),
            key=lambda f: (
                place.get(f.where.file, 0),
                f.where.line or 0,
                _ORDER[f.severity],
                f.rule,
                str(f.where),
                f.arithmetic,
            ),
        )
    )
