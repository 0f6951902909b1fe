"""Volumes outside their limits that nobody lists, and listed ones that are inside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from upstream.reports.check.claims import mark
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import key, likeness, said_in, telling, words
from upstream.reports.check.numbers import Value
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.spans import find_spans, is_period_label

_LIMIT = (
    r"(?:control |process |statistical |warning |expected |usual |normal |natural |predicted |\w+ (?:and|or) "
    r"\w+ )*(?:limits?|ranges?|bounds?|band|lines|levels? of variation|variation|\b[ul]n?[cp]l)"
)
_BEYOND = r"outside|beyond|above|over|exceed\w*|breach\w*|below|under|beneath|outwith|out of|crossed|passed|broke\w*"
# what is said of a volume outside its limits: a word that says so alone, or a place beyond a limit
_LISTING = re.compile(
    rf"\bexceptional\w*\b|\bexceptions?\b|\bspecial[- ]cause\b|\boutliers?\b|\bout of control\b|\bunusual\w*|"
    rf"\babnormal\w*|\banomal\w*|\bastronomical\b|\bstatistically (?:unusual|different|significant variation)|"
    rf"\b(?:higher|lower|more|fewer|greater|less|above|below)(?: than)? (?:was |would be |is |we |usually |normally )*"
    rf"(?:expected|normal|usual|predicted)\b|\b(?:{_BEYOND})\b[^.;]{{0,60}}?\b{_LIMIT}\b|"
    rf"\b(?:upper|lower)\b[^.;]{{0,20}}\blimits?\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    rf"\b(?:within|inside|between)\b[^.;]{{0,40}}?\b{_LIMIT}\b|\b(?:not|nothing|neither) (?:exceptional|unusual)\b|"
    rf"\bas (?:would be )?expected\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    (
        r"\b(?:no|none|nothing|zero|neither)\b[^.;]{0,60}?(?:exceptional|exception|outside|beyond|above|"
        r"exceed|breach|outlier|unusual|special[- ]cause|out of control|abnormal|anomal)|\b(?:all|every|each)\b"
        r"[^.;]{0,50}?(?:within|inside)"
    ),
    re.IGNORECASE,
)
_BUT_FOR = re.compile(
    r"\b(?:other than|except(?:ing)?(?: for)?|apart from|aside from|bar|but for|excluding|"
    r"with the exceptions? of)\b(?P<named>.+?)(?=\b(?:was|were|is|are|remain\w*|fell|stayed|lay|lie|sit|sat)\b|$)",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    (
        r"\bderived\b|\bcalculat\w*|\bdefin\w*|standard deviation|\bif\b|\bwhen a\b|"
        r"\bcoloured\b|\bshown in\b|\bmeans that\b|\bhave been generated\b"
    ),
    re.IGNORECASE,
)
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


@dataclass(slots=True)
class Listing:
    """Rows of one table that sentences name as outside or as inside, and how far the list claims to reach."""

    outside: dict[int, Sentence] = field(default_factory=dict)
    inside: dict[int, Sentence] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    upper_only: bool = True
    longest: Sentence | None = None
    rows: int = 0


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


def _figures(grid: Grid, row: Row, limits: Limits) -> tuple[Figure, ...]:
    return tuple(
        grid.figure(row, n)
        for n in (limits.value, limits.lower, limits.upper)
        if n is not None and row.values[n] is not None
    )


def _stated(row: Row, limits: Limits) -> str:
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


def _by_flag(grid: Grid, limits: Limits) -> list[Finding]:
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
                        _figures(grid, row, limits),
                        f"{_stated(row, limits)}, but “{header}” does not say so.",
                    )
                )
            else:
                found.append(
                    Finding(
                        "listed_inside_limits",
                        "error",
                        where,
                        _figures(grid, row, limits),
                        f"{_stated(row, limits)}, but “{header}” lists it.",
                    )
                )
    return found


def named_rows(grid: Grid, text: str) -> list[int]:
    """Rows whose labels a text names; a label inside a longer named one does not count."""
    hits = [r for r, row in enumerate(grid.rows) if row.keys and _all_said(grid, row, text)]

    def hidden(r: int) -> bool:
        own = grid.rows[r].label
        return any(key(own) < key(grid.rows[s].label) and not _apart(own, grid.rows[s].label, text) for s in hits)

    return [r for r in hits if not hidden(r)]


def _plain_said(label: str, text: str) -> bool:
    """A label of plain words only ("Incidents") must stand as an item of its own."""
    own = re.escape(label.strip())
    return bool(
        re.search(
            (
                rf"(?:^|[,;:]|\band|\bof|\bfor)\s*(?:the |all )?{own}\s*(?:$|[,;.:(]|\b(?:and|are|is|"
                rf"were|was|exceed\w*|rose|fell|had|has|have|increas\w*|decreas\w*)\b)"
            ),
            text,
            re.IGNORECASE,
        )
    )


def _all_said(grid: Grid, row: Row, text: str) -> bool:
    """The label is said; with several labels, those that differ between rows."""
    for n, label in enumerate(row.keys):
        if (
            label
            and not said_in(label, text)
            and (len(grid.rows) == 1 or len({other.keys[n] for other in grid.rows}) > 1)
        ):
            return False
        if label and not telling(label) and not _plain_said(label, text):
            return False
    return any(row.keys)


def _apart(short: str, long: str, text: str) -> bool:
    """Whether the shorter label is also said on its own, outside the longer one."""
    said = list(words(text))
    return all(said.count(w) > 1 for w in key(short) & key(long)) and bool(key(short))


def _timeline(grid: Grid) -> bool:
    """Whether the rows are the periods of one measure: a period alone does not tell which table is meant."""
    return sum(is_period_label(row.keys[0]) for row in grid.rows if row.keys) * 2 > len(grid.rows)


def _meant(grid: Grid, limits: Limits, rows: list[int], text: str) -> list[int]:
    """Rows of a timeline that a sentence means: it prints their value, or no number at all."""
    printed = {v.number for v in mark(text).numbers if not v.percent} | {v.number for v in mark(text).numbers}
    if not printed:
        return rows
    return [r for r in rows if (v := grid.rows[r].values[limits.value]) is not None and v.number in printed]


def _its_numbers(grid: Grid, limits: Limits, r: int, text: str) -> bool:
    """Whether a sentence prints no figures, or one of a row's own: else it speaks of another table."""
    printed = {v.number for v in mark(text).numbers}
    row = grid.rows[r]
    own = {v.number for n in (limits.value, limits.upper, limits.lower) if n is not None and (v := row.values[n])}
    return not printed or bool(printed & own) or not mark(text).spans


def _speaks_of(limits: Limits, grid: Grid, text: str) -> bool:
    """A sentence that dates itself to another month speaks of another table."""
    span = grid.columns[limits.value].span
    months = {named.span.first for named in find_spans(text) if named.span.kind == "month" and named.span.dated}
    return not months or span is None or span.kind != "month" or not span.dated or span.first in months


def _home(grids: list[tuple[Grid, Limits]], sentence: Sentence) -> int | None:
    """The limits table a listing sentence speaks of: nearest heading first, then the latest before it."""
    scored = []
    here = any(grid.table.file == sentence.file for grid, _ in grids)
    for n, (grid, _) in enumerate(grids):
        if (here and grid.table.file != sentence.file) or (_timeline(grid) and sentence.section != grid.table.section):
            continue
        heading = (
            likeness(
                frozenset(words(" ".join(sentence.section[:1]))), frozenset(words(" ".join(grid.table.section[:1])))
            )
            if sentence.section and grid.table.section
            else 0.0
        )
        same = 1.0 if sentence.section[:2] == grid.table.section[:2] else 0.0
        before = grid.table.order < sentence.order
        scored.append((round(heading + 0.25 * same, 3), before, -abs(sentence.order - grid.table.order), n))
    return max(scored)[3] if scored else None


def _listings(evidence: Evidence, grids: list[tuple[Grid, Limits]]) -> dict[int, Listing]:
    listings: dict[int, Listing] = {}
    for sentence in evidence.sentences:
        text = sentence.full
        outside, inside, nobody = bool(_LISTING.search(text)), bool(_INSIDE.search(text)), bool(_NOBODY.search(text))
        if not (outside or inside) or _DEFINES.search(text) or (home := _home(grids, sentence)) is None:
            continue
        grid, limits = grids[home]
        if not _speaks_of(limits, grid, text):
            continue
        rows = named_rows(grid, text)
        listing = listings.setdefault(home, Listing())
        if _timeline(grid):
            rows = _meant(grid, limits, rows, text)
            nobody = False
            if len(rows) < 2:
                (listing.outside if outside and not inside else listing.inside).update(dict.fromkeys(rows, sentence))
                continue
        if inside and (but := _BUT_FOR.search(text)) is not None:
            listing.sentences.append(sentence)
            listing.upper_only = False
            listing.outside |= dict.fromkeys(named_rows(grid, but["named"]), sentence)
            continue
        negated = bool(
            re.search(
                r"\b(?:not|never)\b[^.;]{0,20}(?:exceptional|unusual|outside|exceed|breach|above|below)|no longer",
                text,
                re.IGNORECASE,
            )
        )
        if len(rows) == 1 and (inside or outside) and not _its_numbers(grid, limits, rows[0], text):
            continue
        if (inside and not outside) or negated:
            listing.inside |= dict.fromkeys(rows, sentence) if not _other_period(text) else {}
            if nobody:
                listing.sentences.append(sentence)
                listing.upper_only = False
            continue
        if len(rows) == 1 and not _its_numbers(grid, limits, rows[0], text):
            continue
        if nobody or rows:
            listing.sentences.append(sentence)
            listing.longest = sentence if len(rows) > listing.rows or listing.longest is None else listing.longest
            listing.rows = max(listing.rows, len(rows))
            listing.upper_only &= not nobody and bool(
                re.search(r"upper|exceed|above|over\b|higher", text, re.IGNORECASE)
            )
        if not nobody and not (outside and inside):
            listing.outside |= dict.fromkeys(rows, sentence)
        elif not nobody:
            first = re.split(r"\b(?:while|whilst|but|whereas|although|;)\b", text, maxsplit=1)
            for half in first:
                target = listing.outside if _LISTING.search(half) and not _INSIDE.search(half) else listing.inside
                target |= dict.fromkeys(named_rows(grid, half), sentence)
    return listings


def _other_period(text: str) -> bool:
    return bool(re.search(r"previous|last year|remained|consistently|past", text, re.IGNORECASE))


def limits_and_lists(evidence: Evidence) -> list[Finding]:
    """Both rules: limits against flag columns and against the sentences that list exceptional volumes."""
    grids = [(g, limits) for g in evidence.grids if (limits := limits_of(g)) is not None]
    found: list[Finding] = []
    for grid, limits in grids:
        found += _by_flag(grid, limits)
    for home, listing in _listings(evidence, grids).items():
        grid, limits = grids[home]
        if not listing.sentences and not listing.inside:
            continue
        for r, row in enumerate(grid.rows):
            found += _row_findings(grid, limits, listing, r, row)
    return found


def _row_findings(grid: Grid, limits: Limits, listing: Listing, r: int, row: Row) -> list[Finding]:
    outside = side(row, limits)
    held = [n for n in (limits.upper, limits.lower) if n is not None and row.values[n] is not None]
    if row.values[limits.value] is None or not held:
        return []
    where, figures, stated = (
        grid.where(row, grid.columns[limits.value]),
        _figures(grid, row, limits),
        _stated(row, limits),
    )
    if outside and r in listing.inside and r not in listing.outside:
        said = listing.inside[r]
        return [
            Finding(
                "outside_limits_not_listed",
                "error",
                where,
                figures,
                f"{stated}, but it is said to be within limits (line {said.line}: “{said.text[:160]}”).",
            )
        ]
    if outside and r not in listing.outside and listing.sentences:
        severity = "warning" if outside < 0 and listing.upper_only else "error"
        said = listing.longest or listing.sentences[-1]
        return [
            Finding(
                "outside_limits_not_listed",
                "note" if severity == "warning" else "error",
                where,
                figures,
                (
                    f"{stated}, and it is not named where exceptional volumes are listed (line "
                    f"{said.line}: “{said.text[:160]}”)."
                ),
            )
        ]
    if not outside and r in listing.outside and not on_limit(row, limits):
        said = listing.outside[r]
        return [
            Finding(
                "listed_inside_limits",
                "error",
                Where(said.file, said.line or None, grid.table.name, row.label, grid.columns[limits.value].header),
                figures,
                f"{stated}, but it is listed as outside (“{said.text[:160]}”).",
            )
        ]
    return []
