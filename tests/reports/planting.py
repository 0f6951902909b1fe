"""Clean synthetic reports in three layouts, and one planted error in each: the proof of the check.

Names, measures, words, orders and number styles are drawn at random; every clean document is right to the digit.
Sentences come from two sets of phrases: those written beside the rules, and others that were first tried when the
rules were done (what the first try missed is told in docs/explanation/check-source-report.md).
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SYLLABLES = (
    "ash",
    "bur",
    "cam",
    "den",
    "el",
    "fair",
    "gos",
    "har",
    "ing",
    "kel",
    "lang",
    "mar",
    "nor",
    "oak",
    "pen",
    "quar",
    "ro",
    "sel",
    "thor",
    "wal",
    "wen",
    "yar",
)
ENDINGS = ("ton", "ford", "ley", "wick", "bridge", "mere", "field", "stow", "combe", "dale", "shire", "port")
MEASURES = (
    "Burglary",
    "Robbery",
    "Vehicle crime",
    "Shoplifting",
    "Violence with injury",
    "Violence without injury",
    "Criminal damage and arson",
    "Public order",
    "Drug offences",
    "Possession of weapons",
    "Theft from the person",
    "Bicycle theft",
    "Other theft",
    "Sexual offences",
    "Hate crime",
    "Domestic abuse",
    "Stalking and harassment",
    "Anti-social behaviour",
    "Missing people",
    "Arrests",
    "Stop and search",
    "Fraud",
    "Rural crime",
    "Noise complaints",
)
TOTALS = ("Total", "Force total", "All areas", "Force", "Grand total", "TOTAL", "Overall")
CHANGE_HEADERS = ("% change", "Change (%)", "Per cent change", "Percentage change", "% diff")
LIMIT_HEADERS = (("Upper limit", "Lower limit"), ("UCL", "LCL"), ("Upper control limit", "Lower control limit"))
QUARTERS = {1: ("April", "June"), 2: ("July", "September"), 3: ("October", "December"), 4: ("January", "March")}


def month_text(index: int, style: str = "long") -> str:
    year, month = divmod(index, 12)
    name = calendar.month_name[month + 1] if style == "long" else calendar.month_abbr[month + 1]
    return {
        "long": f"{name} {year}",
        "short": f"{name} {year}",
        "dash": f"{name}-{year % 100:02d}",
        "iso": f"{year}-{month + 1:02d}",
    }[style]


def half_up(value: float, decimals: int = 0) -> float:
    scale = 10**decimals
    return (1 if value >= 0 else -1) * int(abs(value) * scale + 0.5 + 1e-9) / scale


@dataclass
class Style:
    """How one document prints its numbers."""

    thousands: bool
    minus: str
    decimals: int
    missing: str
    brackets: bool
    plus: bool

    def count(self, value: float) -> str:
        text = f"{abs(int(value)):,}" if self.thousands else str(abs(int(value)))
        return text if value >= 0 else f"({text})" if self.brackets else f"{self.minus}{text}"

    def percent(self, value: float, *, sign: bool = False) -> str:
        text = f"{abs(value):.{self.decimals}f}%"
        return (self.minus if value < 0 else "+" if self.plus and sign and value > 0 else "") + text


@dataclass
class Sheet:
    """A table before it is printed: numbers are numbers; ``kinds`` says how a column is printed."""

    title: str
    headers: list[str]
    kinds: list[str]
    rows: list[list[object]]
    name: str = ""
    two_in_one: tuple[int, int] | None = None


@dataclass
class Document:
    """A report before it is printed: sections of a heading, tables and sentences."""

    layout: str
    style: Style
    sections: list[tuple[str, list[Sheet], list[str]]] = field(default_factory=list)
    held: dict[str, Any] = field(default_factory=dict)

    def sheet(self, name: str) -> Sheet:
        return next(s for _, sheets, _ in self.sections for s in sheets if s.name == name)

    def sentences(self, heading: str) -> list[str]:
        return next(t for h, _, t in self.sections if h.startswith(heading))


def place_name(rng: random.Random) -> str:
    return (rng.choice(SYLLABLES) + rng.choice(ENDINGS)).title() + rng.choice(
        ("", "", " North", " and the Vale", " West")
    )


def spread(rng: random.Random, total: int, parts: int) -> list[int]:
    weights = [rng.uniform(0.4, 2.0) for _ in range(parts)]
    counts = [int(total * w / sum(weights)) for w in weights]
    counts[0] += total - sum(counts)
    return counts


# ---- sentences: {m} measure, {a} later, {b} earlier, {pa} {pb} their months, {up} verbs, {p} per cent, {c} change
UP, DOWN = 1, -1
WORDS_TUNED = {
    UP: ("increased", "rose", "grew", "climbed", "went up", "has increased"),
    DOWN: ("decreased", "fell", "dropped", "reduced", "went down", "declined"),
}
NOUNS_TUNED = {
    UP: ("an increase", "a rise", "growth", "an uplift"),
    DOWN: ("a decrease", "a fall", "a reduction", "a drop"),
}
PHRASES_TUNED = (
    "{m} {verb} by {p} from {b} in {pb} to {a} in {pa}.",
    "{m} {verb} {p} ({c}) to {a} from {b}.",
    "There were {a} {m} records in {pa}, {noun} of {p} ({c}) on {b} in {pb}.",
    "{m} stood at {a} in {pa} compared with {b} in {pb}, {noun} of {p}.",
    "In {pa} {m} {verb} to {a}, against {b} in {pb} ({p}).",
    "{m}: {p} ({c}) {plain} to {a} compared to {b} in {pb}.",
)
WORDS_HELD = {
    UP: ("jumped", "surged", "escalated", "has risen", "crept up", "mounted", "spiked upwards", "shot up"),
    DOWN: ("slipped and fell", "shrank", "dipped", "has fallen", "edged down", "receded", "sank", "came down"),
}
NOUNS_HELD = {
    UP: ("a {p} jump", "a {p} climb", "a growth rate of {p}"),
    DOWN: ("a {p} dip", "a {p} decline", "a shrinkage rate of {p}, a reduction"),
}
PHRASES_HELD = (
    "{m} demand now stands at {a}, having been {b} twelve months earlier; that is {p} {higher}.",
    "Recorded {m} {verb} from {b} to {a} between {pb} and {pa}.",
    "{pa} brought {a} {m} reports where {pb} had {b}, so the total {verb}.",
    "Year on year, {m} {verb} by {c}: {pb} {b}, {pa} {a}.",
    "The {pa} total for {m} ({a}) {verb} {p} when set against {pb} ({b}).",
    "{m} has moved from {b} to {a}, which means it {verb} by {p}.",
    "{p} {higher}: {m} at {a} in {pa} versus {b} in {pb}.",
    "Victims reported {a} {m} offences in {pa}; this was {p} {higher} than {pb}, when {b} were reported.",
    "The monthly figure for {m}, {a} ({pa}), {verb} by {c} ({p}) from {b} ({pb}).",
    "The number of {m} cases {verb} over the year, from {b} ({pb}) to {a} ({pa}), which is {p}.",
    "Having stood at {b} in {pb}, {m} {verb} by {c} to reach {a} by {pa}.",
    "We recorded {a} {m} reports during {pa}; the figure a year before, in {pb}, was {b}, so volumes {verb} by {p}.",
    "{m} volumes {verb} {p} year on year: {b} then, {a} now.",
    "At {a}, {m} {verb} {p} on the {b} seen in {pb}.",
    "Compared with {b} in {pb}, {m} {verb} to {a} in {pa}, a difference of {c}.",
)


@dataclass
class Statement:
    """A sentence of change with its true figures, printed by a phrase."""

    measure: str
    later: int
    earlier: int
    months: tuple[int, int]
    phrase: str
    held: bool
    choice: int
    percent: float | None = None
    change: int | None = None
    sign: int | None = None

    def text(self, style: Style) -> str:
        sign = self.sign if self.sign is not None else (UP if self.later > self.earlier else DOWN)
        verbs, nouns = (WORDS_HELD, NOUNS_HELD) if self.held else (WORDS_TUNED, NOUNS_TUNED)
        exact = 100 * (self.later - self.earlier) / self.earlier
        percent = self.percent if self.percent is not None else half_up(abs(exact), style.decimals)
        change = self.change if self.change is not None else abs(self.later - self.earlier)
        shown = {
            "m": self.measure,
            "a": style.count(self.later),
            "b": style.count(self.earlier),
            "pa": month_text(self.months[0]),
            "pb": month_text(self.months[1]),
            "p": style.percent(abs(percent)),
            "c": style.count(change),
            "verb": verbs[sign][self.choice % len(verbs[sign])],
            "noun": nouns[sign][self.choice % len(nouns[sign])],
            "plain": "increase" if sign == UP else "decrease",
            "higher": "higher" if sign == UP else "lower",
        }
        return self.phrase.format(**shown).format(**shown)


LISTS = (
    "Volumes of {items} are exceptional.",
    "The following were outside their control limits: {items}.",
    "{items} exceeded the upper control limit in {pa}.",
    "{items} lay above the upper limit.",
)
LISTS_HELD = (
    "The measures breaching their upper limits were {items}.",
    "Special cause variation was seen in {items}.",
    "This month {items} went past the upper limit.",
    "Readings beyond the limits this time: {items}.",
    "In {pa}, {items} broke through the upper control limit.",
    "Exceptional volumes were seen for {items}.",
)
NOBODY = ("No volumes were outside their limits.", "All measures were within their control limits.")
TARGETS = (
    ("{s} was {a}, {above} the target of {t}.", "level"),
    ("Against a target of {t}, {s} reached {a}, so the target was {met}.", "met"),
    ("{s} stood at {a} and the {t} target was {met}.", "met"),
    ("The target for {s} is {t}; performance of {a} means it was {met}.", "met"),
)
TARGETS_HELD = (
    ("We scored {a} on {s}, which is {above} the {t} we set as our target.", "level"),
    ("Target for {s}: {t}; result: {a}; the target was {met}.", "met"),
    ("The force aims for {t} on {s}; it got to {a} and so {met} the target.", "met"),
    ("With {a} for {s}, we are {above} our {t} target.", "level"),
    ("{s} came in at {a} (target: {t}), which means that the standard was {met}.", "met"),
    (
        "The {t} goal for {s} was {met}, with {a} achieved at the end of the month.".replace(" achieved", " recorded"),
        "met",
    ),
)
SERVICES = (
    "victim satisfaction",
    "emergency calls answered in time",
    "completion of training",
    "public confidence",
    "compliance with the code",
    "visits completed on time",
)
NEUTRAL = (
    "The team will continue to monitor volumes and report to the board.",
    "Seasonal patterns should be kept in mind when reading these figures.",
    "A further 12 months of data will be available next year.",
    "Section 3 sets out the method; page 14 lists the definitions.",
    "Officers visited schools in every area during the quarter.",
    "Data were taken from the records system on 5 {next}.",
    "The chart shows the last 13 months with limits at 2 standard deviations.",
    "Grade 1 incidents are attended first, then grade 2.",
)


def joined(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def clean(seed: int, *, held_out: bool = False) -> Document:
    """A report without an error."""
    rng = random.Random(seed)
    style = Style(
        rng.random() < 0.6,
        rng.choice(("-", "–", "−")),
        rng.choice((0, 1)),
        rng.choice(("-", "n/a", "..")),
        False,
        rng.random() < 0.2,
    )
    document = Document(rng.choice(("wide", "long", "printed")), style)
    areas = list(dict.fromkeys(place_name(rng) for _ in range(rng.randint(4, 7))))[:6]
    while len(areas) < 3:
        areas = list(dict.fromkeys([*areas, place_name(rng)]))
    measures = rng.sample(MEASURES, rng.randint(6, 10))
    last = rng.randint(2019, 2025) * 12 + rng.randint(0, 11)
    document.held |= {"areas": areas, "measures": measures, "last": last, "rng": rng, "held_out": held_out}
    _monthly(document, rng, areas, measures[0], last)
    _yearly(document, rng, measures, last)
    _performance(document, rng, areas, last)
    _statements(document, rng, measures, last)
    _claims(document, rng, last)
    rng.shuffle(document.sections)
    return document


def _monthly(document: Document, rng: random.Random, areas: list[str], measure: str, last: int) -> None:
    """Areas as rows, months as columns, totals both ways; a quoted summary of it."""
    months = [last - n for n in range(rng.choice((3, 4, 6)) - 1, -1, -1)]
    style = rng.choice(("long", "short", "dash"))
    rows: list[list[object]] = [[area, *(rng.randint(40, 900) for _ in months)] for area in areas]
    for row in rows:
        row.append(sum(v for v in row[1:] if isinstance(v, int)))
    whole: list[object] = [rng.choice(TOTALS), *(sum(int(str(r[c])) for r in rows) for c in range(1, len(months) + 2))]
    rows = [whole, *rows] if rng.random() < 0.3 else [*rows, whole]
    headers = [
        rng.choice(("Area", "District", "Local policing area", "")),
        *(month_text(m, style) for m in months),
        rng.choice(("Total", "Period total")),
    ]
    sheet = Sheet(
        f"{measure} by area, {month_text(months[0])} to {month_text(months[-1])}",
        headers,
        ["label", *["count"] * (len(months) + 1)],
        rows,
        "monthly",
    )
    again = [r for r in rows if r is not whole]
    rng.shuffle(again)
    summary = Sheet(
        f"{measure}: latest month by area",
        ["Area", month_text(last, "long")],
        ["label", "count"],
        [[r[0], r[len(months)]] for r in again],
        "summary",
    )
    of_total = [r for r in rows if r is not whole]
    shares = _shares(of_total, len(months) + 1, document.style)
    sheet2 = Sheet(
        f"{measure}: share of the period by area",
        ["Area", "Volume", "Share of total"],
        ["label", "count", "percent"],
        [*([r[0], r[len(months) + 1], s] for r, s in zip(of_total, shares, strict=True)), ["Total", whole[-1], 100.0]],
        "shares",
    )
    area = rng.choice(areas)
    quoted = next(r for r in rows if r[0] == area)[len(months)]
    said = rng.choice(
        (
            "In {p} there were {n} {m} records in {a}.",
            "{a} recorded {n} {m} reports in {p}.",
            "{m} in {a} stood at {n} in {p}.",
        )
    )
    if document.held["held_out"]:
        said = rng.choice(
            (
                "For {a}, the {p} figure for {m} was {n}.",
                "{n} {m} reports were logged in {a} in {p}.",
                "{m} in {a} came to {n} in {p}.",
            )
        )
    document.held["quote"] = (said, area, measure, quoted)
    text = said.format(p=month_text(last), n=document.style.count(int(str(quoted))), m=measure, a=area)
    document.sections.append(
        (
            f"Volumes of {measure}",
            [sheet, summary, sheet2],
            [text, rng.choice(NEUTRAL).format(next=month_text(last + 1))],
        )
    )


def _shares(rows: list[list[object]], at: int, style: Style) -> list[float]:
    total = sum(int(str(r[at])) for r in rows)
    return [half_up(100 * int(str(r[at])) / total, style.decimals) for r in rows]


def _yearly(document: Document, rng: random.Random, measures: list[str], last: int) -> None:
    """One row a measure: limits, two months, two years to date and their change; the list of exceptional volumes."""
    upper, lower = rng.choice(LIMIT_HEADERS)
    start = last // 12 if last % 12 >= 3 else last // 12 - 1
    fy = [f"{y}/{(y + 1) % 100:02d}" for y in (start, start - 1)]
    rows: list[list[object]] = []
    outside: list[str] = []
    for measure in measures:
        mean = rng.randint(60, 1500)
        width = rng.randint(12, 15 + mean // 4)
        is_out = rng.random() < 0.3
        now = mean + width + rng.randint(2, width) if is_out else mean + rng.randint(-width + 2, width - 2)
        before = rng.randint(max(20, mean - width), mean + width)
        ytd, ytd_before = now * rng.randint(2, 5) + rng.randint(1, 60), before * rng.randint(2, 5) + rng.randint(1, 60)
        outside += [measure] if is_out else []
        rows.append(
            [
                measure,
                mean + width,
                mean - width,
                now,
                before,
                ytd,
                ytd_before,
                half_up(100 * (ytd - ytd_before) / ytd_before, document.style.decimals),
            ]
        )
    headers = [
        rng.choice(("Measure", "Crime type", "")),
        upper,
        lower,
        month_text(last, "short"),
        month_text(last - 12, "short"),
        f"YTD {fy[0]}",
        f"YTD {fy[1]}",
        f"YTD {rng.choice(CHANGE_HEADERS)}",
    ]
    kinds = ["label", "count", "count", "count", "count", "count", "count", "change"]
    sheet = Sheet(
        "Recorded volumes and their limits",
        headers,
        kinds,
        rows,
        "yearly",
        (1, 2) if document.layout == "printed" else None,
    )
    flagged = document.layout == "long" or rng.random() < 0.25
    sentences = [rng.choice(NEUTRAL).format(next=month_text(last + 1))]
    if flagged:
        yes, no = rng.choice((("Yes", "No"), ("Above", "Within"), ("1", "0")))
        sheet.headers.append(rng.choice(("Exceptional", "Outside limits")))
        sheet.kinds.append("text")
        for row in rows:
            row.append(yes if row[0] in outside else no)
        document.held["flags"] = (yes, no)
    else:
        phrase = rng.choice(LISTS_HELD if document.held["held_out"] else LISTS)
        document.held["list"] = phrase
        sentences.append(phrase.format(items=joined(outside), pa=month_text(last)) if outside else rng.choice(NOBODY))
    document.held |= {"outside": outside}
    document.sections.append(("Exceptional volumes", [sheet], sentences))


def _performance(document: Document, rng: random.Random, areas: list[str], last: int) -> None:
    """Incidents attended in time with their per cent and times; officers, cases and their ratio; targets."""
    rows: list[list[object]] = []
    for area in areas:
        incidents = rng.randint(80, 900)
        attended = int(incidents * rng.uniform(0.5, 0.95))
        middle = rng.randint(9, 30)
        rows.append(
            [
                area,
                incidents,
                attended,
                half_up(100 * attended / incidents, document.style.decimals),
                rng.randint(1, middle - 2),
                middle,
                middle + rng.randint(5, 70),
            ]
        )
    sheet = Sheet(
        "Response to emergencies",
        ["Area", "Incidents", "Attended on time", "% on time", "Shortest (mins)", "Median (mins)", "Longest (mins)"],
        ["label", "count", "count", "percent", "count", "count", "count"],
        rows,
        "response",
    )
    ratios: list[list[object]] = []
    for area in areas:
        officers = rng.randint(20, 90)
        cases = officers * rng.randint(2, 9) + rng.randint(1, officers - 1)
        ratios.append([area, officers, cases, half_up(cases / officers, 1)])
    header = rng.choice(
        ("Cases per officer", "Ratio of cases to officers", "Cases-to-officers ratio", "Cases : officers ratio")
    )
    ratio = Sheet(
        "Caseloads", ["Area", "Officers", "Cases", header], ["label", "count", "count", "ratio"], ratios, "ratio"
    )
    status: list[list[object]] = []
    met, missed = rng.choice((("Met", "Not met"), ("Yes", "No"), ("Achieved", "Missed"), ("On target", "Off target")))
    for service in rng.sample(SERVICES, 4):
        target = rng.choice((75, 80, 85, 90))
        actual = target + rng.choice((-1, 1)) * rng.randint(1, 9)
        status.append([service.capitalize(), float(target), float(actual), met if actual >= target else missed])
    scorecard = Sheet(
        "Scorecard",
        ["Indicator", "Target", "Actual", rng.choice(("Status", "Target met", "Met?", "RAG status"))],
        ["label", "percent", "percent", "text"],
        status,
        "scorecard",
    )
    document.held["status"] = (met, missed)
    document.sections.append(
        (
            "Performance and caseloads",
            [sheet, ratio, scorecard],
            [rng.choice(NEUTRAL).format(next=month_text(last + 1))],
        )
    )


def _statements(document: Document, rng: random.Random, measures: list[str], last: int) -> None:
    held = bool(document.held["held_out"])
    found = []
    for measure in measures[1:4]:
        earlier = rng.randint(50, 2500)
        later = max(20, int(earlier * rng.uniform(0.6, 1.5)))
        later += 3 if abs(later - earlier) < 3 else 0
        phrase = rng.choice(PHRASES_HELD if held else PHRASES_TUNED)
        found.append(Statement(measure, later, earlier, (last - 30, last - 42), phrase, held, rng.randint(0, 9)))
    document.held["statements"] = found
    document.sections.append(("Longer trends", [], [s.text(document.style) for s in found]))


def _claims(document: Document, rng: random.Random, last: int) -> None:
    """Targets, ratios, quarters, windows and shares in words."""
    held = bool(document.held["held_out"])
    phrase, sense = rng.choice(TARGETS_HELD if held else TARGETS)
    target = rng.choice((70, 75, 80, 85, 90))
    actual = target + rng.choice((-1, 1)) * rng.randint(2, 9)
    document.held["target"] = (phrase, sense, rng.choice(SERVICES), actual, target)
    start = last // 12 - 1
    quarter = rng.randint(1, 4)
    year = f"{start}/{(start + 1) % 100:02d}"
    q = rng.choice(
        (
            "Q{q} {y} ({a} to {b}) is the period covered.",
            "This report covers Q{q} ({a} - {b}).",
            "Quarter {q} {y} ({a} to {b}) was quiet.",
        )
    )
    window = rng.choice(
        (
            "The twelve months to {b} ({a} to {b}) were used as the baseline.",
            "The baseline is the 12 months from {a} to {b}.",
            "A rolling 12 month window ({a} to {b}) is shown.",
        )
    )
    compare = rng.choice(
        (
            "Demand in {a} was lighter than in the same month last year ({b}).",
            "Demand in {a} differed little from a year earlier ({b}).",
        )
    )
    whole = rng.randint(12, 90)
    part = rng.randint(2, whole - 2)
    share = half_up(100 * part / whole, 0)
    document.held |= {
        "quarter": (q, quarter, year),
        "window": (window, last - 11, last),
        "compare": (compare, last, last - 12),
        "share": (part, whole, share),
    }
    document.sections.append(
        (
            "Targets and periods",
            [],
            [
                target_text(document),
                q.format(q=quarter, y=year, a=QUARTERS[quarter][0], b=QUARTERS[quarter][1]),
                window.format(a=month_text(last - 11), b=month_text(last)),
                compare.format(a=month_text(last), b=month_text(last - 12)),
                f"{part} of the {whole} plans ({share:.0f}%) were closed.",
            ],
        )
    )


def target_text(document: Document, *, wrong: bool = False) -> str:
    phrase, _, service, actual, target = document.held["target"]
    reached = (actual >= target) != wrong
    return str(phrase).format(
        s=service,
        a=f"{actual}%",
        t=f"{target}%",
        above="above" if reached else "below",
        met="met" if reached else "missed",
    )


# ---- planting: each changes one thing and says what


def _set_sentence(document: Document, heading: str, at: int, text: str) -> None:
    document.sentences(heading)[at] = text


def plant_sum(document: Document, rng: random.Random) -> str:
    sheet = document.sheet("monthly")
    row, column = rng.choice(sheet.rows), rng.randint(1, len(sheet.headers) - 1)
    row[column] = int(str(row[column])) + rng.choice((-1, 1)) * rng.choice((1, 3, 9, 10, 20, 33))
    return f"{row[0]} {sheet.headers[column]}"


def plant_percent(document: Document, rng: random.Random) -> str:
    name, change, top, bottom = rng.choice((("yearly", 7, 5, 6), ("response", 3, 2, 1), ("shares", 2, 1, -1)))
    sheet = document.sheet(name)
    row = rng.choice(sheet.rows if name != "shares" else sheet.rows[:-1])
    if name == "yearly" and rng.random() < 0.4:
        a, b = int(str(row[top])), int(str(row[bottom]))
        wrong = half_up(100 * (a - b) / a, document.style.decimals)
        if wrong != row[change]:
            row[change] = wrong
            return "divided by the later"
    step = rng.choice((2, 3, 5, 11))
    row[change] = float(str(row[change])) + (
        step if name == "yearly" or float(str(row[change])) + step < 100 else -step
    )
    return f"{row[0]}"


def plant_copy(document: Document, rng: random.Random) -> str:
    sheet = document.sheet(rng.choice(("monthly", "yearly", "response")))
    rows = [r for r in sheet.rows if r[0] not in TOTALS]
    one, other = rng.sample(rows, 2)
    width = len([k for k in sheet.kinds if k != "text"])
    first = rng.randint(1, max(1, width - 4)) if rng.random() < 0.4 else 1
    last = width if first == 1 else min(width, first + rng.randint(3, 4))
    if sheet.name == "response":
        first, last = 1, len(one)
    other[first:last] = one[first:last]
    return f"{one[0]} over {other[0]}"


def plant_swap(document: Document, rng: random.Random) -> str:
    choice = rng.choice(("summary", "yearly", "monthly"))
    sheet = document.sheet(choice)
    rows = [r for r in sheet.rows if r[0] not in TOTALS]
    column = (
        1
        if choice == "summary"
        else rng.choice((5, 7))
        if choice == "yearly"
        else rng.randint(1, len(sheet.headers) - 2)
    )
    pairs = [(a, b) for n, a in enumerate(rows) for b in rows[n + 1 :] if a[column] != b[column]]
    one, other = rng.choice(pairs)
    one[column], other[column] = other[column], one[column]
    return f"{one[0]} / {other[0]} {sheet.headers[column]}"


def _relist(document: Document, items: list[str]) -> None:
    last = int(str(document.held["last"]))
    text = str(document.held["list"]).format(items=joined(items), pa=month_text(last)) if items else NOBODY[0]
    _set_sentence(document, "Exceptional", 1, text)


def plant_unlisted(document: Document, rng: random.Random) -> str:
    sheet, outside = document.sheet("yearly"), list(document.held["outside"])
    if not outside:
        row = rng.choice(sheet.rows)
        row[3] = int(str(row[1])) + rng.randint(3, 20)
        return f"{row[0]} raised"
    name = rng.choice(outside)
    if "flags" in document.held:
        next(r for r in sheet.rows if r[0] == name)[-1] = document.held["flags"][1]
    else:
        _relist(document, [n for n in outside if n != name])
    return str(name)


def plant_listed(document: Document, rng: random.Random) -> str:
    sheet, outside = document.sheet("yearly"), list(document.held["outside"])
    inside = [r for r in sheet.rows if r[0] not in outside]
    if not inside:
        row = sheet.rows[0]
        row[3] = int(str(row[1])) - 2
        return str(row[0])
    row = rng.choice(inside)
    if "flags" in document.held:
        row[-1] = document.held["flags"][0]
    else:
        items = [*outside, row[0]]
        rng.shuffle(items)
        _relist(document, items)
    return str(row[0])


def plant_sentence(document: Document, rng: random.Random) -> str:
    statements: list[Statement] = document.held["statements"]
    at = rng.randrange(len(statements))
    said = statements[at]
    true = abs(100 * (said.later - said.earlier) / said.earlier)
    kind = rng.choice(("direction", "percent", "change", "levels"))
    if kind == "percent" and "{p}" in said.phrase + " ".join(NOUNS_HELD[UP]) * ("{noun}" in said.phrase and said.held):
        said.percent = half_up(true, document.style.decimals) + rng.choice((2, 4, 9))
    elif kind == "change" and "{c}" in said.phrase:
        said.change = abs(said.later - said.earlier) + rng.choice((1, 7, 10))
    elif kind == "levels":
        said.percent, said.change, said.sign = (
            half_up(true, document.style.decimals),
            abs(said.later - said.earlier),
            UP if said.later > said.earlier else DOWN,
        )
        said.later, said.earlier = said.earlier, said.later
    else:
        said.sign = DOWN if said.later > said.earlier else UP
    _set_sentence(document, "Longer trends", at, said.text(document.style))
    return said.text(document.style)


def plant_ratio(document: Document, rng: random.Random) -> str:
    sheet = document.sheet("ratio")
    row = rng.choice(sheet.rows)
    row[3] = half_up(int(str(row[1])) / int(str(row[2])), 1)
    return f"{row[0]}"


def plant_fact(document: Document, rng: random.Random) -> str:
    if rng.random() < 0.5:
        row = rng.choice(document.sheet("summary").rows)
        row[1] = int(str(row[1])) + rng.choice((1, 9, 10, 18, -11))
        return f"{row[0]}"
    said, area, measure, quoted = document.held["quote"]
    wrong = int(str(quoted)) + rng.choice((1, 9, 27, -12))
    text = str(said).format(
        p=month_text(int(str(document.held["last"]))), n=document.style.count(wrong), m=measure, a=area
    )
    _set_sentence(document, "Volumes of", 0, text)
    return text


def plant_target(document: Document, rng: random.Random) -> str:
    if rng.random() < 0.5:
        row = rng.choice(document.sheet("scorecard").rows)
        met, missed = document.held["status"]
        row[3] = missed if row[3] == met else met
        return f"{row[0]}"
    text = target_text(document, wrong=True)
    _set_sentence(document, "Targets", 0, text)
    return text


def plant_impossible(document: Document, rng: random.Random) -> str:
    kind = rng.choice(("share", "negative", "limits", "ytd", "date", "median"))
    if kind == "share":
        rng.choice(document.sheet("response").rows)[3] = 100 + rng.randint(2, 80)
    elif kind == "negative":
        rng.choice(document.sheet("response").rows)[1] = -rng.randint(1, 90)
    elif kind == "limits":
        row = rng.choice(document.sheet("yearly").rows)
        row[1], row[2] = row[2], row[1]
    elif kind == "ytd":
        row = rng.choice(document.sheet("yearly").rows)
        row[5] = int(str(row[3])) - rng.randint(1, 20)
    elif kind == "median":
        row = rng.choice(document.sheet("response").rows)
        row[5] = int(str(row[6])) + rng.randint(1, 30)
    else:
        month, day = rng.choice((("June", 31), ("November", 31), ("April", 31), ("February", 30)))
        _set_sentence(
            document,
            "Performance",
            0,
            f"The figures were taken on {day} {month} {int(str(document.held['last'])) // 12}.",
        )
    return kind


def plant_period(document: Document, rng: random.Random) -> str:
    kind = rng.choice(("column", "quarter", "window", "compare"))
    if kind == "column":
        sheet = document.sheet("monthly")
        if len(sheet.headers) < 5:
            kind = "quarter"
        else:
            at = rng.randint(1, len(sheet.headers) - 2)
            last = int(str(document.held["last"]))
            true = last - (len(sheet.headers) - 2 - at)
            wrong = true + rng.choice((-12, 12, 5, -5))
            style = (
                "long"
                if sheet.headers[at] == month_text(true, "long")
                else "short"
                if sheet.headers[at] == month_text(true, "short")
                else "dash"
            )
            sheet.headers[at] = month_text(wrong, style)
            return kind
    if kind == "quarter":
        q, quarter, year = document.held["quarter"]
        months = QUARTERS[(int(quarter) + rng.choice((0, 1))) % 4 + 1]
        # the calendar's own quarters are another right way of numbering: never planted
        if months == QUARTERS[(int(quarter) + 2) % 4 + 1]:
            months = QUARTERS[int(quarter) % 4 + 1]
        _set_sentence(document, "Targets", 1, str(q).format(q=quarter, y=year, a=months[0], b=months[1]))
    elif kind == "window":
        window, first, last = document.held["window"]
        _set_sentence(
            document,
            "Targets",
            2,
            str(window).format(a=month_text(int(first) + rng.choice((1, 2, -1, -3))), b=month_text(int(last))),
        )
    else:
        compare, now, before = document.held["compare"]
        _set_sentence(
            document,
            "Targets",
            3,
            str(compare).format(a=month_text(int(now)), b=month_text(int(before) + rng.choice((-12, 1, -1)))),
        )
    return kind


PLANTS: dict[str, Callable[[Document, random.Random], str]] = {
    "parts_do_not_sum": plant_sum,
    "percent_does_not_follow": plant_percent,
    "rows_copied": plant_copy,
    "rows_swapped": plant_swap,
    "outside_limits_not_listed": plant_unlisted,
    "listed_inside_limits": plant_listed,
    "sentence_cannot_hold": plant_sentence,
    "ratio_wrong_way": plant_ratio,
    "fact_quoted_differently": plant_fact,
    "target_claim_wrong": plant_target,
    "impossible_value": plant_impossible,
    "wrong_period_label": plant_period,
}


# ---- printing


def _cell(value: object, kind: str, style: Style) -> str:
    if value is None:
        return style.missing
    if kind == "count":
        return style.count(float(str(value)))
    if kind == "percent":
        return style.percent(float(str(value)))
    if kind == "change":
        return style.percent(float(str(value)), sign=True)
    if kind == "ratio":
        return f"{float(str(value)):.1f}"
    return str(value)


def printed(sheet: Sheet, style: Style) -> tuple[list[str], list[list[str]]]:
    rows = [[_cell(v, k, style) for v, k in zip(row, sheet.kinds, strict=True)] for row in sheet.rows]
    headers = list(sheet.headers)
    if sheet.two_in_one:
        a, b = sheet.two_in_one
        rows = [[*r[:a], f"{r[a]} {r[b]}", *r[b + 1 :]] for r in rows]
        headers = [*headers[:a], "", *headers[b + 1 :]]
    return headers, rows


def as_markdown(document: Document, rng: random.Random) -> str:
    lines = ["# Quarterly report", ""]
    for heading, sheets, sentences in document.sections:
        lines += [f"## {heading}", ""]
        for sheet in sheets:
            headers, rows = printed(sheet, document.style)
            lines += [f"### {sheet.title}", "", "| " + " | ".join(headers) + " |", "|" + "---|" * len(headers)]
            lines += [
                "| " + " | ".join(f"**{c}**" if r[0] in TOTALS and rng.random() < 0.3 else c for c in r) + " |"
                for r in rows
            ]
            lines.append("")
        lines += [f"- {s}" if rng.random() < 0.7 else f"{s}\n" for s in sentences] + [""]
    return "\n".join(lines)


def as_html(document: Document) -> str:
    parts = ["<!doctype html><html lang='en'><head><title>Report</title></head><body><h1>Report</h1>"]
    for heading, sheets, sentences in document.sections:
        parts.append(f"<h2>{heading}</h2>")
        for sheet in sheets:
            headers, rows = printed(sheet, document.style)
            parts.append(
                f"<table><caption>{sheet.title}</caption><thead><tr>"
                + "".join(f"<th scope=col>{h}</th>" for h in headers)
                + "</tr></thead><tbody>"
            )
            parts += [f"<tr><th scope=row>{r[0]}</th>{''.join(f'<td>{c}</td>' for c in r[1:])}</tr>" for r in rows]
            parts.append("</tbody></table>")
        parts.append("<ul>" + "".join(f"<li>{s}</li>" for s in sentences) + "</ul>")
    return "\n".join([*parts, "</body></html>"])


def as_printed(document: Document) -> str:
    """Text as it comes out of a PDF: tabs in tables, bullets, two limits in one cell."""
    lines: list[str] = []
    for heading, sheets, sentences in document.sections:
        lines += [heading, ""]
        for sheet in sheets:
            headers, rows = printed(sheet, document.style)
            lines += [sheet.title, "", "\t".join(headers), *("\t".join(r) for r in rows), ""]
        lines += ["Key points", "", *(f"- {s}" for s in sentences), ""]
    return "\n".join(lines)


def as_long(document: Document) -> tuple[dict[str, str], str]:
    """One CSV a table (the monthly one as area, month, value) with a title above and a note below; sentences apart."""
    files: dict[str, str] = {}
    for _, sheets, _ in document.sections:
        for sheet in sheets:
            headers, rows = printed(sheet, document.style)
            if sheet.name == "monthly":
                headers, rows = (
                    ["Area", "Month", "Volume"],
                    [[r[0], h, c] for r in rows for h, c in zip(headers[1:], r[1:], strict=True)],
                )
            quoted = [[f'"{c}"' if "," in c else c for c in r] for r in [headers, *rows]]
            title = f'"{sheet.title}"' if "," in sheet.title else sheet.title
            files[f"{sheet.name}.csv"] = (
                "\n".join([title, "", *(",".join(r) for r in quoted), "", "Note: provisional figures"]) + "\n"
            )
    text = "\n".join(
        line
        for heading, _, sentences in document.sections
        for line in (f"## {heading}", "", *(f"- {s}" for s in sentences), "")
    )
    return files, text


def rendered(document: Document, seed: int) -> dict[str, str]:
    """File names and their text."""
    rng = random.Random(seed)
    if document.layout == "long":
        files, text = as_long(document)
        return {**files, "report.md": text}
    if document.layout == "printed":
        return {"report.txt": as_printed(document)}
    return {"report.html": as_html(document)} if rng.random() < 0.5 else {"report.md": as_markdown(document, rng)}


def planted(rule: str, seed: int, *, held_out: bool = False) -> tuple[Document, str]:
    """A report with one error of one rule, and what was done."""
    document = clean(seed, held_out=held_out)
    return document, PLANTS[rule](document, random.Random(seed + 1))
