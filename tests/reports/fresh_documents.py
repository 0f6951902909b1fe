"""Performance reports of other organisations, each true to one small world, with at most one error planted.

Written without sight of the phrases in ``planting.py``: two phrase sets, ``first`` (the rules were mended on it) and
``held`` (tried only after the mending). ``fresh(seed, rule, phrases)`` returns the files of one report.
"""

from __future__ import annotations

import io
import random
import re
from dataclasses import dataclass, field
from typing import Literal

import xlsxwriter

Phrases = Literal["first", "held"]
Row = list[str]

ORGANISATIONS: dict[str, tuple[list[str], list[str], str]] = {
    "Brackenshire Fire and Rescue Service": (
        ["Oakwell", "Stenby", "Port Lorne", "Highfold", "Marsh End", "Tilby"],
        [
            "accidental dwelling fires",
            "deliberate secondary fires",
            "road traffic collisions attended",
            "false alarms",
            "flooding incidents",
            "home safety visits",
            "lift rescues",
        ],
        "Station",
    ),
    "Wenlow Hospitals NHS Trust": (
        ["Surgery", "Medicine", "Women and Children", "Diagnostics", "Community", "Cancer Services"],
        [
            "emergency attendances",
            "inpatient falls",
            "complaints received",
            "cancelled operations",
            "pressure ulcers",
            "delayed discharges",
            "medication incidents",
        ],
        "Directorate",
    ),
    "Lydecombe Borough Council": (
        ["Abbey", "Castle", "Riverside", "St Anne's", "Newtown", "Whitmoor"],
        [
            "fly-tipping reports",
            "missed bin collections",
            "pothole repairs",
            "noise complaints",
            "housing applications",
            "planning appeals",
            "blue badge requests",
        ],
        "Ward",
    ),
    "Eastmere Constabulary": (
        ["Coastal", "Central", "Fenland", "Valley", "Airport", "Moorside"],
        [
            "residential burglaries",
            "vehicle thefts",
            "shoplifting offences",
            "knife-enabled robberies",
            "domestic abuse offences",
            "hate crimes",
            "public order offences",
        ],
        "District",
    ),
    "Office of the Commissioner for Garthdale": (
        ["Garth", "Upper Dale", "Lower Dale", "Holm", "Ness", "Skerry"],
        [
            "victim referrals",
            "community remedies",
            "out of court disposals",
            "funded interventions",
            "custody visits",
            "review requests",
            "hotspot patrols",
        ],
        "Locality",
    ),
}
# name of a percentage measure, and whether more is better
INDICATORS = [
    ("calls answered within 10 seconds", True),
    ("four-hour performance", True),
    ("first-time fix rate", True),
    ("public confidence", True),
    ("staff appraisals completed", True),
    ("invoices paid on time", True),
    ("sickness absence rate", False),
    ("repeat contact rate", False),
    ("abandonment rate", False),
    ("vacancy rate", False),
]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

# [up|down] is chosen by direction; M is the measure with a capital; a earlier, b later, d change, p per cent
MOVES: dict[Phrases, list[str]] = {
    "first": [
        "{M} [rose|fell] from {a} in {pa} to {b} in {pb}, [an increase|a decrease] of {p}.",
        "There were {b} {m} in {pb}, compared with {a} in {pa}, [up|down] {p}.",
        "{b} {m} were recorded in {pb}, [up|down] {d} on the {a} recorded in {pa}.",
        "In {pb} {m} stood at {b}, {p} [higher|lower] than the {a} seen in {pa}.",
        "{M} reached {b} in {pb} ({pa}: {a}), a [rise|drop] of {d}.",
        "At {b}, {m} were [above|below] the {a} of {pa}, [growth|a reduction] of {p}.",
        "The number of {m} has [gone up|come down] by {d} ({p}) since {pa}, from {a} to {b}.",
        "Compared with {pa}, when {a} were logged, {m} [climbed|dropped] to {b}, which is {d} [more|fewer].",
        "{M}: {b} this month against {a} last month ([+|-]{p}).",
        "{M} have [increased|decreased] noticeably, from {a} to {b}.",
        "{M} [went up|went down] to {b} in {pb} from {a} in {pa}; that is a [gain|loss] of {d}.",
        "A total of {b} {m} was received in {pb}. This is [an increase|a fall] of {p} on {pa} ({a}).",
        "{frac}",
        "{points}",
    ],
    "held": [
        "{pb} saw {b} {m}, [an uplift|a reduction] of {p} against {a} in {pa}.",
        "We dealt with {b} {m} in {pb}; in {pa} the figure was {a}, so volumes are [up|down] by {d}.",
        "{M} totalled {b} in {pb}, [surpassing|undershooting] the {pa} figure of {a} by {p}.",
        "A [jump|slump] of {p} took {m} from {a} to {b}.",
        "{M} [grew|shrank] by {d} to {b}, having been {a} in {pa}.",
        "{d} [more|fewer] {m} were reported in {pb} ({b}) than in {pa} ({a}).",
        "With {a} in {pa} and {b} in {pb}, {m} are [rising|falling].",
        "From a position of {a} in {pa}, {m} [advanced|receded] to {b} in {pb}, a difference of {d}.",
        "{M} ran at {b} in {pb} versus {a} in {pa}, equating to a {p} [increase|decrease].",
        "Demand [edged up|edged down]: {b} {m} in {pb}, {a} in {pa}.",
        "The {pa} total of {a} {m} was followed by {b} in {pb} ({p} [higher|lower]).",
        "{M} [swelled|dwindled] to {b}, against {a} a month earlier, which is a [{p} rise|{p} cut].",
        "{frac}",
        "{points}",
    ],
}
# factor, first wording, held wording; the error says another factor's words
FRACTIONS: dict[Phrases, list[tuple[float, str]]] = {
    "first": [
        (2 / 3, "{M} fell by a third, to {b} from {a}."),
        (1.95, "{M} nearly doubled between {pa} and {pb}, from {a} to {b}."),
        (0.5, "{M} halved from {a} to {b}."),
        (0.75, "There was a fall of a quarter in {m}, from {a} to {b}."),
        (3.02, "{M} have trebled, from {a} in {pa} to {b} in {pb}."),
    ],
    "held": [
        (2.2, "{M} more than doubled, to {b} in {pb} from {a} in {pa}."),
        (1.5, "{M} rose by half between {pa} ({a}) and {pb} ({b})."),
        (0.745, "{M} were cut by a quarter: {b} now, {a} then."),
        (4.0, "{M} quadrupled from {a} to {b}."),
        (0.34, "{M} are down by two thirds, from {a} in {pa} to {b} in {pb}."),
    ],
}
POINTS: dict[Phrases, list[str]] = {
    "first": [
        "{K} [improved|slipped] from {x} to {y}, [up|down] {z} percentage points.",
        "{K} was {y} in {pb}, {z} percentage points [higher|lower] than in {pa} ({x}).",
    ],
    "held": [
        "{K} moved from {x} to {y}, a {z} percentage point [gain|loss].",
        "{K} finished {pb} on {y}, [an increase|a decrease] of {z}pp on {x} in {pa}.",
    ],
}
# ok: the target is met; [met|missed] by outcome, {above|below} literal position as <above|below>
TARGETS: dict[Phrases, list[str]] = {
    "first": [
        "At {v}, {k} [met|did not meet] the {t} standard.",
        "{K} was {v} against a target of {t}; the target was [achieved|not achieved].",
        "The ambition of {t} for {k} was [met|missed], with {v} in {pb}.",
        "Performance on {k}, {v}, is <above|below> the {t} target.",
        "{K} stood at {v}, [meeting|failing to meet] the {t} aim.",
        "{K} finished at {v}, [delivering|narrowly missing] the {t} standard.",
        "With {v} in {pb}, we [reached|failed to reach] the {t} target for {k}.",
        "The service [achieved|did not achieve] its {t} target for {k} ({v}).",
        "{K}: {v} (target {t}). Target [met|not met].",
    ],
    "held": [
        "{K} came in at {v}, [satisfying|falling foul of] the {t} requirement.",
        "Our commitment of {t} on {k} was [honoured|broken], with {v} in {pb}.",
        "We [hit|missed] our goal of {t} for {k}, recording {v}.",
        "{K} [satisfied|underperformed against] the {t} benchmark, at {v}.",
        "At {v}, {k} was [within|outside] the {t} tolerance.",
        "{K} ended {pb} at {v}, [good enough for|not enough for] the {t} standard.",
        "The {t} threshold for {k} was [attained|not attained]: {v}.",
        "{K} was {v} in {pb}, <higher|lower> than the {t} aspiration.",
        "Good progress: {k} at {v} [passes|does not pass] the {t} standard.",
    ],
}
LISTS: dict[Phrases, list[str]] = {
    "first": [
        "The following measures were outside their expected range in {pb}: {all}.",
        "Special cause variation is shown by {all}.",
        "Measures beyond their control limits in {pb} were {all}.",
        "Exceptional volumes were recorded in {pb} for {all}.",
        "Out of control in {pb}: {all}.",
        "{up_sentence}",
        "Unusual levels were seen in {pb} for {all}.",
        "Of the measures in the table, {all} breached their process limits.",
        "{bullets:Measures signalling an unusual level in %s:}",
    ],
    "held": [
        "Outliers in {pb} were {all}.",
        "Statistically significant variation was seen in {all}.",
        "{All} sit beyond the natural process limits.",
        "{All} lay outside the normal range of variation.",
        "We flag {all} as statistically unusual for {pb}.",
        "Points beyond the control lines in {pb}: {all}.",
        "All measures other than {all} were within their expected ranges.",
        "{up_held}",
        "{bullets:Assurance exceptions for %s (outside the control limits):}",
    ],
}
NONE_LISTED: dict[Phrases, list[str]] = {
    "first": [
        "No measures were outside their expected range in {pb}.",
        "All measures were within their control limits.",
    ],
    "held": ["There were no outliers in {pb}.", "Every measure fell inside its process limits in {pb}."],
}
QUOTES: dict[Phrases, list[str]] = {
    "first": [
        "{M} stood at {b} in {pb}.",
        "There were {b} {m} in {pb}.",
        "In {pb}, {b} {m} were recorded.",
        "The service recorded {b} {m} during {pb}.",
        "{M} ({pb}): {b}.",
    ],
    "held": [
        "{pb} brought {b} {m}.",
        "A total of {b} {m} came in during {pb}.",
        "{M} amounted to {b} in {pb}.",
        "In {pb} the number of {m} was {b}.",
        "We handled {b} {m} in {pb}.",
    ],
}
RATIO: dict[Phrases, list[str]] = {
    "first": [
        "There were {r} cases per officer ({c} cases, {o} officers).",
        "The {o} caseworkers hold {c} cases between them, or {r} cases per caseworker.",
    ],
    "held": [
        "Workload averaged {r} cases per officer: {c} cases shared by {o} officers.",
        "With {c} cases and {o} officers there were {r} cases for each officer.",
    ],
}
WINDOWS: dict[Phrases, list[str]] = {
    "first": [
        "Figures cover Q{q} {fy} ({qa} to {qb} {qy}).",
        "The rolling year is the 12 months to {rb} ({ra} to {rb}).",
        "Quarter {q} of {fy} runs from {qa} {qy} to {qb} {qy}.",
    ],
    "held": [
        "This report looks at Q{q} {fy}, that is {qa} to {qb} {qy}.",
        "Data are for the twelve months ending {rb}, from {ra} to {rb}.",
        "Period: {qa} - {qb} {qy} (Q{q} {fy})",
    ],
}
NOISE: dict[Phrases, list[str]] = {
    "first": [
        "The national average of 84% is shown for context only.",
        "Page 3 of 12.",
        "The target will be reviewed in 2026 under section 17 of the Act.",
        "For queries call 01632 960123 between 9am and 5pm.",
        "In 2019 inspectors wrote that “complaints rose from 40 to 30”, which was an error in their report.",
        "The £2.4m programme began on 1 April 2023 and employs 14 staff.",
        "Demand remained in line with the seasonal norm.",
        "Three further sites will open in phase 2.",
        "Figures may not be final: late returns are added for up to 6 weeks.",
    ],
    "held": [
        "A peer group of 8 bodies averaged 79% last year.",
        "See appendix 4, table 11.",
        "The board agreed 5 actions at its meeting on 14 May 2024.",
        "The auditor had reported “a decrease from 12 to 19”, since corrected.",
        "An ambition for 2027 has not been set.",
        "About one in ten callers speaks another language at home.",
        "The 2023 census of staff had 1,204 replies (61%).",
        "The picture is broadly stable, and volumes are the lowest since records moved to the new system.",
    ],
}


@dataclass
class Block:
    kind: Literal["heading", "para", "list", "table"]
    text: str = ""
    rows: list[Row] = field(default_factory=list)
    items: list[str] = field(default_factory=list)


class World:
    """One organisation's numbers: every table and sentence is drawn from them."""

    def __init__(self, rng: random.Random, phrases: Phrases) -> None:
        self.rng, self.phrases = rng, phrases
        self.name = rng.choice(list(ORGANISATIONS))
        units, measures, self.unit_word = ORGANISATIONS[self.name]
        self.units = rng.sample(units, rng.randint(4, 6))
        self.measures = rng.sample(measures, rng.randint(5, 7))
        self.first_year = rng.choice([2019, 2021, 2022, 2023])
        self.comma = rng.random() < 0.7
        self.places = rng.choice([0, 1, 1])
        self.month_style = rng.choice(["%B %Y", "%b %Y", "%b-%y"])
        size = [rng.choice([25, 60, 180, 700, 2400]) for _ in self.measures]
        self.cells = {
            m: {u: [max(3, round(rng.gauss(s, s / 6))) for _ in range(12)] for u in self.units}
            for m, s in zip(self.measures, size, strict=True)
        }
        self.last = rng.randint(4, 11)

    def n(self, value: float) -> str:
        return f"{value:,.0f}" if self.comma else f"{value:.0f}"

    def pc(self, value: float, places: int | None = None) -> str:
        return f"{value:.{self.places if places is None else places}f}%"

    def period(self, at: int, style: str | None = None) -> str:
        """Month ``at`` of the financial year (0 = April), as printed."""
        month, year = (at + 3) % 12, self.first_year + (at + 3) // 12
        name = MONTHS[month]
        style = style or self.month_style
        if style == "%B %Y":
            return f"{name} {year}"
        return f"{name[:3]} {year}" if style == "%b %Y" else f"{name[:3]}-{year % 100:02d}"

    def total(self, measure: str, at: int) -> int:
        return sum(self.cells[measure][u][at] for u in self.units)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def wrong(rng: random.Random, value: float) -> int:
    """A number that cannot be a rounding of ``value``."""
    return round(value * rng.choice([rng.uniform(1.15, 1.6), rng.uniform(0.5, 0.85)])) + rng.choice([0, 7])


def choose(template: str, up: bool) -> str:
    return re.sub(r"\[([^|\]]*)\|([^\]]*)\]", lambda m: m[1] if up else m[2], template)


def join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


class Report:
    """Builds the blocks of one report, with the error of ``rule`` in it."""

    def __init__(self, seed: int, rule: str | None, phrases: Phrases) -> None:
        self.rng = random.Random(f"{seed}/{rule}/{phrases}")
        self.w = World(self.rng, phrases)
        self.rule, self.phrases = rule, phrases
        self.blocks: list[Block] = [Block("heading", f"{self.w.name}: performance report")]
        self.what = ""

    def say(self, text: str) -> None:
        self.blocks.append(Block("para", text))

    def head(self, *choices: str) -> None:
        self.blocks.append(Block("heading", self.rng.choice(choices)))

    def table(self, rows: list[Row]) -> None:
        self.blocks.append(Block("table", rows=rows))

    def plan(self, rule: str) -> bool:
        return self.rule == rule and not self.what

    def noise(self) -> None:
        if self.rng.random() < 0.6:
            self.say(self.rng.choice(NOISE[self.phrases]))

    # units by months
    def units_by_months(self, measure: str, rule: str | None) -> None:
        w, rng = self.w, self.rng
        span = list(range(max(0, w.last - rng.choice([3, 5, 5])), w.last + 1))
        body = {u: [w.cells[measure][u][at] for at in span] for u in w.units}
        labels = [w.period(at) for at in span]
        total = [sum(body[u][i] for u in w.units) for i in range(len(span))]
        rowsum = rng.random() < 0.6 or rule == "rows_swapped"
        sums = {u: sum(body[u]) for u in w.units}
        grand = sum(total)
        one, two = rng.sample(w.units, 2)
        at = rng.randrange(len(span))
        printed: dict[str, list[float]] = {u: list(v) for u, v in body.items()}
        if rule == "parts_do_not_sum":
            if rng.random() < 0.5:
                total[at] = wrong(rng, total[at])
            else:
                printed[one][at] = wrong(rng, printed[one][at])
            self.what = f"{measure} {labels[at]} sum"
        elif rule == "rows_copied":
            if any(v < 10 for v in body[two]):
                printed[two] = body[two] = [v + 10 for v in body[two]]
            printed[one] = list(body[two])
            sums[one] = rng.choice([sums[one], sums[two]])
            self.what = f"{one} is {two}"
        elif rule == "rows_swapped":
            far = [
                (u, v, i)
                for u in w.units
                for v in w.units
                for i in range(len(span))
                if abs(body[u][i] - body[v][i]) > 2
            ]
            one, two, at = rng.choice(far)
            printed[one][at], printed[two][at] = printed[two][at], printed[one][at]
            self.what = f"{one} and {two} in {labels[at]}"
        elif rule == "impossible_value":
            printed[one][at] = -printed[one][at]
            self.what = f"negative {one}"
        elif rule == "wrong_period_label":
            at = rng.randrange(1, len(span) - 1)
            labels[at] = rng.choice([labels[at - 1], w.period((span[at] + 5) % 12)])
            self.what = f"column {at} says {labels[at]}"
        shape = rng.choice(["wide", "wide", "transposed", "long"]) if rule != "wrong_period_label" else "wide"
        total_word = rng.choice(["Total", "All", w.name.split()[0] + " total", "Overall total"])
        if shape == "wide":
            rows = [[w.unit_word, *labels, *(["Total"] if rowsum else [])]]
            rows += [[u, *(w.n(x) for x in printed[u]), *([w.n(sums[u])] if rowsum else [])] for u in w.units]
            rows.append([total_word, *(w.n(x) for x in total), *([w.n(grand)] if rowsum else [])])
        elif shape == "transposed":
            rows = [["Month", *w.units, total_word]]
            rows += [[labels[i], *(w.n(printed[u][i]) for u in w.units), w.n(total[i])] for i in range(len(span))]
            if rowsum:
                rows.append(["Total", *(w.n(sums[u]) for u in w.units), w.n(grand)])
        else:
            rows = [["Month", w.unit_word, "Number"]]
            for i in range(len(span)):
                rows += [[labels[i], u, w.n(printed[u][i])] for u in w.units] + [[labels[i], total_word, w.n(total[i])]]
        self.head(f"{capital(measure)} by {w.unit_word.lower()}", f"Where {measure} happened: {capital(measure)}")
        self.noise()
        self.table(rows)
        if shape == "long" and rule == "rows_swapped":
            # a second showing of the month is what disproves the two
            self.say(f"{capital(measure)} in the month by {w.unit_word.lower()} are repeated here.")
            self.table([[w.unit_word, labels[at]], *([u, w.n(body[u][at])] for u in w.units)])

    # measures: last month, this month, change
    def change_table(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        now, then = w.last, w.last - 1
        heads = [rng.choice(["Measure", "Indicator", "Category"]), w.period(then), w.period(now)]
        heads += rng.choice([["Change", "% change"], ["Difference", "Percentage change"], ["+/-", "% +/-"]])
        hit = rng.choice(w.measures) if rule == "percent_does_not_follow" else ""
        rows = [heads]
        for m in w.measures:
            a, b = w.total(m, then), w.total(m, now)
            p = 100 * (b - a) / a
            if m == hit:
                p = rng.choice([p + rng.choice([-1, 1]) * rng.uniform(3, 20), -p if abs(p) > 2 else p + 8])
                self.what = f"{m} per cent {p:.1f}"
            sign = "+" if rng.random() < 0.3 else ""
            rows.append([capital(m), w.n(a), w.n(b), f"{b - a:{sign},}", f"{p:{sign}.{w.places}f}%"])
        self.head("Monthly change", "How demand is moving", "Headline volumes")
        self.noise()
        self.table(rows)

    def share_table(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        measure = rng.choice(w.measures)
        counts = [sum(w.cells[measure][u][: w.last + 1]) for u in w.units]
        shares = [100 * c / sum(counts) for c in counts]
        if rule == "percent_does_not_follow":
            at = rng.randrange(len(counts))
            shares[at] += rng.uniform(4, 15)
            self.what = f"share of {w.units[at]}"
        rows = [[w.unit_word, "Number", rng.choice(["% of total", "Share", "Proportion of total"])]]
        rows += [[u, w.n(c), w.pc(s, 1)] for u, c, s in zip(w.units, counts, shares, strict=True)]
        rows.append(["Total", w.n(sum(counts)), w.pc(100, rng.choice([0, 1]))])
        self.head(f"Share of {measure} since April")
        self.table(rows)

    # measures with limits
    def limits_table(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        pb = w.period(w.last)
        out = set(rng.sample(w.measures, rng.choice([1, 2, 2, 3])))
        heads = rng.choice(
            [
                ["Measure", pb, "Lower control limit", "Upper control limit"],
                ["Indicator", pb, "Mean", "LCL", "UCL"],
                ["Measure", pb, "Lower limit", "Average", "Upper limit"],
                ["Measure", "Lower process limit", "Upper process limit", pb],
                ["Measure", pb, "Expected range"],
            ]
        )
        flag = rng.choice([None, None, "Exceptional", "Special cause", "Outside limits?"])
        rows = [heads + ([flag] if flag else [])]
        said = set(out)
        if rule == "outside_limits_not_listed":
            said.discard(rng.choice(sorted(out)))
            if len(out) == 1 and flag is None:
                said = set()
            self.what = f"not listed: {out - said}"
        elif rule == "listed_inside_limits":
            extra = rng.choice(sorted(set(w.measures) - out))
            said.add(extra)
            self.what = f"listed: {extra}"
        above: list[str] = []
        crossed = rng.choice(w.measures) if rule == "impossible_value" else ""
        for m in w.measures:
            v = w.total(m, w.last)
            gap = max(3, round(v * rng.uniform(0.1, 0.3)))
            lo, hi = v - rng.randint(1, gap), v + rng.randint(1, gap)
            if m in out:
                high = rng.random() < 0.75
                lo, hi = (v - 2 * gap, v - max(2, gap // 2)) if high else (v + max(2, gap // 2), v + 2 * gap)
                if high:
                    above.append(m)
            elif m in said and rng.random() < 0.7:
                above.append(m)
            lo = max(lo, 0)
            if m == crossed:
                lo, hi = hi + 2, lo
                self.what = f"limits of {m} crossed"
            by = {
                "mean": f"{(lo + hi) / 2:.1f}",
                "range": f"{w.n(lo)} {rng.choice(['to', '-'])} {w.n(hi)}",
                "low": w.n(lo),
                "high": w.n(hi),
            }
            cells = [capital(m)]
            for head in heads[1:]:
                low = head.lower()
                key = "range" if "range" in low else "low" if low in {"lcl"} or "lower" in low else ""
                key = key or (
                    "high" if low == "ucl" or "upper" in low else "mean" if low in {"mean", "average"} else ""
                )
                cells.append(by[key] if key else w.n(v))
            if flag:
                cells.append("Yes" if m in said else "No")
            rows.append(cells)
        self.head("Exceptions", "Statistical process control", "Control limits", "Variation")
        if flag is None or rng.random() < 0.4:
            self.list_sentence([m for m in w.measures if m in said], set(above), pb)
        self.noise()
        self.table(rows)

    def list_sentence(self, names: list[str], above: set[str], pb: str) -> None:
        rng = self.rng
        if not names:
            self.say(rng.choice(NONE_LISTED[self.phrases]).format(pb=pb))
            return
        template = rng.choice(LISTS[self.phrases])
        if template.startswith("{bullets:"):
            self.blocks.append(Block("list", template[9:-1] % pb, items=[capital(n) for n in names]))
            return
        ups, downs = [n for n in names if n in above], [n for n in names if n not in above]
        if template in {"{up_sentence}", "{up_held}"}:
            pair = (
                ("{0} exceeded the upper control limit.", "{0} fell below the lower control limit.")
                if template == "{up_sentence}"
                else ("Higher than expected in {1}: {0}.", "Lower than expected in {1}: {0}.")
            )
            for form, which in zip(pair, (ups, downs), strict=True):
                if which:
                    self.say(form.format(capital(join(which)), pb))
            return
        self.say(template.format(all=join(names), All=capital(join(names)), pb=pb))

    # sentences about movement
    def moves(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        self.head("Commentary", "Narrative", "What changed")
        plant = rule == "sentence_cannot_hold"
        for m in rng.sample(w.measures, 3):
            now, then = w.last, w.last - 1
            a, b = w.total(m, then), w.total(m, now)
            if a == b:
                continue
            self.say(self.move(m, a, b, then, now, plant))
            plant = False
            self.noise()

    def move(self, m: str, a: int, b: int, then: int, now: int, plant: bool) -> str:
        w, rng = self.w, self.rng
        template = rng.choice(MOVES[self.phrases])
        pa, pb = w.period(then, "%B %Y"), w.period(now, "%B %Y")
        if template == "{frac}":
            factor, text = rng.choice(FRACTIONS[self.phrases])
            a = rng.randint(60, 900)
            b = round(a * (factor if not plant else rng.choice([1.12, 0.9, 1.25, 0.85])))
            if plant:
                self.what = f"{text} {a} {b}"
            return text.format(M=f"Enquiries about {m}", m=f"enquiries about {m}", a=w.n(a), b=w.n(b), pa=pa, pb=pb)
        if template == "{points}":
            x = rng.uniform(55, 90)
            z = rng.uniform(1.5, 8) * rng.choice([-1, 1])
            y = x + z
            x, y = round(x, 1), round(y, 1)
            z = abs(y - x)
            up = y > x
            text = rng.choice(POINTS[self.phrases])
            if plant:
                if rng.random() < 0.5:
                    z = z + rng.uniform(1.5, 6)
                elif "[" in text:
                    up = not up
                self.what = f"points {text} {x} {y} {z:.1f}"
            return choose(text, up).format(
                K=f"Satisfaction with {m}", x=self.w.pc(x, 1), y=self.w.pc(y, 1), z=f"{z:.1f}", pa=pa, pb=pb
            )
        d, p, up = abs(b - a), 100 * abs(b - a) / a, b > a
        if plant:
            ways = ["direction"] if "[" in template else []
            ways += ["percent"] * ("{p}" in template) + ["count"] * ("{d}" in template)
            way = rng.choice(ways)
            up = not up if way == "direction" else up
            p = p + rng.uniform(4, 25) if way == "percent" else p
            d = d + rng.randint(12, 60) + a // 20 if way == "count" else d
            self.what = f"{way}: {template}"
        percent = self.w.pc(p) if rng.random() < 0.75 else f"{p:.{w.places}f} per cent"
        return choose(template, up).format(M=capital(m), m=m, a=w.n(a), b=w.n(b), d=w.n(d), p=percent, pa=pa, pb=pb)

    # targets
    def targets(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        self.head("Standards", "Performance against target", "Our ambitions")
        chosen = rng.sample(INDICATORS, 4)
        pb = w.period(w.last, "%B %Y")
        facts = []
        for k, more in chosen:
            t = rng.choice([80, 85, 90, 95]) if more else rng.choice([5, 8, 10, 12])
            v = round(t + rng.choice([-1, 1]) * rng.uniform(0.6, 4), 1)
            facts.append((k, more, t, v, (v > t) == more))
        in_table = rng.random() < 0.45
        hit = rng.randrange(4) if rule == "target_claim_wrong" else -1
        if in_table:
            head, yes, no = rng.choice(
                [
                    ("Status", "Met", "Not met"),
                    ("Target met?", "Yes", "No"),
                    ("Outcome", "Achieved", "Not achieved"),
                    ("Result", "On target", "Off target"),
                ]
            )
            rows = [["Indicator", "Better is", rng.choice(["Target", "Standard", "Ambition"]), "Actual", head]]
            for i, (k, more, t, v, ok) in enumerate(facts):
                shown = ok != (i == hit)
                rows.append([capital(k), "Higher" if more else "Lower", f"{t}%", w.pc(v, 1), yes if shown else no])
            if hit >= 0:
                self.what = f"status of {facts[hit][0]}"
            self.table(rows)
            return
        for i, (k, more, t, v, ok) in enumerate(facts[:3]):
            template = rng.choice(TARGETS[self.phrases])
            lie = hit % 3 == i and hit >= 0
            shown, over = ok != lie, (v > t) != lie
            text = choose(template, shown)
            text = re.sub(r"<([^|>]*)\|([^>]*)>", lambda s, over=over: s[1] if over else s[2], text)
            if lie:
                self.what = f"{template} {v} {t} {'more' if more else 'less'} is better"
            self.say(text.format(K=capital(k), k=k, v=w.pc(v, 1), t=f"{t}%", pb=pb))
            self.noise()

    def quotes(self, rule: str | None) -> None:
        """A summary that repeats figures of the table of change."""
        w, rng = self.w, self.rng
        summary = [Block("heading", rng.choice(["Summary", "Key messages", "At a glance"]))]
        hit = rng.randrange(2) if rule == "fact_quoted_differently" else -1
        for i, m in enumerate(rng.sample(w.measures, 2)):
            b = w.total(m, w.last)
            if i == hit:
                b = wrong(rng, b)
                self.what = f"{m} {b}"
            text = rng.choice(QUOTES[self.phrases])
            summary.append(Block("para", text.format(M=capital(m), m=m, b=w.n(b), pb=w.period(w.last, "%B %Y"))))
        if rng.random() < 0.5:
            self.blocks[1:1] = summary
        else:
            self.blocks += summary

    def ratios(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        self.head("Workload", "Demand per head")
        if rng.random() < 0.5:
            c, o = rng.randint(300, 2000), rng.randint(20, 90)
            r = c / o if rule != "ratio_wrong_way" else o / c
            self.say(rng.choice(RATIO[self.phrases]).format(r=f"{r:.{1 if r > 1 else 2}f}", c=w.n(c), o=o))
            self.what = self.what or ("ratio sentence" if rule else "")
            return
        people = [rng.randint(12, 80) for _ in w.units]
        cases = [p * rng.randint(4, 25) + rng.randint(0, 9) for p in people]
        hit = rng.randrange(len(people)) if rule == "ratio_wrong_way" else -1
        rows = [[w.unit_word, "Cases", "Staff", rng.choice(["Cases per member of staff", "Cases per head"])]]
        for i, (u, c, s) in enumerate(zip(w.units, cases, people, strict=True)):
            r = s / c if i == hit else c / s
            rows.append([u, w.n(c), str(s), f"{r:.2f}"])
        if hit >= 0:
            self.what = f"ratio of {w.units[hit]}"
        self.table(rows)

    def to_date(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        bad = rng.choice(w.measures) if rule == "impossible_value" else ""
        pb = w.period(w.last)
        rows = [["Measure", pb, rng.choice(["Year to date", "YTD", "Financial year to date"])]]
        for m in w.measures:
            month, ytd = w.total(m, w.last), sum(w.total(m, i) for i in range(w.last + 1))
            if m == bad:
                ytd = round(month * rng.uniform(0.4, 0.9))
                self.what = f"year to date of {m} below its month"
            rows.append([capital(m), w.n(month), w.n(ytd)])
        self.head("Year to date")
        self.table(rows)

    def completion(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        bad = rng.choice(w.units) if rule == "impossible_value" else ""
        rows = [[w.unit_word, rng.choice(["% trained", "Appraisals completed (%)", "Training compliance %"])]]
        for u in w.units:
            v = rng.uniform(60, 99)
            if u == bad:
                v = rng.uniform(104, 140)
                self.what = f"{v:.1f}% of {u}"
            rows.append([u, w.pc(v, 1)])
        self.head("Training compliance")
        self.table(rows)

    def windows(self, rule: str | None) -> None:
        w, rng = self.w, self.rng
        q = w.last // 3 + 1
        first = [3, 6, 9, 0][q - 1]
        year = w.first_year + (q == 4)
        rb, ra = w.period(w.last, "%B %Y"), w.period((w.last + 1) % 12, "%B %Y")
        end_year = w.first_year + (w.last + 3) // 12
        start = (w.last + 4) % 12
        ra = f"{MONTHS[start]} {end_year - (1 if start != 0 else 0)}"
        if rule == "wrong_period_label":
            first = (first + rng.choice([1, 2, 3, 6])) % 10
            shift = rng.choice([1, 2, 3])
            ra = f"{MONTHS[(start + shift) % 12]} {end_year - (1 if start + shift <= 11 and start else 0)}"
            self.what = "window"
        text = rng.choice(WINDOWS[self.phrases])
        fy = f"{w.first_year}/{(w.first_year + 1) % 100:02d}"
        self.say(text.format(q=q, fy=fy, qa=MONTHS[first], qb=MONTHS[first + 2], qy=year, rb=rb, ra=ra))

    def build(self) -> list[Block]:
        rule, rng = self.rule, self.rng
        homes = {
            "parts_do_not_sum": ["units"],
            "rows_copied": ["units"],
            "rows_swapped": ["units"],
            "percent_does_not_follow": ["change", "share"],
            "outside_limits_not_listed": ["limits"],
            "listed_inside_limits": ["limits"],
            "sentence_cannot_hold": ["moves"],
            "ratio_wrong_way": ["ratios"],
            "fact_quoted_differently": ["quotes"],
            "target_claim_wrong": ["targets"],
            "impossible_value": ["units", "limits", "ytd", "completion"],
            "wrong_period_label": ["units", "windows"],
        }
        home = rng.choice(homes[rule]) if rule else ""
        makers = {
            "units": lambda r: self.units_by_months(rng.choice(self.w.measures), r),
            "change": self.change_table,
            "share": self.share_table,
            "limits": self.limits_table,
            "moves": self.moves,
            "ratios": self.ratios,
            "targets": self.targets,
            "ytd": self.to_date,
            "completion": self.completion,
            "windows": self.windows,
        }
        kept = {name for name in makers if rng.random() < 0.6} | {home} - {"quotes"}
        if home == "quotes" or rng.random() < 0.5:
            kept |= {"change"}
        order = sorted(kept - {""})
        rng.shuffle(order)
        for name in order:
            makers[name](rule if name == home else None)
        if "change" in kept:
            self.quotes(rule if home == "quotes" else None)
        return self.blocks


def _markdown(blocks: list[Block]) -> str:
    out = []
    for i, b in enumerate(blocks):
        if b.kind == "heading":
            out.append(f"{'#' if i == 0 else '##'} {b.text}")
        elif b.kind == "para":
            out.append(b.text)
        elif b.kind == "list":
            out.append("\n".join([b.text, "", *(f"- {item}" for item in b.items)]))
        else:
            head, *body = (f"| {' | '.join(row)} |" for row in b.rows)
            out.append("\n".join([head, "|" + "---|" * len(b.rows[0]), *body]))
    return "\n\n".join(out) + "\n"


def _merge_first(rows: list[Row]) -> list[str]:
    """Body rows of HTML; a first cell that repeats downwards becomes one with rowspan."""
    out, i = [], 1
    while i < len(rows):
        run = 1
        while i + run < len(rows) and rows[i + run][0] == rows[i][0]:
            run += 1
        for k in range(run):
            cells = "".join(f"<td>{c}</td>" for c in rows[i + k][1:])
            first = f'<th scope="row"{f" rowspan={run}" if run > 1 else ""}>{rows[i][0]}</th>' if k == 0 else ""
            out.append(f"<tr>{first}{cells}</tr>")
        i += run
    return out


def _html(blocks: list[Block], thead: bool) -> str:
    out = ["<!doctype html><html><head><title>Report</title><style>td{width:50%}</style></head><body>"]
    for i, b in enumerate(blocks):
        if b.kind == "heading":
            out.append(f"<h{1 if i == 0 else 2}>{b.text}</h{1 if i == 0 else 2}>")
        elif b.kind == "para":
            out.append(f"<p>{b.text}</p>")
        elif b.kind == "list":
            out.append(f"<p>{b.text}</p><ul>{''.join(f'<li>{item}</li>' for item in b.items)}</ul>")
        else:
            head = "<tr>" + "".join(f"<th>{c}</th>" for c in b.rows[0]) + "</tr>"
            head = f"<thead>{head}</thead><tbody>" if thead else head
            out.append("<table>" + head + "".join(_merge_first(b.rows)) + ("</tbody>" if thead else "") + "</table>")
    return "\n".join([*out, "</body></html>"])


def _text(blocks: list[Block], tabs: bool) -> str:
    out = []
    for b in blocks:
        if b.kind == "heading" or b.kind == "para":
            out.append(b.text)
        elif b.kind == "list":
            out.append("\n".join([b.text, *(f"\u2022 {item}" for item in b.items)]))
        elif tabs:
            out.append("\n".join("\t".join(row) for row in b.rows))
        else:
            wide = [max(len(row[i]) for row in b.rows) for i in range(len(b.rows[0]))]
            out.append("\n".join("  ".join(c.ljust(wide[i]) for i, c in enumerate(row)).rstrip() for row in b.rows))
    return "\n\n".join(out) + "\n"


def _csv(rows: list[Row]) -> str:
    return "\n".join(",".join(f'"{c}"' if "," in c else c for c in row) for row in rows) + "\n"


def _workbook(tables: list[tuple[str, list[Row]]]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for number, (title, rows) in enumerate(tables, 1):
            sheet = book.add_worksheet(f"Table {number}")
            sheet.write_string(0, 0, title)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    bare = cell.replace(",", "")
                    if i and j and re.fullmatch(r"-?\d+(\.\d+)?", bare):
                        sheet.write_number(i + 2, j, float(bare))
                    else:
                        sheet.write_string(i + 2, j, cell)
    return held.getvalue()


def fresh(seed: int, rule: str | None, phrases: Phrases) -> tuple[dict[str, bytes], str]:
    """The files of one report (name to bytes) and what was planted in it (empty when ``rule`` is None)."""
    report = Report(seed, rule, phrases)
    blocks = report.build()
    rng = random.Random(f"layout/{seed}/{rule}/{phrases}")
    layout = rng.choice(["md", "html", "html", "txt", "txt", "csv", "xlsx"])
    if layout == "md":
        return {"report.md": _markdown(blocks).encode()}, report.what
    if layout == "html":
        return {"report.html": _html(blocks, rng.random() < 0.5).encode()}, report.what
    if layout == "txt":
        return {"report.txt": _text(blocks, rng.random() < 0.6).encode()}, report.what
    words = [b for b in blocks if b.kind != "table"]
    titled, heading = [], ""
    for b in blocks:
        heading = b.text if b.kind == "heading" else heading
        if b.kind == "table":
            titled.append((heading, b.rows))
    files = {"narrative.md": _markdown(words).encode()}
    if layout == "xlsx":
        files["tables.xlsx"] = _workbook(titled)
    else:
        files |= {
            f"{n:02d} {re.sub('[^A-Za-z ]', '', t)}.csv": _csv(rows).encode() for n, (t, rows) in enumerate(titled, 1)
        }
    return files, report.what
