"""Columns of a printed table: which hold words and which numbers, and the part that each plays."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import Literal

from upstream.reports.check.numbers import Value, in_per_cent, is_nothing, parse_two, parse_value
from upstream.reports.check.spans import is_period_label

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
_LARGEST_FRACTION = 1.5


def number_cell(text: str) -> bool:
    return parse_value(text) is not None or parse_two(text) is not None


def is_period(text: str) -> bool:
    return bool(text) and is_period_label(text)


def is_limit(header: str) -> bool:
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
        if not pattern.search(plain) or (role in {"upper", "lower"} and not is_limit(plain)):
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
        if role == "target" and re.search(
            r"\b(?:within|met\b|meet|reach|attain|achiev|miss|outside)", plain, re.IGNORECASE
        ):
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
    return [v and in_per_cent(v) for v in values]


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
    if not header or (re.search(r"limit|range|expected", header, re.I) and not re.search(r"\bages?\b", header, re.I)):
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


_DURATION = re.compile(r"(\d[\d,]*(?:\.\d+)?) (?:second|sec|minute|min|hour|hr|day|week|month)s?", re.IGNORECASE)


def _duration(text: str) -> Value | None:
    """ "9.3 minutes" as a number, where it stands among the numbers of a column."""
    match = _DURATION.fullmatch(text.strip())
    return parse_value(match[1]) if match else None


def columns_of(headers: list[str], body: list[list[str]], *, workbook: bool) -> tuple[list[_Raw], list[_Raw]]:
    """Columns of text and of numbers; a column with two numbers a cell becomes two."""
    texts: list[_Raw] = []
    numbers: list[_Raw] = []
    for at, header in enumerate(headers):
        cells = [row[at] for row in body]
        filled = [c for c in cells if c and not is_nothing(c)]
        values = [parse_value(c) or (_duration(c) if at else None) for c in cells]
        # "10 to 13" down the first column are ages and no limits
        pairs = _pairs(header, cells) if at or not header else []
        held = sum(v is not None for v in values)
        dates = sum(is_period(c) for c in filled)
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


def is_serial(raw: _Raw) -> bool:
    """Whether a leading column merely numbers the rows."""
    numbers = [v.number for v in raw.numbers]
    named = re.fullmatch(r"#|no\.?|ref\.?|rank|row|id|item(?: no)?|line|code", raw.header.strip(), re.IGNORECASE)
    return len(numbers) > 2 and bool(named) and all(b > a for a, b in itertools.pairwise(numbers))


_VERDICT = re.compile(
    r"(?:yes|no|y|n|(?:target )?(?:not |un)?(?:met|achieved|reached|on target|on track)|off (?:target|track)|"
    r"(?:within|outside|above|below)(?: \w+)?|"
    r"pass(?:ed)?|fail(?:ed)?|missed|exceeded|red|amber|green|better|worse)?",
    re.IGNORECASE,
)


def are_verdicts(cells: list[str]) -> bool:
    """Whether a column of words judges its rows ("Met", "Not achieved") and does not name them."""
    return all(_VERDICT.fullmatch(cell.strip()) for cell in cells) and any(cells)


_AIM_HEADER = re.compile(
    r"target|ambition|goal|\baim\b|standard|benchmark|threshold|expect|good looks like|limit|range", re.IGNORECASE
)


def is_aim(raw: _Raw) -> bool:
    """Whether a column of words before the numbers holds targets ("at least 75%"; "to be set") and so names nothing."""
    filled = [c for c in raw.cells if c]
    aimed = sum(bool(re.search(r"\d", c)) for c in filled)
    return raw.index > 0 and bool(_AIM_HEADER.search(raw.header)) and 2 * aimed > len(filled)
