"""Printed tables understood: which cells are headers, labels and numbers, and what part each column plays."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import Literal

from upstream.reports.check.findings import Figure, Where
from upstream.reports.check.labels import is_total
from upstream.reports.check.numbers import Value, is_nothing, parse_two, parse_value
from upstream.reports.check.reading.model import Table
from upstream.reports.check.spans import Span, is_period_label, only_span

Role = Literal[
    "count",
    "upper",
    "lower",
    "percent_change",
    "difference",
    "points",
    "percent",
    "ratio",
    "target",
    "average",
    "median",
    "minimum",
    "maximum",
    "rank",
    "other",
]

_ROLE_PATTERNS: tuple[tuple[Role, str], ...] = (
    (
        "upper",
        r"\bucl\b|\bupl\b|\bunpl\b|\bupper\b|\bhigh(?:er)? limit|limit high|max(?:imum)? expected|limit \(?upper",
    ),
    ("lower", r"\blcl\b|\blpl\b|\blnpl\b|\blower\b|\blow limit|limit low|min(?:imum)? expected"),
    ("points", r"percentage point|% ?point|\bppts?\b|\bpp\b|point (?:change|diff)"),
    (
        "percent_change",
        r"(?:%|per ?cent|pct|percentage).{0,24}(?:change|diff|variance|variation|increase|"
        r"growth|movement|var\b)|(?:change|diff\w*|variance|variation|increase|movement|"
        r"growth|\+/-)[^%]{0,26}(?:%|per ?cent|\bpct\b|percentage)",
    ),
    ("difference", r"\bdiff(?:erence)?\b|\bchange\b|\bvariance\b|\bmovement\b|\+/-|\bnet\b|\bincrease\b|\bdecrease\b"),
    (
        "ratio",
        r"\bratio\b|\b(?:for|to) (?:each|every)\b|\bper (?!cent|1,?000|100,?000|month|annum|year|week|day|"
        r"quarter)[a-z]+",
    ),
    ("target", r"\btarget\b|\bgoal\b|\bambition\b|\bthreshold\b|\bstandard\b(?! (?:dev|err))|\baspiration"),
    ("median", r"\bmedian\b"),
    ("minimum", r"\bmin(?:imum)?\b|\bshortest\b|\blowest\b|\bfastest\b"),
    ("maximum", r"\bmax(?:imum)?\b|\blongest\b|\bhighest\b|\bslowest\b"),
    ("average", r"\baverage\b|\bmean\b|\bavg\b|\bper 1,?000\b|\bper 10,?000\b|\bper 100,?000\b|\bindex\b"),
    ("rank", r"\brank(?:ing)?\b|^(?:position|page|ref|line)(?: no\.?| number)?$"),
    ("other", r"\d(?:st|nd|rd|th)? (?:pct|percentile)"),
    ("percent", r"%|\bper ?cent\b|\bpct\b|\bpercentage\b|\bproportion\b|\bshare\b|\brate\b"),
)
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _ROLE_PATTERNS
)
_FLAG = re.compile(r"exceptional|outside|flag|signal|breach|within|met\b|status|alert", re.IGNORECASE)
_YTD = re.compile(r"\bytd\b|year to date|\bytm\b|year to month|cumulative|so far this year", re.IGNORECASE)
_ROLLING = re.compile(r"\brolling\b|12 months|twelve months|\br12\b|\bmat\b", re.IGNORECASE)
_KEY_WORDS = re.compile(
    r"(?:area|district|lpa|force|division|borough|ward|beat|sector|team|command|measure|"
    r"indicator|kpi|metric|category|crime type|type|offence|"
    r"offence type|crime|group|age|age group|ethnicity|outcome|grade|month|period|quarter|"
    r"year|week|date|name|department|function|locality|"
    r"statistic|figure|row|item|what|policing area|service|channel|reason)s?(?: (?:name|type|group|category))?",
    re.IGNORECASE,
)


_MOST_HEADER_ROWS = 4
_LARGEST_FRACTION = 1.5


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers: its place in the table, its header and the part it plays."""

    index: int
    header: str
    role: Role
    span: Span | None
    cumulative: bool
    rolling: bool
    total: bool

    @property
    def additive(self) -> bool:
        return self.role in {"count", "difference"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its labels, one value a column (``None``: no number printed), and its plain text by header."""

    index: int
    line: int
    keys: tuple[str, ...]
    values: tuple[Value | None, ...]
    texts: dict[str, str]
    section_break: bool = False

    @property
    def label(self) -> str:
        return " / ".join(k for k in self.keys if k)

    @property
    def total(self) -> bool:
        return any(is_total(k) for k in self.keys)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table understood.

    Attributes
    ----------
    table
        The printed table (the first, when a table continues over pages).
    key_names
        Headers of the label columns, the length of every row's ``keys``.
    columns, rows
        Columns of numbers and the rows that hold at least one.
    """

    table: Table
    key_names: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def heading(self) -> str:
        return " ".join((*self.table.section[-2:], self.table.title))

    def where(self, row: Row, column: Column | None = None) -> Where:
        header = None if column is None else (column.header or f"column {column.index + 1}")
        return Where(self.table.file, row.line or None, self.table.name, row.label or f"row {row.index + 1}", header)

    def figure(self, row: Row, at: int) -> Figure:
        value = row.values[at]
        what = ", ".join(p for p in (row.label, self.columns[at].header) if p)
        return Figure(what, value.text if value else "", value.number if value else None)


def _number_cell(text: str) -> bool:
    return parse_value(text) is not None or parse_two(text) is not None


def _is_period(text: str) -> bool:
    return bool(text) and is_period_label(text)


def _is_full(row: list[str]) -> bool:
    """A header row with a name over every column: four digits under it are a count and no year."""
    return len(row) > 1 and all(row)


def _header_rows(rows: list[list[str]], hint: int | None) -> int:
    """Leading rows without numbers, years and dates not counted as numbers."""
    if hint is not None and 0 < hint < len(rows):
        return hint
    for at, row in enumerate(rows):
        filled = [c for c in row if c]
        numbers = [c for c in filled if _number_cell(c) and not is_nothing(c) and not _is_period(c)]
        periods = [c for c in filled if _is_period(c)]
        tail = [c for c in row[1:] if c]
        counted = (
            at > 0 and row[0] and not _is_period(row[0]) and _is_full(rows[at - 1]) and all(c.isdigit() for c in tail)
        )
        gaps = at > 0 and bool(row[0]) and bool(tail) and all(is_nothing(c) for c in tail)
        if numbers or (counted and tail) or gaps:
            return at if at <= _MOST_HEADER_ROWS else 1
        if (
            periods
            and at > 0
            and row[0]
            and not [c for c in tail if _is_period(c)]
            and not numbers
            and any(is_nothing(c) for c in tail)
        ):
            return at
    return 1 if rows else 0


def _join_headers(rows: list[list[str]], width: int) -> list[str]:
    """One header a column: upper headers spread over the blanks to their right, then joined downwards."""
    spread: list[list[str]] = []
    for level, row in enumerate(rows):
        last, filled = "", []
        lower = list(rows[level + 1 :])
        for at in range(width):
            cell = row[at]
            below = any(r[at] for r in lower)
            if cell:
                last = cell
            elif lower and below and last and at > 0:
                cell = last
            filled.append(cell)
        spread.append(filled)
    joined = []
    for at in range(width):
        parts = [r[at] for r in spread if r[at]]
        joined.append(" ".join(dict.fromkeys(parts)))
    return joined


def _is_limit(header: str) -> bool:
    """ "Upper limit", "Lower CL", "Upper" alone; but "Upper Dale" is a place."""
    if re.search(
        r"limit|control|process|range|bound|threshold|expected|warning|confidence|\b[ul]n?[cp]l\b", header, re.I
    ):
        return True
    rest = re.sub(
        r"\b(?:upper|lower|cl|ci|sd|sigma|value|level|line|95|99|the|and)\b|[\d%()+/.,-]", " ", header, flags=re.I
    )
    return not rest.strip() or is_period_label(rest)


def role_of(header: str, values: list[Value]) -> Role:
    """The part a column plays, from its header first and the marks on its numbers second."""
    plain = header.replace("_", " ")
    percents = sum(v.percent for v in values)
    mostly_percent = bool(values) and percents * 2 > len(values)
    if values and 2 * sum(bool(_POINTS.search(v.text)) for v in values) > len(values):
        return "points"
    for role, pattern in _ROLES:
        if not pattern.search(plain) or (role in {"upper", "lower"} and not _is_limit(plain)):
            continue
        if role == "difference" and mostly_percent:
            return "percent_change"
        if role == "percent_change" and values and not mostly_percent and percents:
            continue
        if role == "ratio" and mostly_percent:
            return "percent"
        if role in {"upper", "lower"} and mostly_percent:
            return "percent"
        if (
            role == "percent"
            and values
            and not mostly_percent
            and re.search(r"\brate\b", plain, re.I)
            and "%" not in plain
        ):
            return "average"
        if role == "target" and re.search(r"\b(?:within|met|achiev|miss|outside)", plain, re.IGNORECASE):
            continue
        return role
    if mostly_percent:
        return "percent"
    if values and _FLAG.search(plain) and {v.number for v in values} <= {0.0, 1.0}:
        return "other"
    return "average" if values and sum(v.decimals > 0 for v in values) * 2 > len(values) else "count"


_POINTS = re.compile(r"\bpp\b|\dpp|ppts?\b|points?\b", re.IGNORECASE)
_PERCENT_HEADER = re.compile(r"%|\bper ?cent|percentage|\bpct\b", re.IGNORECASE)


def _as_percents(header: str, values: list[Value | None]) -> list[Value | None]:
    """Fractions under a header of per cents, as a workbook stores them, read as the per cents that it shows."""
    held = [v for v in values if v is not None]
    fractions = all(abs(v.number) <= _LARGEST_FRACTION for v in held) and not any(v.percent for v in held)
    if (
        not _PERCENT_HEADER.search(header)
        or _POINTS.search(header)
        or not fractions
        or sum(v.decimals >= 2 for v in held) * 2 <= len(held)
    ):
        return values
    return [v and Value(round(v.number * 100, 9), max(v.decimals - 2, 0), True, v.text) for v in values]


@dataclass(slots=True)
class _Raw:
    header: str
    index: int
    cells: list[str]
    values: list[Value | None]

    @property
    def numbers(self) -> list[Value]:
        return [v for v in self.values if v is not None]


def _split_header(header: str, pairs: list[tuple[Value, Value]]) -> tuple[str, str]:
    parts = [p.strip(" ()") for p in re.split(r"\s*[/|;(]\s*|\s+-\s+|\s+and\s+", header.strip(" )")) if p.strip(" ()")]
    if len(parts) != 2 and len(header.split()) == 2:
        parts = header.split()
    if re.search(r"range|expected|interval", header, re.IGNORECASE) and not re.search(
        r"upper|lower|[ul]cl\b", header, re.I
    ):
        parts = []
    if len(parts) == 2 and not all(second.percent and not first.percent for first, second in pairs):
        limits = re.search(r"(control |process )?limits?", header, re.IGNORECASE)
        return parts[0] + (" limit" if limits and "limit" not in parts[0].lower() else ""), parts[1]
    if all(second.percent and not first.percent for first, second in pairs):
        return header, f"{header} %"
    falling = sum(first.number >= second.number for first, second in pairs)
    if not header or re.search(r"limit|range|expected", header, re.IGNORECASE):
        names = ("upper limit", "lower limit") if falling * 2 >= len(pairs) else ("lower limit", "upper limit")
        return f"{header} {names[0]}".strip(), f"{header} {names[1]}".strip()
    return f"{header} first", f"{header} second"


def _pairs(header: str, cells: list[str]) -> list[tuple[Value, Value]]:
    """Cells with two numbers. "853 487" may be one number or two: two where other cells can only be two."""
    sure = [p for c in cells if parse_value(c) is None and (p := parse_two(c)) is not None]
    either = [p for c in cells if parse_value(c) is not None and (p := parse_two(c)) is not None]
    falling = not header and len(either) >= 3 and all(a.number > b.number for a, b in either)
    return sure + either if sure or falling or re.search(r"limit|\b[ul]cl\b|upper|lower", header, re.IGNORECASE) else []


_PERIOD_HEADER = re.compile(r"year|month|period|date|quarter", re.IGNORECASE)
_RATIO_HEADER = re.compile(r"ratio|\bper\b|:", re.IGNORECASE)


def _ratio(text: str) -> Value | None:
    """ "1:5" or "2 to 7" as a number, its rounding that of the side which is not 1."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?::|to|/)\s*(\d+(?:\.\d+)?)\s*", text)
    if match is None or float(match[2]) == 0 or float(match[1]) == 0:
        return None
    top, bottom = float(match[1]), float(match[2])
    side = match[2] if top == 1 else match[1]
    half = 0.5 * 10.0 ** -(len(side.split(".")[1]) if "." in side else 0)
    slack = top / bottom**2 * half if top == 1 else half / bottom
    return Value(top / bottom, math.floor(-math.log10(2 * slack)), False, text.strip())


def _columns(headers: list[str], body: list[list[str]], *, workbook: bool) -> tuple[list[_Raw], list[_Raw]]:
    """Columns of text and of numbers; a column with two numbers a cell becomes two."""
    texts: list[_Raw] = []
    numbers: list[_Raw] = []
    for at, header in enumerate(headers):
        cells = [row[at] for row in body]
        filled = [c for c in cells if c and not is_nothing(c)]
        values = [parse_value(c) for c in cells]
        # "10 to 13" down the first column are ages and no limits
        pairs = _pairs(header, cells) if at or not header else []
        held = sum(v is not None for v in values)
        dates = sum(_is_period(c) for c in filled)
        periods = dates * 2 > len(filled) and (
            at == 0 or bool(_PERIOD_HEADER.search(header)) or not all(c.isdigit() for c in filled)
        )
        if (
            _RATIO_HEADER.search(header)
            and (ratios := [_ratio(c) for c in cells])
            and 2 * sum(r is not None for r in ratios) > len(filled)
        ):
            numbers.append(_Raw(header, at, cells, ratios))
        elif not periods and pairs and len(pairs) * 2 > len(filled):
            names = _split_header(header, pairs)
            both = [parse_two(c) for c in cells]
            for side in (0, 1):
                numbers.append(_Raw(names[side], at, cells, [p[side] if p else None for p in both]))
        elif held * 2 > len(filled) and not periods:
            numbers.append(_Raw(header, at, cells, _as_percents(header, values) if workbook else values))
        elif any(cells):
            texts.append(_Raw(header, at, cells, []))
    return texts, numbers


def _is_serial(raw: _Raw) -> bool:
    """Whether a leading column merely numbers the rows."""
    numbers = [v.number for v in raw.numbers]
    named = re.fullmatch(r"#|no\.?|ref\.?|rank|row|id|item(?: no)?|line|code", raw.header.strip(), re.IGNORECASE)
    return len(numbers) > 2 and bool(named) and all(b > a for a, b in itertools.pairwise(numbers))


_VERDICT = re.compile(
    r"(?:yes|no|y|n|(?:target )?(?:not |un)?(?:met|achieved|reached|on target|on track)|off (?:target|track)|"
    r"(?:within|outside|above|below) \w+|"
    r"pass(?:ed)?|fail(?:ed)?|missed|exceeded|red|amber|green|better|worse)?",
    re.IGNORECASE,
)


def _are_verdicts(cells: list[str]) -> bool:
    """Whether a column of words judges its rows ("Met", "Not achieved") and does not name them."""
    return all(_VERDICT.fullmatch(cell.strip()) for cell in cells) and any(cells)


_AIM_HEADER = re.compile(
    r"target|ambition|goal|\baim\b|standard|benchmark|threshold|expect|good looks like|limit|range", re.IGNORECASE
)


def _is_aim(raw: _Raw) -> bool:
    """Whether a column of words before the numbers holds targets ("at least 75%") and so names nothing."""
    filled = [c for c in raw.cells if c]
    return raw.index > 0 and bool(_AIM_HEADER.search(raw.header)) and all(re.search(r"\d", c) for c in filled)


def _grid_of(table: Table, body: list[list[str]], lines: list[int], headers: list[str]) -> Grid | None:
    texts, numbers = _columns(headers, body, workbook=table.file.lower().endswith(".xlsx"))
    numbers = [raw for raw in numbers if not _is_serial(raw)]
    if not numbers:
        return None
    first = min(raw.index for raw in numbers)
    keys = [
        raw
        for raw in texts
        if (raw.index < first and not _is_aim(raw))
        or (_KEY_WORDS.fullmatch(raw.header.replace("_", " ")) and not _are_verdicts(raw.cells))
    ]
    columns = tuple(
        Column(
            raw.index,
            raw.header,
            role_of(raw.header, raw.numbers),
            only_span(raw.header),
            bool(_YTD.search(raw.header.replace("_", " "))),
            bool(_ROLLING.search(raw.header.replace("_", " "))),
            is_total(raw.header) or bool(re.search(r"\btotal\b", raw.header, re.IGNORECASE)),
        )
        for raw in numbers
    )
    rows: list[Row] = []
    last: list[str] = [""] * len(keys)
    for n in range(len(body)):
        labels = [raw.cells[n] for raw in keys]
        for k, label in enumerate(labels[:-1]):
            labels[k] = label or (last[k] if any(labels[k + 1 :]) else "")
        last = labels
        values = tuple(raw.values[n] for raw in numbers)
        if any(v is not None for v in values):
            beside = {raw.header: raw.cells[n] for raw in texts if raw not in keys and raw.cells[n]}
            broken = n > 0 and not any(body[n - 1])
            rows.append(Row(n, lines[n], tuple(labels), values, beside, broken))
    return Grid(table, tuple(raw.header for raw in keys), columns, tuple(rows)) if rows else None


def _padded(table: Table) -> list[list[str]]:
    width = max((len(row) for row in table.rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in table.rows]


def _continues(previous: Table, headers: list[list[str]], table: Table, rows: list[list[str]], head: int) -> bool:
    """Whether a table goes on from the one just before it: nothing in between, same heading, same or no header."""
    if (
        table.file != previous.file
        or table.order != previous.order + 1
        or table.section != previous.section
        or table.title not in {"", previous.title}
    ):
        return False
    width = len(headers[0]) if headers else 0
    if rows and head and width != len(rows[0]):
        return False
    return len(rows[0]) <= width if head == 0 else rows[:head] == headers


def understand(tables: list[Table]) -> list[Grid]:
    """Every table with numbers in it, tables that continue over pages joined, long tables turned."""
    grids: list[Grid] = []
    at = 0
    while at < len(tables):
        table = tables[at]
        rows = _padded(table)
        head = _header_rows(rows, table.header_rows)
        if table.rows and not any(rows[0]) and head:
            rows = rows[1:]
        headers = rows[:head]
        body = [list(r) for r in rows[head:]]
        lines = list(table.lines[head : head + len(body)])
        previous = table
        while at + 1 < len(tables):
            following = tables[at + 1]
            more = _padded(following)
            has_head = (
                0
                if more and any(_number_cell(c) and not _is_period(c) for c in more[0][1:])
                else _header_rows(more, following.header_rows)
            )
            if not headers or not _continues(previous, headers, following, more, has_head):
                break
            body += [[""] * len(headers[0])]
            body += [[*row, *[""] * (len(headers[0]) - len(row))] for row in more[has_head:]]
            lines += [0, *following.lines[has_head:]]
            previous = following
            at += 1
        at += 1
        width = len(rows[0]) if rows else 0
        grid = _grid_of(table, body, lines, _join_headers(headers, width) if headers else [""] * width)
        if grid is not None:
            grids.append(turned(grid))
    return grids


_MEASURE_NAMES = re.compile(
    r"upper|lower|\bucl\b|\blcl\b|% change|per ?cent|percent|\bcount\b|\btotal\b|limit|target|\brate\b|change",
    re.IGNORECASE,
)


def turned(grid: Grid) -> Grid:
    """A long table (labels, one value) as a wide one: the label that names parts or periods becomes the columns."""
    if len(grid.columns) != 1 or len(grid.key_names) < 2 or len(grid.rows) < 4:
        return grid
    across = _turning_key(grid)
    if across is None:
        return grid
    names = list(dict.fromkeys(row.keys[across] for row in grid.rows))
    held: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in grid.rows:
        rest = tuple(k for n, k in enumerate(row.keys) if n != across)
        if row.keys[across] in held.setdefault(rest, {}):
            return grid
        held[rest][row.keys[across]] = row
    if len(held) * len(names) > 4 * len(grid.rows):
        return grid
    columns = []
    for name in names:
        values = [v for row in grid.rows if row.keys[across] == name and (v := row.values[0]) is not None]
        header = name
        columns.append(
            Column(
                grid.columns[0].index,
                header,
                role_of(header, values),
                only_span(header),
                bool(_YTD.search(header)),
                bool(_ROLLING.search(header)),
                is_total(header),
            )
        )
    rows = []
    for rest, by_name in held.items():
        first = next(iter(by_name.values()))
        across_row = tuple(by_name[name].values[0] if name in by_name else None for name in names)
        rows.append(Row(first.index, first.line, rest, across_row, first.texts))
    return Grid(grid.table, tuple(k for n, k in enumerate(grid.key_names) if n != across), tuple(columns), tuple(rows))


def _is_statistic(name: str) -> bool:
    found = _MEASURE_NAMES.search(name)
    return found is not None and (found[0].lower() not in {"upper", "lower"} or _is_limit(name))


def _turning_key(grid: Grid) -> int | None:
    """Which label to turn: the one with names of statistics, else the one with periods, else none."""
    for wanted in ("statistic", "period"):
        for n in range(len(grid.key_names)):
            names = {row.keys[n] for row in grid.rows}
            if not 2 <= len(names) <= 60:
                continue
            if wanted == "statistic" and sum(_is_statistic(x) for x in names) >= 2 and len(names) <= 12:
                return n
            if wanted == "period" and sum(_is_period(x) for x in names) * 2 > len(names):
                return n
    return None
