"""Ratios printed the wrong way round, or not following from their counts."""

from __future__ import annotations

import re

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import words
from upstream.reports.check.numbers import EPSILON, Value, show
from upstream.reports.check.rules.ratios_said import ratios_said

_SIDES = (
    re.compile(
        r"(?P<top>[a-z' .-]+?)[ -]*(?:-to-|\bto\b|:|/)[ -]*(?P<bottom>[a-z' .-]+?)(?: workflow)?['\" ]* ?ratio",
        re.IGNORECASE,
    ),
    re.compile(r"ratio (?:of )?[(:]?(?P<top>[a-z' -]+?)(?: to |:|/| per )(?P<bottom>[a-z' -]+)", re.IGNORECASE),
    re.compile(r"(?P<top>[a-z' -]+?) (?:per|for each|for every) (?P<bottom>[a-z' -]+)", re.IGNORECASE),
)
_LEAST_FITS = 2


def _sides(header: str) -> tuple[set[str], set[str]] | None:
    for pattern in _SIDES:
        if match := pattern.search(header.replace("_", " ")):
            return set(words(match["top"])) - {"ratio", "of"}, set(words(match["bottom"])) - {"ratio"}
    return None


def _fits(ratio: Value, top: Value, bottom: Value) -> bool:
    return bottom.number != 0 and abs(ratio.number - top.number / bottom.number) <= ratio.half + EPSILON


def _named(grid: Grid, said: set[str], counts: list[int]) -> int | None:
    scored = sorted(((_overlap(said, set(words(grid.columns[n].header))), n) for n in counts), reverse=True)
    if not scored or scored[0][0] <= 0 or (len(scored) > 1 and scored[1][0] == scored[0][0]):
        return None
    return scored[0][1]


def _overlap(said: set[str], header: set[str]) -> float:
    return len(said & header) / len(header | said) if header else 0.0


def _pair(grid: Grid, at: int) -> tuple[int, int, bool] | None:
    """Columns of top and bottom: those named in the header, else those that most rows confirm; and whether named."""
    counts = [n for n, c in enumerate(grid.columns) if c.role in {"count", "difference"}]
    sides = _sides(grid.columns[at].header)
    if sides is not None:
        top, bottom = _named(grid, sides[0], counts), _named(grid, sides[1], counts)
        if top is not None and bottom is not None and top != bottom:
            return top, bottom, True
    best, most = None, 0
    for top in counts:
        for bottom in counts:
            fits = sum(_row_fits(row, at, top, bottom) for row in grid.rows)
            if top != bottom and fits > most:
                best, most = (top, bottom, False), fits
    known = sum(row.values[at] is not None for row in grid.rows)
    return best if best is not None and most >= _LEAST_FITS and 2 * most > known else None


def _row_fits(row: Row, at: int, top: int, bottom: int) -> bool:
    ratio, a, b = row.values[at], row.values[top], row.values[bottom]
    return ratio is not None and a is not None and b is not None and _fits(ratio, a, b)


def _in_table(grid: Grid) -> list[Finding]:
    found = []
    for at, column in enumerate(grid.columns):
        pair = _pair(grid, at) if column.role == "ratio" else None
        if pair is None:
            continue
        top, bottom, named = pair
        if named and not any(_row_fits(r, at, top, bottom) or _row_fits(r, at, bottom, top) for r in grid.rows):
            continue
        for row in grid.rows:
            ratio, a, b = row.values[at], row.values[top], row.values[bottom]
            if ratio is None or a is None or b is None or b.number == 0 or _fits(ratio, a, b):
                continue
            turned = _fits(ratio, b, a)
            exact = show(a.number / b.number, max(ratio.decimals, 0) + 1)
            note = (
                (
                    f"; {b.text} / {a.text} = {show(b.number / a.number, max(ratio.decimals, 0) + 1)} is "
                    f"the ratio the other way round"
                )
                if turned
                else ""
            )
            figures = (grid.figure(row, at), grid.figure(row, top), grid.figure(row, bottom))
            found.append(
                Finding(
                    "ratio_wrong_way",
                    "error",
                    grid.where(row, column),
                    figures,
                    f"{a.text} / {b.text} = {exact}, but {ratio.text} is printed{note}.",
                )
            )
    return found


def ratio_wrong_way(evidence: Evidence) -> list[Finding]:
    """Ratio columns against their counts, and ratios said in sentences against the counts near them."""
    return [f for grid in evidence.grids for f in _in_table(grid)] + ratios_said(evidence)
