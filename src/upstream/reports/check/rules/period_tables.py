"""Period labels of tables: columns and rows out of step, outside the title, not a year apart."""

from __future__ import annotations

import itertools
import re
from collections import Counter

from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Column, Grid, Row
from upstream.reports.check.numbers import tidy
from upstream.reports.check.spans import Span, find_spans, is_period_label, month_name, only_span

YEAR_AGO = re.compile(
    r"same (?:month|period|quarter|point|time) (?:last|of the previous|in the previous|"
    r"the previous|of last|a) year|(?:a|one) year (?:ago|earlier|before)|(?:previous|last|"
    r"prior) year'?s? (?:same )?(?:month|quarter)|year[- ]on[- ]year|"
    r"same (?:month|quarter|period) (?:a|one) year (?:ago|earlier|before)|twelve months "
    r"(?:earlier|before|ago)|12 months (?:earlier|before|ago)",
    re.IGNORECASE,
)


def say(where: Where, figures: list[Span], text: str) -> Finding:
    return Finding("wrong_period_label", "error", where, tuple(Figure("period", s.text) for s in figures), text)


def column_where(grid: Grid, column: Column) -> Where:
    return Where(
        grid.table.file,
        (grid.table.lines[0] or None) if grid.table.lines else None,
        grid.table.name,
        None,
        column.header,
    )


def sequences(grid: Grid) -> list[Finding]:
    """Month columns that keep one step, but for one label; two columns of one header."""
    columns = [
        c
        for c in grid.columns
        if c.span is not None
        and c.role == "count"
        and not c.cumulative
        and not c.rolling
        and c.span.kind in {"month", "quarter", "financial_year"}
    ]
    plain = [c for c in columns if c.span is not None and tidy(c.header).lower() == tidy(c.span.text).lower()]
    if len(plain) < 3:
        return []
    kinds = Counter(c.span.kind for c in plain if c.span is not None)
    kind = kinds.most_common(1)[0][0]
    held = [(c, c.span) for c in plain if c.span is not None and c.span.kind == kind]
    return _out_of_step([(column_where(grid, c), s) for c, s in held])


def labelled_twice(grid: Grid) -> list[Finding]:
    """Two columns of counts with one period for a header, where other columns tell periods apart."""
    plain = [
        (c, c.span)
        for c in grid.columns
        if c.span is not None and c.role == "count" and tidy(c.header).lower() == tidy(c.span.text).lower()
    ]
    times = Counter(span.text.lower() for _, span in plain)
    twice = [text for text, n in times.items() if n > 1]
    compared = len(times) > 1 or any(c.role in {"difference", "percent_change"} for c in grid.columns)
    # a title that gives several months, and one of them labels two columns
    compared = compared or any(n.span.months > 1 for n in find_spans(grid.table.title))
    if len(twice) != 1 or times[twice[0]] != 2 or not compared:
        return []
    column, span = [pair for pair in plain if pair[1].text.lower() == twice[0]][-1]
    return [say(column_where(grid, column), [span], f"“{span.text}” labels two columns of {grid.table.name}.")]


def named_by_a_change(grid: Grid) -> list[Finding]:
    """ "Change 2017/18 to 2018/19" where one of the two has no column and another column stands in its place."""
    held = [c.span for c in grid.columns if c.span is not None and c.span.dated and c.role == "count"]
    periods = {(s.first, s.last) for s in held}
    found = []
    for column in grid.columns:
        named = [n.span for n in find_spans(column.header) if n.span.dated]
        if column.role not in {"percent_change", "difference"} or len(named) != 2 or named[0].months != named[1].months:
            continue
        absent = [s for s in named if (s.first, s.last) not in periods]
        alike = [s for s in held if s.months == named[0].months]
        if len(absent) == 1 and len(alike) >= 2:
            columns = ", ".join(s.text for s in alike)
            said = f"“{column.header}” compares with {absent[0].text}, but the columns are {columns}."
            found.append(say(column_where(grid, column), [absent[0], *alike], said))
    return found


def _step(firsts: list[int]) -> tuple[int, int] | None:
    """The step that all labels but one inside the row keep, and how often it shows; the ends may be comparisons."""
    for step in (1, 3, 12, -1, -3, -12):
        for start in {f - n * step for n, f in enumerate(firsts)}:
            odd = [n for n, f in enumerate(firsts) if f != start + n * step]
            if len(firsts) >= 3 and len(odd) == 1 and 0 < odd[0] < len(firsts) - 1:
                return step, len(firsts) - 3
    return None


def _out_of_step(held: list[tuple[Where, Span]]) -> list[Finding]:
    if len(held) < 3:
        return []
    firsts = [span.first if span.dated else span.first % 12 for _, span in held]
    undated = not all(span.dated for _, span in held)
    steps = Counter((b - firsts[n]) % 12 if undated else b - firsts[n] for n, b in enumerate(firsts[1:]))
    step, times = _step(firsts) or steps.most_common(1)[0]
    if times == len(firsts) - 1 or (step == 0 and times < len(firsts) - 1):
        return _duplicates(held, firsts) if times != len(firsts) - 1 else []
    expected = _expected(firsts, step, undated)
    wrong = [
        n for n, first in enumerate(firsts) if ((first - expected[n]) % 12 if undated else first - expected[n]) != 0
    ]
    gaps = {b > a for a, b in itertools.pairwise(firsts)}
    if len(gaps) == 1 and len(set(firsts)) == len(firsts) and not (len(wrong) == 1 and 0 < wrong[0] < len(firsts) - 1):
        # in order throughout: a month may be missing, none is mislabelled
        return []
    if not wrong or len(wrong) > max(1, len(firsts) // 4):
        return _duplicates(held, firsts)
    found = []
    for n in wrong:
        where, span = held[n]
        right = month_name(expected[n] % 12 if undated else expected[n], dated=not undated)
        found.append(
            say(
                where,
                [span, *(held[m][1] for m in (n - 1, n + 1) if 0 <= m < len(held))],
                f"“{span.text}” stands where {right} is due: the labels beside it step by {abs(step)} "
                f"month{'s' if abs(step) != 1 else ''}.",
            )
        )
    return found


def _expected(firsts: list[int], step: int, undated: bool) -> list[int]:
    """The labels in step that most of the printed ones agree with."""
    starts = Counter((f - n * step) % 12 if undated else f - n * step for n, f in enumerate(firsts))
    start = starts.most_common(1)[0][0]
    return [start + n * step for n in range(len(firsts))]


def _duplicates(held: list[tuple[Where, Span]], firsts: list[int]) -> list[Finding]:
    found = []
    for n, first in enumerate(firsts):
        if first in firsts[:n] and held[n][1].dated and held[n][1].kind == held[firsts.index(first)][1].kind:
            found.append(
                say(held[n][0], [held[n][1], held[firsts.index(first)][1]], f"“{held[n][1].text}” labels two columns.")
            )
    return found


def rows_in_step(grid: Grid) -> list[Finding]:
    """Periods down the side, one a row."""
    for k in range(len(grid.key_names)):
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in grid.rows:
            groups.setdefault(tuple(x for n, x in enumerate(row.keys) if n != k), []).append(row)
        series = {tuple(row.keys[k] for row in rows) for rows in groups.values()}
        rest = {0} if len(series) == 1 else set(range(len(series)))
        labels = [
            (grid.where(row), row.keys[k])
            for row in next(iter(groups.values()))
            if not row.keys[k].lower().endswith("total")
        ]
        labels = [(where, text) for where, text in labels if find_spans(text)]
        spans = [
            (where, found[0].span)
            for where, text in labels
            if len(found := find_spans(text)) == 1 and tidy(found[0].span.text) == tidy(text)
        ]
        if len({s.kind for _, s in spans}) > 1 and sum(s.kind == "month" for _, s in spans) * 2 > len(spans):
            # quarters and the year stand as sums among the months
            spans = [(where, s) for where, s in spans if s.kind == "month"]
            labels = [(where, text) for where, text in labels if find_spans(text)[0].span.kind == "month"]
        # a month whose numbers are all withheld has its row, and its label, all the same
        printed = sum(any(is_period_label(cell) for cell in row) for row in grid.table.rows)
        if printed > len(grid.rows) + (grid.table.header_rows or 1) and len(groups) == 1:
            continue
        if len(rest) == 1 and len(spans) >= 3 and len(spans) == len(labels) and len({s.kind for _, s in spans}) == 1:
            firsts = [s.first for _, s in spans]
            if spans[0][1].kind != "day" and len(set(firsts)) >= len(firsts) - 1:
                return _out_of_step(spans)
    return []


def title_window(grid: Grid) -> list[Finding]:
    """A title that gives the whole window, and a month column outside it."""
    title = grid.table.title or (grid.table.section[-1] if grid.table.section else "")
    spans = [
        n.span for n in find_spans(title) if n.span.dated and n.span.kind in {"range", "quarter", "financial_year"}
    ]
    # "Q1 2019/20 (April to June 2019)" is one window
    if len({(s.first, s.last) for s in spans}) != 1:
        return []
    months = [
        (c, c.span)
        for c in grid.columns
        if c.span is not None and c.span.kind == "month" and c.span.dated and c.role in {"count", "percent"}
    ]
    outside = [(c, s) for c, s in months if not spans[0].first <= s.first <= spans[0].last]
    if (
        not outside
        or len(outside) * 2 > len(months)
        or any(
            (s.first + 12 * k) in range(spans[0].first, spans[0].last + 1) and len(outside) > 1
            for _, s in outside
            for k in (1,)
        )
    ):
        return []
    return [
        say(
            column_where(grid, c),
            [s, spans[0]],
            f"Column “{c.header}” lies outside {spans[0].text}, which the title gives.",
        )
        for c, s in outside
    ]


def pairs_of_years(grid: Grid) -> list[Finding]:
    """Columns that compare the same month or year to date over years: the pair must be one year apart."""
    found = []
    columns = [c for c in grid.columns if c.span is not None and c.span.dated and c.role == "count"]
    for cumulative in (True, False):
        pair = [
            c
            for c in columns
            if c.cumulative == cumulative
            and c.span is not None
            and c.span.kind in ({"financial_year", "year"} if cumulative else {"month"})
        ]
        if len(pair) != 2 or pair[0].span is None or pair[1].span is None:
            continue
        later, earlier = pair[0].span, pair[1].span
        apart = abs(later.first - earlier.first)
        if cumulative and later.kind == earlier.kind and apart != 12:
            found.append(
                say(
                    column_where(grid, pair[1]),
                    [later, earlier],
                    f"“{pair[0].header}” and “{pair[1].header}” are compared, but they are {apart} months "
                    f"apart, not 12.",
                )
            )
        changes = [c for c in grid.columns if c.role == "percent_change" and not c.cumulative]
        yearly = any(
            YEAR_AGO.search(c.header) or re.search(r"\byear\b|annual|\byoy\b", c.header, re.IGNORECASE) for c in changes
        ) or YEAR_AGO.search(grid.heading)
        if not cumulative and (
            (yearly and apart != 12)
            or (not yearly and len(columns) > 2 and apart + 1 > 12 and apart % 12 and _has_years(grid))
        ):
            found.append(
                say(
                    column_where(grid, pair[1]),
                    [later, earlier],
                    f"“{pair[0].header}” and “{pair[1].header}” stand side by side as the same month of "
                    f"two years, but they are {apart} months apart.",
                )
            )
        elif not cumulative and apart == 24 and _has_years(grid):
            found.append(
                say(
                    column_where(grid, pair[1]),
                    [later, earlier],
                    f"“{pair[0].header}” and “{pair[1].header}” are {apart} months apart where the year "
                    f"before is compared.",
                )
            )
    return found


def _has_years(grid: Grid) -> bool:
    """Whether the same table compares years to date one year apart (so the months should be a year apart as well)."""
    return any(c.cumulative for c in grid.columns)


def labels_against_title(grid: Grid) -> list[Finding]:
    """A title that names the periods of its columns (or rows), and a label with another one of the same length."""
    if sum(n.span.dated for n in find_spans(grid.table.title)) < 2:
        return []
    columns = [
        (column_where(grid, c), c.header, c.span)
        for c in grid.columns
        if c.span is not None and c.span.dated and c.role == "count" and not c.cumulative and not c.rolling
    ]
    rows = [
        (grid.where(row), row.label, span)
        for row in grid.rows
        if is_period_label(row.label) and (span := only_span(row.label)) is not None and span.dated
    ]
    return _not_in_title(grid.table.title, columns) + _not_in_title(grid.table.title, rows)


def _not_in_title(title: str, labels: list[tuple[Where, str, Span]]) -> list[Finding]:
    named = [n for n in find_spans(title) if n.span.dated and n.span.kind != "day"]
    if len(named) < 2 or len(labels) < 2:
        return []
    between = title[named[0].end : named[-1].start]
    if re.search(r"\bto\b|-|\b(?:since|between|from|until)\b", between):
        return []
    told = {(n.span.first, n.span.last) for n in named}
    lengths = {n.span.months for n in named}
    alike = [(where, label, s) for where, label, s in labels if s.months in lengths]
    wrong = [(where, label, s) for where, label, s in alike if (s.first, s.last) not in told]
    if not told - {(s.first, s.last) for *_, s in alike} or len(alike) == len(wrong):
        return []
    if not wrong:
        seen = [(s.first, s.last) for *_, s in alike]
        wrong = [item for n, item in enumerate(alike) if seen[n] in seen[:n]][:1]
    return [
        say(
            where,
            [s, *(n.span for n in named)],
            f"“{label}” is not where the title’s periods put it (“{title[:120]}”).",
        )
        for where, label, s in wrong
    ]


def _printed_months(grid: Grid) -> set[int]:
    """Months of the header rows, of columns of numbers and of others."""
    cells = (cell for row in grid.table.rows[: grid.table.header_rows or 1] for cell in row)
    return {n.span.first for cell in cells for n in find_spans(cell) if n.span.dated and n.span.kind == "month"}


def span_in_header(grid: Grid) -> list[Finding]:
    """ "YTD 2021/22 % change on 2019/20": two financial years in one table's cumulative headers are checked above;
    here the month in the title against the latest month column."""
    title = grid.table.title
    named = [n.span for n in find_spans(title) if n.span.dated and n.span.kind == "month"]
    months = [
        (c, c.span)
        for c in grid.columns
        if c.span is not None and c.span.kind == "month" and c.span.dated and c.role == "count"
    ]
    if len(named) != 1 or not months or find_spans(title)[0].span.kind == "range":
        return []
    latest = max(s.first for _, s in months)
    if named[0].first in _printed_months(grid):  # a column may hold no number at all, all of it withheld
        return []
    if any(s.first == named[0].first for _, s in months) and latest == named[0].first:
        return []
    if re.search(r"\b(?:since|from|published|updated|as at|before|after)\b", title, re.IGNORECASE) or len(months) < 1:
        return []
    column = max(months, key=lambda pair: pair[1].first)[0]
    return [
        say(
            column_where(grid, column),
            [named[0], *(s for _, s in months[:3])],
            f"The title says {named[0].text}, but the latest month among the columns is {month_name(latest)}.",
        )
    ]
