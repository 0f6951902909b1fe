"""Per cents that do not follow from their counts, differences that are not the difference, shares that are not."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding
from upstream.reports.check.grids import Column, Grid, Row
from upstream.reports.check.labels import words
from upstream.reports.check.numbers import EPSILON, Value, half_up, percent_agrees, percent_change, percent_share, show
from upstream.reports.check.spans import is_period_label, only_span

_LEAST_FITS = 0.6
# more decimals than this nobody prints: the number is as it was calculated
_UNROUNDED = 4
_LARGEST_FRACTION = 1.5
_POINTS = re.compile(r"\bpp\b|\dpp|ppts?\b|points?\b", re.IGNORECASE)
_SHARE_HEADER = re.compile(r"of (?:all|the )?\s*total|\bshare\b|proportion|^%$|% of", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a column of per cents comes from: the numbers of two columns, or a column and its total row."""

    top: int
    bottom: int | None
    total: Row | None
    kind: str
    fits: int
    misfits: int


def pair_of(row: Row, source: Source) -> tuple[Value, Value] | None:
    top = row.values[source.top]
    bottom = source.total.values[source.top] if source.total is not None else row.values[source.bottom or 0]
    return (top, bottom) if top is not None and bottom is not None else None


def holds(printed: Value, top: Value, bottom: Value, kind: str) -> bool:
    if kind == "difference":
        fractions = max(abs(top.number), abs(bottom.number)) <= _LARGEST_FRACTION < abs(printed.number) * 100
        if fractions and _POINTS.search(printed.text):
            # "+2.1pp" beside shares that a workbook stores as fractions
            top, bottom = (Value(100 * v.number, v.decimals - 2, True, v.text) for v in (top, bottom))
        # a workbook keeps all digits of what it shows rounded
        least = max(printed.decimals, 0)
        most = least if max(top.decimals, bottom.decimals) <= _UNROUNDED else _UNROUNDED
        for places in range(least, most + 1):
            if abs(half_up(top.number, places) - half_up(bottom.number, places) - printed.number) <= EPSILON:
                return True
        slack = sum(v.half for v in (printed, top, bottom) if v.decimals)
        return abs(printed.number - (top.number - bottom.number)) <= slack + EPSILON
    if not printed.percent and printed.decimals > 0 and abs(printed.number) <= _LARGEST_FRACTION:
        # a workbook may store 28% as 0.28 and show it as either
        stored = Value(100 * printed.number, max(printed.decimals - 2, 0), True, printed.text)
        if percent_agrees(stored, top, bottom, change=kind == "change"):
            return True
    return percent_agrees(printed, top, bottom, change=kind == "change")


def _tested(grid: Grid, at: int, top: int, bottom: int | None, total: Row | None, kind: str) -> Source:
    fits = misfits = 0
    probe = Source(top, bottom, total, kind, 0, 0)
    for row in grid.rows:
        printed, pair = row.values[at], pair_of(row, probe)
        if printed is None or pair is None or row is total:
            continue
        if holds(printed, *pair, kind):
            fits += abs(printed.number) > EPSILON
        else:
            misfits += 1
    return Source(top, bottom, total, kind, fits, misfits)


def _likely(column: Column, top: Column, bottom: Column | None) -> float:
    """How well headers agree: shared words; a later period on top."""
    said = set(words(column.header))
    same = bottom is not None and top.role == bottom.role == "count"
    score = 0.5 * same + float(
        len(said & set(words(top.header))) + (len(said & set(words(bottom.header))) if bottom else 0)
    )
    if column.cumulative and bottom is not None and not (top.cumulative and bottom.cumulative):
        return -10.0
    if column.cumulative:
        score += 2.0 * (top.cumulative + (bottom.cumulative if bottom else 0))
    elif bottom is not None and (top.cumulative or bottom.cumulative):
        score -= 1.0
    return score


def _in_order(later: Column, earlier: Column) -> bool:
    """Whether two count columns can be the later and the earlier: by their periods when both have one."""
    if later.role != earlier.role or (later.cumulative != earlier.cumulative and not (later.span and earlier.span)):
        return later.role == earlier.role
    if later.span and earlier.span and later.span.dated and earlier.span.dated:
        return later.span.first > earlier.span.first
    return True


def _sources(grid: Grid, at: int, kind: str) -> list[Source]:
    column = grid.columns[at]
    allowed = {"count", "average", "percent", "target"} if kind != "share" else {"count"}
    numbers = [n for n, c in enumerate(grid.columns) if n != at and c.role in allowed]
    tried: list[Source] = []
    for top in numbers:
        for bottom in numbers:
            if top == bottom or (kind != "share" and not _in_order(grid.columns[top], grid.columns[bottom])):
                continue
            tried.append(_tested(grid, at, top, bottom, None, kind))
        if kind == "share":
            tried += [_tested(grid, at, top, None, row, kind) for row in grid.rows if row.total]
    return sorted(
        tried,
        key=lambda s: (
            -s.fits + s.misfits,
            -_likely(column, grid.columns[s.top], None if s.bottom is None else grid.columns[s.bottom]),
        ),
    )


def chosen(grid: Grid, at: int, kind: str, *, share: float = _LEAST_FITS) -> Source | None:
    """The source that most rows confirm; with too few rows, the only pair that the headers allow."""
    tried = _sources(grid, at, kind)
    if not tried:
        return None
    best = tried[0]
    known = best.fits + best.misfits
    named = best.total is not None and _SHARE_HEADER.search(grid.columns[at].header)
    # two columns of counts leave no other share to be taken
    only = best.bottom is not None and sum(c.role == "count" for c in grid.columns) == 2 and _is_part(grid, best)
    least = 2 if kind != "share" or named or only else 3
    if best.fits >= least and best.fits >= share * known:
        return best
    return None if kind == "share" else _by_headers(grid, at, tried)


def _is_part(grid: Grid, source: Source) -> bool:
    """Whether the upper number is never more than the lower."""
    pairs = [pair for row in grid.rows if (pair := pair_of(row, source)) is not None]
    return all(top.number <= bottom.number for top, bottom in pairs)


def _by_headers(grid: Grid, at: int, tried: list[Source]) -> Source | None:
    """The pair of counts that the headers name: two period columns, or the only two that are likely."""
    column = grid.columns[at]
    scored = sorted(
        ((_likely(column, grid.columns[s.top], grid.columns[s.bottom]), s) for s in tried if s.bottom is not None),
        key=lambda pair: -pair[0],
    )
    ordered = [
        (score, s)
        for score, s in scored
        if s.bottom is not None and _dated_order(grid.columns[s.top], grid.columns[s.bottom])
    ]
    if not ordered or ordered[0][0] < 0 or (len(ordered) > 1 and ordered[0][0] == ordered[1][0]):
        return None
    return ordered[0][1]


_PRIOR = {"previous", "last", "prior", "before", "earlier", "baseline", "prev", "py", "was", "old"}
_NOW = {"current", "this", "latest", "now", "actual", "cy", "new"}


def _dated_order(later: Column, earlier: Column) -> bool:
    if later.span and earlier.span and later.span.dated and earlier.span.dated:
        return later.span.first > earlier.span.first and later.span.months == earlier.span.months
    before, after = set(words(earlier.header)), set(words(later.header))
    return bool(before & _PRIOR and not after & _PRIOR) or bool(after & _NOW and not before & _NOW)


def _reversed(printed: Value, top: Value, bottom: Value) -> bool:
    """Whether the printed change was divided by the later figure."""
    return (
        top.number != 0
        and abs(abs(printed.number) - abs(100 * (top.number - bottom.number) / top.number)) <= printed.half + EPSILON
    )


def _sentence(printed: Value, top: Value, bottom: Value, kind: str) -> str:
    if kind == "difference":
        return (
            f"{top.text} - {bottom.text} = "
            f"{show(top.number - bottom.number, max(top.decimals, bottom.decimals))}, but "
            f"{printed.text} is printed."
        )
    decimals = max(printed.decimals, 0) + 1
    if kind == "share":
        share = percent_share(top.number, bottom.number)
        exact = "no per cent (the whole is nil)" if share is None else f"{show(share, decimals)}%"
        return f"100 x {top.text} / {bottom.text} = {exact}, but {printed.text} is printed."
    change = percent_change(top.number, bottom.number)
    if change is None:
        return (
            f"{top.text} against {bottom.text} has no per cent change (the base is nil), but {printed.text} is printed."
        )
    base = (
        f"100 x ({top.text} - {bottom.text}) / {bottom.text} = {show(change, decimals)}%, but {printed.text} is printed"
    )
    return f"{base}; that is the change divided by the later figure." if _reversed(printed, top, bottom) else f"{base}."


def percent_does_not_follow(evidence: Evidence) -> list[Finding]:
    """Per cent change, difference and share columns against the counts of the same row.

    Which two columns a per cent comes from is the pair that most rows confirm, or that the headers name.
    """
    found: list[Finding] = []
    for grid in evidence.grids:
        for at, column in enumerate(grid.columns):
            kind = {
                "percent_change": "change",
                "difference": "difference",
                "points": "difference",
                "percent": "share",
            }.get(column.role)
            source = chosen(grid, at, kind) if kind else None
            if source is None and kind in {"change", "difference"}:
                found += _trend(grid, at, kind)
            if source is not None and kind is not None:
                found += _misfits(grid, at, source, kind)
    return found


_ON_PREVIOUS = re.compile(
    r"previous|prior|preceding|last|year[- ]on[- ]year|month[- ]on[- ]month|yoy|annual", re.IGNORECASE
)


def _trend(grid: Grid, at: int, kind: str) -> list[Finding]:
    """Changes down a column of periods: each row against the row before it."""
    rows = [row for row in grid.rows if row.keys and is_period_label(row.keys[-1]) and not row.total]
    spans = [only_span(row.keys[-1]) for row in rows]
    if len(rows) < 3 or len(rows) != len(grid.rows) or any(s is None for s in spans):
        return []
    firsts = [s.first for s in spans if s is not None]
    pairs = list(itertools.pairwise(rows))
    if firsts != sorted(firsts):
        if firsts != sorted(firsts, reverse=True):
            return []
        pairs = [(earlier, later) for later, earlier in pairs]
    best: tuple[int, list[Finding]] = (0, [])
    for n, column in enumerate(grid.columns):
        if n == at or column.role not in {"count", "average"}:
            continue
        fits, wrong = 0, []
        for earlier, later in pairs:
            printed, now, then = later.values[at], later.values[n], earlier.values[n]
            if printed is None or now is None or then is None:
                continue
            if holds(printed, now, then, kind):
                fits += abs(printed.number) > EPSILON
            else:
                figures = (grid.figure(later, at), grid.figure(later, n), grid.figure(earlier, n))
                said = _sentence(printed, now, then, kind)
                wrong.append(
                    Finding("percent_does_not_follow", "error", grid.where(later, grid.columns[at]), figures, said)
                )
        if fits > best[0]:
            best = (fits, wrong)
    named = bool(_ON_PREVIOUS.search(grid.columns[at].header))
    return best[1] if best[0] >= (1 if named else 2) and best[0] >= len(best[1]) else []


def rate_source(grid: Grid, at: int) -> tuple[int, int, float] | None:
    """Count, base and multiplier of a rate that most rows confirm: "per 1,000 population"."""
    counts = [n for n, c in enumerate(grid.columns) if n != at and c.role == "count"]
    best, most = None, 0
    for top, bottom in itertools.permutations(counts, 2):
        for times in (1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0):
            fits = sum(rate_holds(row, at, (top, bottom, times)) is True for row in grid.rows)
            if fits > most:
                best, most = (top, bottom, times), fits
    known = sum(row.values[at] is not None for row in grid.rows)
    # half of the rows will do where the headers name one period for the rate and the count
    period = grid.columns[at].span
    named = best is not None and period is not None and grid.columns[best[0]].span == period
    return best if most >= 2 and (2 * most > known or (named and 2 * most == known)) else None


def rate_holds(row: Row, at: int, source: tuple[int, int, float]) -> bool | None:
    """Whether a rate follows from its count and base, rounded as printed; ``None`` when one is missing."""
    rate, top, bottom = row.values[at], row.values[source[0]], row.values[source[1]]
    if rate is None or top is None or bottom is None or bottom.number <= bottom.half:
        return None
    low = source[2] * top.number / (bottom.number + bottom.half)
    high = source[2] * top.number / (bottom.number - bottom.half)
    return low - rate.half - EPSILON <= rate.number <= high + rate.half + EPSILON


def _misfits(grid: Grid, at: int, source: Source, kind: str) -> list[Finding]:
    found = []
    for row in grid.rows:
        printed, pair = row.values[at], pair_of(row, source)
        if printed is None or pair is None or row is source.total or holds(printed, *pair, kind):
            continue
        bottom = (
            grid.figure(row, source.bottom)
            if source.bottom is not None
            else grid.figure(source.total or row, source.top)
        )
        figures = (grid.figure(row, at), grid.figure(row, source.top), bottom)
        nil = kind == "change" and pair[1].number == 0
        found.append(
            Finding(
                "percent_does_not_follow",
                "warning" if nil else "error",
                grid.where(row, grid.columns[at]),
                figures,
                _sentence(printed, *pair, kind),
            )
        )
    return found
