"""The limits of a table, the volume that they are for, and columns that flag it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.numbers import Value

_FLAG = re.compile(
    (
        r"exceptional|outside|flag|signal|special cause|breach|within limits?|in control|out "
        r"of control|\bstatus\b|alert|limits?$"
    ),
    re.IGNORECASE,
)
_YES = {
    "yes",
    "y",
    "true",
    "1",
    "outside",
    "above",
    "below",
    "exceptional",
    "high",
    "low",
    "breach",
    "out",
    "alert",
    "special cause",
    "over",
    "under",
    "*",
    "flag",
    "flagged",
    "x",
    "exceeds",
}
_NO = {
    "no",
    "n",
    "false",
    "0",
    "inside",
    "within",
    "normal",
    "ok",
    "in",
    "in control",
    "common cause",
    "within limits",
    "",
    "-",
    "none",
    "n/a",
    "na",
    "no change",
    "not exceptional",
    "in range",
    "expected",
}
_LATEST = re.compile(r"latest|current|actual|this|volume|value|observed|month|count|recorded", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Columns of one table that hold the volume and its limits."""

    value: int
    upper: int
    lower: int | None


def limits_of(grid: Grid) -> Limits | None:
    """The limit columns and the volume that they are for: the latest period, or the plainest count."""
    upper = [n for n, c in enumerate(grid.columns) if c.role == "upper"]
    lower = [n for n, c in enumerate(grid.columns) if c.role == "lower"]
    counts = [
        n
        for n, c in enumerate(grid.columns)
        if c.role in {"count", "average", "percent"}
        and not c.cumulative
        and not c.rolling
        and not _FLAG.search(c.header.replace("_", " "))
        and not c.total
    ]
    counts = [n for n in counts if grid.columns[n].role == "count"] or counts
    if not upper or not counts:
        return None
    dated = [n for n in counts if (s := grid.columns[n].span) and s.dated]
    if dated:
        value = max((span.last, -n, n) for n in dated if (span := grid.columns[n].span) is not None)[2]
    else:
        named = [n for n in counts if _LATEST.search(grid.columns[n].header)]
        value = (named or counts)[0]
    return Limits(value, upper[0], lower[0] if lower else None)


def side(row: Row, limits: Limits) -> int:
    """1 above the upper limit as printed, -1 below the lower, 0 inside; on a limit is inside."""
    value, upper = row.values[limits.value], row.values[limits.upper]
    lower = row.values[limits.lower] if limits.lower is not None else None
    if value is None:
        return 0
    if upper is not None and value.number > upper.number:
        return 1
    return -1 if lower is not None and value.number < lower.number else 0


def on_limit(row: Row, limits: Limits) -> bool:
    """Whether the printed volume equals a printed limit: the unrounded limit may lie on either side."""
    value = row.values[limits.value]
    held = [row.values[n] for n in (limits.upper, limits.lower) if n is not None]
    return value is not None and any(v is not None and v.number == value.number for v in held)


def figures_of(grid: Grid, row: Row, limits: Limits) -> tuple[Figure, ...]:
    return tuple(
        grid.figure(row, n)
        for n in (limits.value, limits.lower, limits.upper)
        if n is not None and row.values[n] is not None
    )


def stated_of(row: Row, limits: Limits) -> str:
    def text(at: int | None) -> str:
        value: Value | None = row.values[at] if at is not None else None
        return value.text if value is not None else "none"

    where = side(row, limits)
    sign = (
        f"> {text(limits.upper)} (upper limit)"
        if where > 0
        else f"< {text(limits.lower)} (lower limit)"
        if where < 0
        else f"lies from {text(limits.lower)} to {text(limits.upper)}"
    )
    return f"{row.label}: {text(limits.value)} {sign}"


def _flag_columns(grid: Grid, limits: Limits) -> list[tuple[str, dict[int, bool]]]:
    """Columns that say of each row whether it is outside: words or 0 and 1."""
    found = []
    headers = dict.fromkeys(h for row in grid.rows for h in row.texts)
    for header in headers:
        said = {r: _flag(row.texts.get(header, ""), header) for r, row in enumerate(grid.rows)}
        known = {r: v for r, v in said.items() if v is not None}
        named = bool(_FLAG.search(header.replace("_", " ")))
        if len(known) * 10 >= 9 * len(grid.rows) and (named or any(known.values()) or _judging(grid, header)):
            found.append((header, known))
    for n, column in enumerate(grid.columns):
        numbers = {v.number for row in grid.rows if (v := row.values[n]) is not None}
        if (
            n not in {limits.value, limits.upper, limits.lower}
            and column.role in {"other", "count"}
            and _FLAG.search(column.header.replace("_", " "))
            and numbers <= {0.0, 1.0}
        ):
            found.append(
                (
                    column.header,
                    {r: v.number == 1.0 for r, row in enumerate(grid.rows) if (v := row.values[n]) is not None},
                )
            )
    return found


def _judging(grid: Grid, header: str) -> bool:
    """Whether the words of a column say themselves that they judge ("as expected"), and not only yes and no."""
    said = {row.texts.get(header, "").strip().lower() for row in grid.rows}
    return any(re.search(r"expect|limit|range|within|normal|control|usual|exception", text) for text in said)


def _flag(text: str, header: str) -> bool | None:
    plain = text.strip().lower().strip(".")
    inside = bool(re.search(r"within|in control", header, re.IGNORECASE)) and not re.search(
        "out of control", header, re.IGNORECASE
    )
    if plain in _YES or re.match(
        r"(?:above|below|outside|over|under|exceed|beyond|breach|exception|higher|lower|more than|fewer|unusual|"
        r"high\b|low\b|special)",
        plain,
    ):
        return not inside if plain in {"yes", "y", "true", "1"} else True
    if plain in _NO or re.match(
        r"(?:within|inside|normal|not |no |in |as |common|usual|typical|expected|stable)", plain
    ):
        return inside if plain in {"no", "n", "false", "0"} else False
    return None


def _flagged(grid: Grid, limits: Limits, header: str) -> Limits:
    """The volume that a flag speaks of when its header begins with the volume's own ("Number: outside limits")."""
    for n, column in enumerate(grid.columns):
        if n not in {limits.upper, limits.lower} and column.header and header.startswith(f"{column.header}:"):
            return replace(limits, value=n)
    return limits


def by_flag(grid: Grid, limits: Limits) -> list[Finding]:
    found = []
    for header, flags in _flag_columns(grid, limits):
        for r, flagged in flags.items():
            row = grid.rows[r]
            limits = _flagged(grid, limits, header)
            outside = side(row, limits)
            if row.values[limits.value] is None or on_limit(row, limits) or flagged == bool(outside):
                continue
            where = Where(grid.table.file, row.line or None, grid.table.name, row.label, header)
            if outside:
                found.append(
                    Finding(
                        "outside_limits_not_listed",
                        "error" if outside > 0 else "warning",
                        where,
                        figures_of(grid, row, limits),
                        f"{stated_of(row, limits)}, but “{header}” does not say so.",
                    )
                )
            else:
                found.append(
                    Finding(
                        "listed_inside_limits",
                        "error",
                        where,
                        figures_of(grid, row, limits),
                        f"{stated_of(row, limits)}, but “{header}” lists it.",
                    )
                )
    return found
