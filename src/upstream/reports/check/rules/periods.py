"""Period labels that contradict the title, the other columns, the months of a quarter, or the length of a window."""

from __future__ import annotations

import itertools
import re
from collections import Counter

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Column, Grid, Row
from upstream.reports.check.numbers import tidy
from upstream.reports.check.spans import Named, Span, find_spans, is_period_label, month_name, only_span

_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "eighteen": 18,
    "twenty-four": 24,
}
_WINDOW = re.compile(
    r"\b(\d{1,2}|"
    + "|".join(_WORDS)
    + r")[- ](?:rolling )?months?\b(?! (?:ago|earlier|before|later|average|target|of the))|"
    r"\b(quarter|half[- ]year|year)\b",
    re.IGNORECASE,
)
_YEAR_AGO = re.compile(
    r"same (?:month|period|quarter|point|time) (?:last|of the previous|in the previous|"
    r"the previous|of last|a) year|(?:a|one) year (?:ago|earlier|before)|(?:previous|last|"
    r"prior) year'?s? (?:same )?(?:month|quarter)|year[- ]on[- ]year|"
    r"same (?:month|quarter|period) (?:a|one) year (?:ago|earlier|before)|twelve months "
    r"(?:earlier|before|ago)|12 months (?:earlier|before|ago)",
    re.IGNORECASE,
)
_MONTH_AGO = re.compile(
    r"(?:previous|preceding|prior) month\b|month[- ]on[- ]month|\bmonth before|a month "
    r"(?:earlier|before|ago)|the month prior",
    re.IGNORECASE,
)
_QUARTER_AGO = re.compile(
    r"(?:previous|preceding|prior) quarter\b|quarter[- ]on[- ]quarter|quarter before", re.IGNORECASE
)


def _say(where: Where, figures: list[Span], text: str) -> Finding:
    return Finding("wrong_period_label", "error", where, tuple(Figure("period", s.text) for s in figures), text)


def _quarter_months(texts: list[tuple[Where, str]]) -> list[Finding]:
    """ "Q1 (April to June)": the months of a quarter in the financial or the calendar year, one way in a document."""
    said: list[tuple[Where, Span, Span, str]] = []
    for where, text in texts:
        spans = [n.span for n in find_spans(text)]
        for one, other in itertools.pairwise(spans):
            both = {one.kind: one, other.kind: other}
            if (
                one.quarter
                and not one.problem
                and other.kind == "range"
                and other.last - other.first <= 3
                and _together(text, one, other)
            ):
                said.append((where, one, other, text))
            elif (
                other.quarter
                and not other.problem
                and one.kind == "range"
                and one.last - one.first <= 3
                and _together(text, one, other)
            ):
                said.append((where, both["quarter"], one, text))
    ways: Counter[str] = Counter()
    for _, quarter, months, _ in said:
        ways.update(way for way, first in (("financial", 3), ("calendar", 0)) if _fits(quarter, months, first))
    main = ways.most_common(1)[0][0] if ways else "financial"
    found = []
    for where, quarter, months, _text in said:
        # a quarter of 2021/22 is one of a financial year, whatever the others are
        first = 3 if main == "financial" or quarter.dated else 0
        if _fits(quarter, months, first) and not _years_apart(quarter, months):
            continue
        start = (3 * ((quarter.quarter or 1) - 1) + first) % 12
        right = f"{month_name(start, dated=False)} to {month_name((start + 2) % 12, dated=False)}"
        found.append(
            _say(
                where,
                [quarter, months],
                f"“{quarter.text}” is said to be {months.text}; quarter {quarter.quarter} of a {main} year is {right}.",
            )
        )
    return found


def _years_apart(quarter: Span, months: Span) -> bool:
    return quarter.dated and months.dated and quarter.first != months.first


# what may stand between two names of one period: a bracket, a comma, "that is", "which ran from"
_JOINT = re.compile(
    r"[\s(\[,:;=-]*(?:i\.e\.[\s,:]*|(?:that|this|which|it|ie|namely|or|being|meaning|so|the|three|twelve|months?|"
    r"of|year|and so)\b[\s,:]*)*"
    r"(?:(?:is|was|are|were|covers?|covered|covering|runs?|ran|running|spans?|spanned|spanning|means|comprises?|comprising)\b[\s,:]*)?"
    r"(?:(?:from|for|between|the|months?|of|period)\b[\s,:]*)*[\s(]*",
    re.IGNORECASE,
)


def _together(text: str, one: Span, other: Span) -> bool:
    """Whether two periods stand so that one explains the other; a list or a comparison does not."""
    start, end = text.find(one.text) + len(one.text), text.find(other.text)
    gap = text[start:end] if end >= start else text
    return end >= start and bool(gap.strip()) and bool(_JOINT.fullmatch(gap))


def _apposed(where: Where, text: str) -> list[Finding]:
    """ "2020/21 (April 2019 to March 2020)": a year explained by months that are another year."""
    found = []
    for one, other in itertools.pairwise(n.span for n in find_spans(text)):
        year = next((s for s in (one, other) if s.kind == "financial_year" and not s.problem), None)
        months = next((s for s in (one, other) if s.kind == "range" and s.dated), None)
        if year is None or months is None or months.months != year.months or months.first == year.first:
            continue
        if _together(text, one, other):
            right = f"{month_name(year.first)} to {month_name(year.last)}"
            said = f"“{year.text}” is said to be {months.text}; it is {right} (“{text[:200]}”)."
            found.append(_say(where, [year, months], said))
    return found


def _fits(quarter: Span, months: Span, first: int) -> bool:
    start = (3 * ((quarter.quarter or 1) - 1) + first) % 12
    return months.first % 12 == start and months.months == 3


# "July to December 2021, a span of five months", "July to December 2021 (six months)"
_LENGTH_AFTER = re.compile(
    r"[\s,(-]*(?:inclusive[\s,(]*)?(?:(?:a|the) (?:span|period|total|stretch|window|run) of |being |i\.e\. |which "
    r"(?:is|was) |all )?",
    re.I,
)


def _windows(where: Where, text: str) -> list[Finding]:
    """ "12 months to June 2022 (August 2021 to June 2022)": the length said against the months given."""
    found = []
    spans = find_spans(text)
    for match in _WINDOW.finditer(text):
        near = [n for n in spans if n.span.kind == "range" and 0 <= n.start - match.end() <= 30]
        before = [n for n in spans if n.span.kind == "range" and _LENGTH_AFTER.fullmatch(text[n.end : match.start()])]
        if match[1] and before and before[-1].span.months > 0:
            near = before[-1:]
        if not near or (match[2] and near[0].start - match.end() > 6):
            continue
        named: Named = near[0]
        gap = text[match.end() : named.start] if named.start >= match.end() else ""
        if re.search(r"[.;]|compar|than|and ", gap, re.IGNORECASE):
            continue
        word = (match[1] or "").lower()
        said = (
            {"quarter": 3, "half-year": 6, "half year": 6, "year": 12}.get((match[2] or "").lower())
            or _WORDS.get(word)
            or int(word or 0)
        )
        # an undated range may run over a year end
        actual = named.span.months if named.span.months > 0 else named.span.months + 12
        loose = bool(match[2]) and said == 12 and not gap.strip().endswith("(")
        if (named.span.dated or said <= 12) and actual != said and not loose:
            text = f"“{match[0]}” is said of {named.span.text}, which has {actual} months."
            found.append(_say(where, [named.span], text))
    return found


def _comparisons(where: Where, text: str) -> list[Finding]:
    """ "June 2022 ... the same month last year (June 2020)": the step between the two months named."""
    found = []
    spans = [
        n for n in find_spans(text) if n.span.dated and n.span.kind in {"month", "quarter", "range", "financial_year"}
    ]
    for pattern, unit in ((_YEAR_AGO, "year"), (_MONTH_AGO, "month"), (_QUARTER_AGO, "quarter")):
        for match in pattern.finditer(text):
            after = [
                n
                for n in spans
                if 0 <= n.start - match.end() <= 14
                and re.fullmatch(r"[\s(,:;-]*(?:in |of |i\.e\. |namely )?", text[match.end() : n.start])
            ]
            before = [
                n
                for n in spans
                if 0 <= match.start() - n.end <= 10
                and re.fullmatch(r"[\s(,-]*(?:the |in the )?", text[n.end : match.start()])
            ]
            other = after[0] if after else before[0] if before and len(spans) > 1 else None
            if other is None:
                continue
            mine = [n for n in spans if n is not other and n.span.kind == other.span.kind]
            if len(mine) != 1:
                continue
            step = mine[0].span.first - other.span.first
            wanted = 12 if unit == "year" else 3 if unit == "quarter" else 1
            if abs(step) != wanted and (unit != "month" or other.span.kind == "month"):
                found.append(
                    _say(
                        where,
                        [mine[0].span, other.span],
                        f"“{match[0]}”: from {other.span.text} to {mine[0].span.text} is {abs(step)} months, "
                        f"not {wanted}.",
                    )
                )
    return found


def _malformed(where: Where, text: str) -> list[Finding]:
    return [
        _say(where, [n.span], f"“{n.span.text}”: {n.span.problem}.")
        for n in find_spans(text)
        if n.span.problem
        and (n.span.kind in {"quarter", "range"} or (n.span.kind == "financial_year" and "/" in n.span.text))
    ]


def _column_where(grid: Grid, column: Column) -> Where:
    return Where(
        grid.table.file,
        (grid.table.lines[0] or None) if grid.table.lines else None,
        grid.table.name,
        None,
        column.header,
    )


def _sequences(grid: Grid) -> list[Finding]:
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
    return _out_of_step([(_column_where(grid, c), s) for c, s in held])


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
            _say(
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
                _say(held[n][0], [held[n][1], held[firsts.index(first)][1]], f"“{held[n][1].text}” labels two columns.")
            )
    return found


def _rows_in_step(grid: Grid) -> list[Finding]:
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
        if len(rest) == 1 and len(spans) >= 3 and len(spans) == len(labels) and len({s.kind for _, s in spans}) == 1:
            firsts = [s.first for _, s in spans]
            if spans[0][1].kind != "day" and len(set(firsts)) >= len(firsts) - 1:
                return _out_of_step(spans)
    return []


def _title_window(grid: Grid) -> list[Finding]:
    """A title that gives the whole window, and a month column outside it."""
    title = grid.table.title or (grid.table.section[-1] if grid.table.section else "")
    spans = [
        n.span for n in find_spans(title) if n.span.dated and n.span.kind in {"range", "quarter", "financial_year"}
    ]
    if len(spans) != 1:
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
        _say(
            _column_where(grid, c),
            [s, spans[0]],
            f"Column “{c.header}” lies outside {spans[0].text}, which the title gives.",
        )
        for c, s in outside
    ]


def _pairs_of_years(grid: Grid) -> list[Finding]:
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
                _say(
                    _column_where(grid, pair[1]),
                    [later, earlier],
                    f"“{pair[0].header}” and “{pair[1].header}” are compared, but they are {apart} months "
                    f"apart, not 12.",
                )
            )
        changes = [c for c in grid.columns if c.role == "percent_change" and not c.cumulative]
        yearly = any(
            _YEAR_AGO.search(c.header) or re.search(r"\byear\b|annual|\byoy\b", c.header, re.IGNORECASE)
            for c in changes
        ) or _YEAR_AGO.search(grid.heading)
        if not cumulative and (
            (yearly and apart != 12)
            or (not yearly and len(columns) > 2 and apart + 1 > 12 and apart % 12 and _has_years(grid))
        ):
            found.append(
                _say(
                    _column_where(grid, pair[1]),
                    [later, earlier],
                    f"“{pair[0].header}” and “{pair[1].header}” stand side by side as the same month of "
                    f"two years, but they are {apart} months apart.",
                )
            )
        elif not cumulative and apart == 24 and _has_years(grid):
            found.append(
                _say(
                    _column_where(grid, pair[1]),
                    [later, earlier],
                    f"“{pair[0].header}” and “{pair[1].header}” are {apart} months apart where the year "
                    f"before is compared.",
                )
            )
    return found


def _has_years(grid: Grid) -> bool:
    """Whether the same table compares years to date one year apart (so the months should be a year apart as well)."""
    return any(c.cumulative for c in grid.columns)


def _labels_against_title(grid: Grid) -> list[Finding]:
    """A title that names the periods of its columns (or rows), and a label with another one of the same length."""
    if sum(n.span.dated for n in find_spans(grid.table.title)) < 2:
        return []
    columns = [
        (_column_where(grid, c), c.header, c.span)
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
        _say(
            where,
            [s, *(n.span for n in named)],
            f"“{label}” is not where the title’s periods put it (“{title[:120]}”).",
        )
        for where, label, s in wrong
    ]


def _span_in_header(grid: Grid) -> list[Finding]:
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
    if any(s.first == named[0].first for _, s in months) and latest == named[0].first:
        return []
    if re.search(r"\b(?:since|from|published|updated|as at|before|after)\b", title, re.IGNORECASE) or len(months) < 1:
        return []
    column = max(months, key=lambda pair: pair[1].first)[0]
    return [
        _say(
            _column_where(grid, column),
            [named[0], *(s for _, s in months[:3])],
            f"The title says {named[0].text}, but the latest month among the columns is {month_name(latest)}.",
        )
    ]


def wrong_period_label(evidence: Evidence) -> list[Finding]:
    """Labels of periods, in tables and in sentences."""
    found: list[Finding] = []
    texts: list[tuple[Where, str]] = []
    for sentence in evidence.sentences:
        where = Where(sentence.file, sentence.line or None)
        texts.append((where, sentence.text))
        found += _windows(where, sentence.text) + _comparisons(where, sentence.text) + _malformed(where, sentence.text)
        found += _apposed(where, sentence.text)
    for grid in evidence.grids:
        for column in grid.columns:
            where = _column_where(grid, column)
            texts.append((where, column.header))
            found += _malformed(where, column.header) + _windows(where, column.header)
        titled = Where(grid.table.file, grid.table.lines[0] or None, grid.table.name)
        texts.append((titled, grid.table.title))
        found += _malformed(titled, grid.table.title) + _windows(titled, grid.table.title)
        found += (
            _sequences(grid)
            + _rows_in_step(grid)
            + _title_window(grid)
            + _pairs_of_years(grid)
            + _span_in_header(grid)
            + _labels_against_title(grid)
        )
    return found + _quarter_months(texts)
