"""What a sentence claims about a change: direction, per cent, count change, levels and the periods they belong to.

The sentence is first turned into a line in which periods, per cents and counts are marks (``<p0>``, ``<t1>``,
``<n2>``), so that a pattern sees the shape of the claim and never a stray number in a date or a reference.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from functools import lru_cache

from upstream.reports.check.numbers import Value, parse_value, tidy
from upstream.reports.check.spans import Span, find_spans

UP = (
    r"increas\w*|rise\w*|rising|rose|risen|grew|grow(?:n|s|ing|th)?|uplift\w*|climb\w*|"
    r"jump\w*|surg(?:e|es|ed|ing)\b|gained?(?= <)|up(?= (?:by|on|from|<))|upturn|more than(?= (?:in|the|last)"
    r")|"
    r"higher(?= than)|went up|gone up|going up|gain\w*|escalat\w*|swell\w*|swollen|"
    r"expan(?:d\w*|sion)|soar\w*|more(?= (?:[a-z]+ ){0,5}than (?!<))|greater(?= than "
    r"(?!<t))|above(?= (?:the )?(?:previous|last))"
)
DOWN = (
    r"decreas\w*|declin\w*|fall(?:s|en|ing)?|fell|drop(?:s|ped|ping)?|reduc\w*|(?:lost|shed|loses)(?= <)|down(?= "
    r"(?:by|on|from|<))|downturn|lower(?= than)|went down|gone down|going down|"
    r"shrank|shr[iu]nk\w*|fewer(?= (?:[a-z]+ ){0,5}than (?!<)|[. ,;)]|$)|less than(?= "
    r"(?:in|the|last))|lower(?:ed|ing)|dip(?:s|ped)?|diminish\w*|cut(?= (?:by|from|of))|"
    r"slump\w*|eas(?:ed|ing)|plunge\w*|slid|below(?= (?:the )?(?:previous|last))"
)
# other ways of saying so: a verb with "up" or "down", and a thesaurus of plain movement
UP += (
    r"|uptick|upsurge|swung up|shot up|rallied|recover(?:ed|ing)\b|built up|ballooning|deepen(?:ed|"
    r"ing)|widen(?:ed|ing)|"
    r"strengthen(?:ed|ing)|multipl(?:ied|ying)|outstripp\w*|overtak\w*|overtook"
    r"|advanc(?:ed|ing)(?= (?:by|to|from|<))|mount(?:ed|ing)|spik(?:e|ed|ing)|"
    r"accelerat\w*|balloon\w*|rocket\w*|leap\w*|leapt|intensif\w*|elevated|inflat(?:ed|"
    r"ing)|rebound\w*|heighten\w*|upward\w*"
    r"|(?:crept|creep\w*|tick\w*|edg\w*|inch\w*|push\w*|pick\w*|move\w*|shoot\w*|shot|"
    r"bumped|nudged|driven|com\w*|came|trend\w*|sent) (?:\w+ly )?up\b(?!wards? of)"
    r"|on the rise|upswing|bigger than|worsen\w*(?= by <)"
)
DOWN += (
    r"|retreat(?:ed|ing)|weaken(?:ed|ing)|narrow(?:ed|ing)|thinn(?:ed|ing)|fad(?:ed|ing)|crash(?:ed|ing)|crumbl\w*|"
    r"deplet\w*|halt(?:ed)? at|cool(?:ed|ing)\b|recoil\w*|plumm\w*|drain(?:ed|ing)|sagg(?:ed|ing)|"
    r"slow(?:ed|ing) to|backed off"
    r"|contract(?:ed|ing)\b|reced\w*|sank|sink(?:s|ing)?|sunk|tumbl\w*|slip(?:s|ped|ping)"
    r"?|plummet\w*|wan(?:ed|ing)|ebb(?:ed|ing)?|subsid\w*|collaps\w*|nosediv\w*|soften\w*|"
    r"abat(?:ed|ing)"
    r"|taper\w*|downward\w*|lessen\w*|trimm\w*|curtail\w*|downswing|smaller than|tail(?:ed|ing) off|slack\w*"
    r"|(?:crept|creep\w*|tick\w*|edg\w*|inch\w*|push\w*|com\w*|came|move\w*|brought|"
    r"driven|trend\w*|nudged|slid\w*|wound|sent) (?:\w+ly )?down\b"
)
_FLAT = (
    r"unchanged|no change|the same(?= (?:as|level|number))|stayed flat|flat\b|"
    r"(?:remain\w*|stay\w*|held|been) (?:\w+ ){0,2}(?:stable|steady|consistent|constant|"
    r"level)|consistent with|in line with(?= (?:the )?(?:previous|last|same))|stable|"
    r"static"
)
_TIMES = {
    "doubled": 2.0,
    "doubling": 2.0,
    "twice": 2.0,
    "two-fold": 2.0,
    "twofold": 2.0,
    "trebled": 3.0,
    "tripled": 3.0,
    "tripling": 3.0,
    "threefold": 3.0,
    "three times": 3.0,
    "quadrupled": 4.0,
    "fourfold": 4.0,
    "four times": 4.0,
    "halved": 0.5,
    "halving": 0.5,
    "half the": 0.5,
}
_DIRECTION = re.compile(
    rf"(?<!-)\b(?!\w+-[a-z])(?:(?P<up>{UP})|(?P<down>{DOWN})|(?P<flat>{_FLAT}))(?![a-z])|(?<=> )(?:(?P<more>higher|"
    rf"more|greater|up|above)|(?P<less>lower|fewer|less|down|below))(?! than <t)\b",
    re.IGNORECASE,
)
_MOVED = re.compile(r"\b(?:improv|worsen|deteriorat|chang|mov|shift|varied|from <[nt]\d+>[^<]{0,30} to <)\w*")
_NUMBER = re.compile(
    r"(?P<money>£)?(?<![\w.,:/])(?P<sign>[-+](?=\d))?(?P<number>\d{1,3}(?:,\d{3})"
    r"+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<scale>\s?(?:million|bn|m|k)\b)?"
    r"(?P<points>\s?-?(?:(?:percentage[ -])?points?\b|% ?points?|ppts?\b|pp\b))?(?P<percent>\s?%|"
    r"\s?per ?cent\b|\s?pct\b)?(?P<times>\s?(?:x\b|times\b))?(?![\w]|\.\d|,\d|:\d|/\d)",
    re.IGNORECASE,
)
# numbers that name or measure something else
_NAMES = re.compile(
    r"\b(?:table|figure|page|pages|grade|grades|outcome|outcomes|quarter|section|chapter|"
    r"annex|appendix|paragraph|schedule|tier|level|band|category|class|"
    r"group|code|priority|kpi|item|recommendation|recommendations|zone|sector|ward|beat|"
    r"team|operation|op|objective|question|action|part|version|type|oc|type|stage|phase|"
    r"step|"
    r"outcome type|under|over|aged|age|top|step|room|slide|chart|note|footnote|act|"
    r"standard deviations?|within|every|each of the)\s+\d[\d.,]*(?:\s?(?:-|to|and|/)"
    r"\s?\d+)*(?:st|nd|rd|th|s)?\b",
    re.IGNORECASE,
)
_UNITS = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|"
    r"thirty)[- ]?(?:consecutive |full |calendar |working |rolling |standard |previous |"
    r"successive )?"
    r"(?:months?|weeks?|days?|years?|hours?|minutes?|mins?|seconds?|secs?|quarters?|month|"
    r"points of standard|standard deviations?|sd)\b|\b\d+(?:st|nd|rd|th)\b|"
    r"\b(?:999|101|111|112|24/7|360)(?= (?:calls?|abandon\w*|contacts?|service|demand|answer\w*|line|volumes?))|"
    r"\bper (?:1,?000|10,?000|100,?000|million)\b|\b\d+(?:\.\d+){2,}\b|#\d+|\b[A-Z]{1,"
    r"3}\d+\b|\b\d{1,2}[:.]\d{2}(?: ?[ap]m)?\b(?=\s*(?:hours|[ap]m|to \d{1,2}[:.]\d{2}))|\b\d{1,"
    r"2}:\d{2}(?::\d{2})?\b",
    re.IGNORECASE,
)


_YEAR_BEFORE = re.compile(
    r"(?:\bin|since|during|until|before|after|years?|for|summer|spring|autumn|winter|"
    r"early|late|mid|through|between|and|ending|ended|by|baseline|the|of|-|/|\()\s*$",
    re.IGNORECASE,
)
_LEVEL_BEFORE = re.compile(
    r"(?:\bto|\bat|\bwas|\bwere|recorded|reach\w*|saw|totall\w*|total of|numbered|there "
    r"(?:were|was)|to reach|[:,])\s*\(?$",
    re.IGNORECASE,
)
_COMPARED_BEFORE = re.compile(r"(?:\bfrom|against|with|than|\bon|\bon the|versus|\bvs?\.?|\bto)\s*$", re.IGNORECASE)


def _is_count(text: str, start: int, end: int) -> bool:
    """Whether four digits that could be a year are a count: by the words before, and by a count of like size beside."""
    before = text[max(start - 30, 0) : start]
    if re.match(
        r"\s+(?:in|records?|cases?|offences?|crimes?|incidents?|reports?|calls?|were|seen|then|now)\b", text[end:]
    ) and not re.search(r"\bin\s*$", before):
        return True
    rest = text[:start] + " " * (end - start) + text[end:]
    others = [
        float(m[0].replace(",", ""))
        for m in re.finditer(r"(?<![\d.,/])(?:\d{1,2},\d{3}|\d{3,5})(?![\d,%/]|\.\d)", rest)
    ]
    like = any(600 <= n <= 6000 and not 1990 <= n <= 2040 for n in others)
    if _LEVEL_BEFORE.search(before) and not re.search(r"(?:19|20)\d\d\s+to\s*$", before):
        return like or not re.search(r"(?:\bto|[:,])\s*$", before)
    return like and bool(_COMPARED_BEFORE.search(before)) and not _YEAR_BEFORE.search(before)


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence as a line of marks.

    Attributes
    ----------
    line
        Lower case, with ``<p0>`` for periods, ``<t1>`` for per cents, ``<q2>`` for percentage points, ``<x0>`` for
        "3 times" and ``<n3>`` for other numbers.
    numbers, spans
        What the marks stand for.
    """

    text: str
    line: str
    numbers: tuple[Value, ...]
    spans: tuple[Span, ...]


def names_in(text: str) -> frozenset[str]:
    """Names with a number in them that a marked line does without ("outcome 17", "grade 1")."""
    return frozenset(m[0].lower() for m in _NAMES.finditer(tidy(text)))


# falls of people, which say nothing of numbers falling
_ACCIDENTS = re.compile(
    r"(\b(?:(?:in)?patient|trips and|slips and|trips or|resident)|^|\bof|<n\d+>|: ) falls\b(?! (?:to|by|from|of) <)|"
    r"(^)falls\b(?= (?:with|from|in|among|at|resulting|causing|and|were|are)\b)"
)
_QUOTED = re.compile(r"[“\"]([^“”\"]{4,400})[”\"]|(?<![\w])'([^']{4,400})'(?!\w)")


def cites(text: str) -> bool:
    """Whether a sentence repeats somebody else's figures: a number in quotation marks is no claim of its own."""
    return any(_NUMBER.search(m[1] or m[2]) for m in _QUOTED.finditer(tidy(text)))


_FRACTION = re.compile(r"(?<=\()(\d[\d,]*)\s?/\s?(\d[\d,]*)(?=[),;])")


# "0.12:1", never a time of day
_TO_ONE = re.compile(r"(?<![\d:.])(\d+\.\d+|(?<=ratio of )\d+|(?<=ratio was )\d+|(?<=ratio is )\d+)\s?:\s?1(?![\d:])")


def _spelt(match: re.Match[str]) -> str:
    """ "(404/854)" as "(404 of 854)"; "(21/22)" may be a year and stays."""
    top, bottom = (int(n.replace(",", "") or 0) for n in match.groups())
    return match[0] if bottom in {top + 1, (top + 1) % 100} else f"{match[1]} of {match[2]}"


@lru_cache(maxsize=20_000)
def mark(text: str) -> Marked:
    """Turn a sentence into a line of marks; nothing of one that cites another."""
    plain = (
        ""
        if cites(text)
        else _TO_ONE.sub(r"\1 to 1", _FRACTION.sub(_spelt, tidy(text)))
        .replace("*", "")
        .replace("<", " ")
        .replace(">", " ")
    )
    chars = list(plain)
    pieces: list[tuple[int, int, str]] = []
    spans: list[Span] = []
    numbers: list[Value] = []
    taken = [False] * len(chars)

    def take(start: int, end: int, with_mark: str) -> None:
        taken[start:end] = [True] * (end - start)
        pieces.append((start, end, with_mark))

    for named in find_spans(plain):
        if named.span.kind == "year" and _is_count(plain, named.start, named.end):
            continue
        take(named.start, named.end, f"<p{len(spans)}>")
        spans.append(named.span)
    for pattern in (_NAMES, _UNITS):
        for match in pattern.finditer(plain):
            if any(taken[match.start() : match.end()]):
                continue
            if (
                pattern is _NAMES
                and re.match(r"(?:over|under|level|within|act|part|top|type|action)\b", match[0], re.IGNORECASE)
                and re.match(r"\s*(?:%|per ?cent|unit|[a-z]*,\d)", plain[match.end() :])
            ):
                continue
            words = re.sub(r"\d", "", match[0]).lower()
            take(match.start(), match.end(), words)
    for match in _NUMBER.finditer(plain):
        if any(taken[match.start() : match.end()]):
            continue
        kind = "q" if match["points"] else "t" if match["percent"] else "x" if match["times"] else "n"
        scale = {"million": "m", "bn": "bn", "m": "m", "k": "k"}.get((match["scale"] or "").strip().lower(), "")
        value = parse_value(f"{match['sign'] or ''}{match['number']}{scale}{'%' if kind in 'tq' else ''}")
        if value is None:
            continue
        take(match.start(), match.end(), f"<{kind}{len(numbers)}>")
        numbers.append(Value(value.number, value.decimals, value.percent, match[0].strip()))
    line, at = [], 0
    for start, end, with_mark in sorted(pieces):
        line += [plain[at:start], with_mark]
        at = end
    shape = _ACCIDENTS.sub(lambda m: f"{m[1] or ''} accidents", "".join([*line, plain[at:]]).lower())
    return Marked(plain, shape, tuple(numbers), tuple(spans))


@dataclass(slots=True)
class Claim:
    """One claim of change.

    Attributes
    ----------
    direction
        1 up, -1 down, 0 unchanged, ``None`` not said.
    word
        The word that said it.
    percent, points, change
        Per cent change, percentage-point change, and count change, as printed.
    later, earlier
        Levels, as printed.
    times
        Multiple of the earlier level that is claimed ("doubled": 2).
    against
        Words after the comparison ("previous month").
    part
        The stretch of the marked line that the claim was read from.
    later_span, earlier_span
        Periods that stand with the levels.
    """

    direction: int | None
    word: str
    part: str
    percent: Value | None = None
    points: Value | None = None
    change: Value | None = None
    later: Value | None = None
    earlier: Value | None = None
    times: float | None = None
    against: str = ""
    later_span: Span | None = None
    earlier_span: Span | None = None
    rough: bool = False
    base: Value | None = None
    base_side: int = 0
    marks: dict[str, int] = field(default_factory=dict)

    def sides(self) -> list[tuple[int, Span | None]]:
        """The numbers of the two levels, each with its period."""
        spans = {"later": self.later_span, "earlier": self.earlier_span}
        return [(number, spans[side]) for side, number in self.marks.items()]


_LEVEL = r"<[nt](\d+)>"
_GAP = r"(?:(?!<[ntq]\d+>|\b(?:to|from)\b).)"
_PERIOD_MARK = r"(?:\s*(?:[a-z]+ ){0,4}(?:<p(?P<{0}>\d+)>))?"
_COMPARED = (
    r"(?:,?\s*(?:when |as )?(?:compared|comparing)(?: with| to| against)?|,?\s*(?:as )"
    r"?against|,?\s*versus|,?\s*\bvs?\b\.?|,?\s*up (?:from|on)|,?\s*down (?:from|on)|,"
    r"?\s*in comparison (?:with|to)|,?\s*"
    r"relative to|,?\s*set against|,?\s*having (?:been|stood at)|,?\s*(?:which |that )"
    r"?(?:had )?previously(?: been| stood at)?|,?\s*where (?:there (?:were|was|had been)|"
    r"it (?:was|stood at))|,?\s*(?:higher|lower|more|fewer|less|greater) than(?: the)?|,"
    r"?\s*"
    r"and (?:there were|it was)|,?\s*\bon (?:the )?(?=<)|;?\s*(?:last year|the year "
    r"before|a year (?:earlier|ago|before)|the previous (?:year|month|quarter)|previously)"
    r"(?: (?:there were|it was|was|were|saw))?)"
)
_FROM_TO = re.compile(rf"\bfrom\b{_GAP}{{0,60}}?{_LEVEL}{_GAP}{{0,50}}?\bto\b{_GAP}{{0,50}}?{_LEVEL}")
_TO_FROM = re.compile(
    rf"\bto\b{_GAP}{{0,40}}?{_LEVEL}(?:(?!<[ntq]\d+>|\bto\b).){{0,70}}?\bfrom\b{_GAP}{{0,60}}?{_LEVEL}"
)
_VERSUS = re.compile(rf"{_LEVEL}(?:(?!<[ntq]\d+>).){{0,60}}?{_COMPARED}(?:(?!<[ntq]\d+>).){{0,60}}?{_LEVEL}")
_ARROW = re.compile(rf"{_LEVEL}\s*(?:->|→|=>)\s*{_LEVEL}")
_FROM_PLAIN = re.compile(rf"{_LEVEL}(?:(?!<[ntq]\d+>).){{0,50}}?\bfrom\b(?:(?!<[ntq]\d+>).){{0,50}}?{_LEVEL}")
_WAS_NOW = re.compile(
    rf"(?:\bwas\b|\bwere\b|\bhad been\b|\bstood at\b|last year|previously|a year ago|"
    rf"earlier|before)(?:(?!<[ntq]\d+>).){{0,50}}?{_LEVEL}(?:(?!<[ntq]\d+>).){{0,"
    rf"60}}?(?:\bnow\b|this year|currently|\bis\b|latest)(?:(?!<[ntq]\d+>).){{0,"
    rf"40}}?{_LEVEL}"
)
CHANGE = re.compile(
    r"(?:<[tq]\d+>[^<()]{0,12}?\(\s*(?:[a-z ]{0,20}?[-+]?)?<n(\d+)>(?! *(?:of|out of)\b)"
    r"[^()<]{0,40}\))|(?:<n(\d+)>[^<()]{0,30}?\(\s*(?:or |[-+]|[a-z ]{0,14})?<t\d+>[^()"
    r"<]{0,30}\))|\(\s*<t\d+>,? (?:or )?<n(\d+)>\s*\)"
)
_PASSIVE = (
    r"(?<!followed )(?<!attended )(?<!recorded )(?<!reported )(?<!handled )(?<!committed )(?<!shared )(?<!divided "
    r")(?<!supported )(?<!preceded )(?<!matched )(?<!joined )(?<!covered )(?<!served )"
)
_BY = re.compile(
    rf"(?:{_PASSIVE}\bby|"
    r"difference of|gap of|change of|increase of|rise of|decrease of|fall of|"
    r"reduction of|drop of|growth of|uplift of|decline of)\s+(?:just |only |some |a "
    r"further |around |approximately )?<n(\d+)>"
)
_MORE = re.compile(
    r"<n(\d+)>\s+(?:[a-z]+ ){0,2}?(?:more|fewer|less|greater|larger|smaller|bigger|above|below|"
    r"additional|extra|higher|lower|"
    r"increase|decrease|rise|fall|reduction|up\b|down\b)"
)
_UP_OR_DOWN = re.compile(r"\b(?:up|down) (?:by |just |only )?<n(\d+)>(?! *(?:from|to)\b)")
_ROUGH = re.compile(
    r"\b(?:around|approximately|about|roughly|nearly|almost|over|more than|less than|at "
    r"least|up to|just under|just over|circa|some)\s+<[tn]\d+>"
)


def _parts(line: str) -> list[str]:
    """Stretches of a line with one direction each, cut where a new clause begins."""
    starts = [m.start() for m in _DIRECTION.finditer(line)]
    if len(starts) < 2:
        return [line]
    cuts = [0]
    joints = list(
        re.finditer(r";|,? (?:and|but|while|whilst|whereas|although|however|with|yet)\b(?: an?\b)?|,\s", line)
    )
    for one, other in itertools.pairwise(starts):
        between = [j for j in joints if one < j.start() < other and re.search(r"<[ntq]\d+>", line[one : j.start()])]
        opened = [j for j in between if line[cuts[-1] : j.start()].count("(") == line[cuts[-1] : j.start()].count(")")]
        if opened and re.search(r"<[ntqx]\d+>", line[other:]):
            cuts.append(opened[-1].start())
    return [line[a:b] for a, b in zip(cuts, [*cuts[1:], len(line)], strict=True)]


def _direction(part: str) -> tuple[int | None, str]:
    found = list(_DIRECTION.finditer(part))
    strong = [m for m in found if not m["flat"]] or found
    if not strong:
        return None, ""
    # "up from" after a verb says nothing new; a verb decides
    verbs = [m for m in strong if not (m[0].startswith(("up", "down", "higher", "lower", "more", "fewer")))] or strong
    signs = {1 if m["up"] or m["more"] else -1 if m["down"] or m["less"] else 0 for m in verbs}
    if len(signs) > 1:
        return None, ""
    return signs.pop(), verbs[0][0]


_SURE = ((_FROM_TO, True), (_TO_FROM, False), (_WAS_NOW, True))
_LIKELY = ((_VERSUS, False), (_FROM_PLAIN, False), (_ARROW, True))


def _levels(
    part: str,
    free: list[int],
    claim: Claim,
    numbers: tuple[Value, ...],
    patterns: tuple[tuple[re.Pattern[str], bool], ...],
) -> None:
    """Two levels by plain patterns: "from 5 to 7", "to 7 from 5", "was 5, now 7"."""
    if claim.later is not None:
        return
    shape = re.sub(r"<[nt](\d+)>", lambda m: m[0] if int(m[1]) in free else " ", part)
    for pattern, swap in patterns:
        for match in pattern.finditer(shape):
            first, second = int(match[1]), int(match[2])
            if first not in free or second not in free or numbers[first].percent != numbers[second].percent:
                continue
            _assign(claim, numbers, *((second, first) if swap else (first, second)))
            return


def _assign(claim: Claim, numbers: tuple[Value, ...], later: int, earlier: int) -> None:
    claim.later, claim.earlier = numbers[later], numbers[earlier]
    claim.marks = {"later": later, "earlier": earlier}


_EARLIER_BEFORE = re.compile(
    r"(?:\bfrom|compar\w+ (?:with|to|against)|\bagainst|\bversus|\bvs?\.?|\bon|\bthan|"
    r"previous\w*|\bprior|last year\S*|year before\S*|year (?:ago|earlier)|having (?:been|"
    r"stood at)|had (?:been|stood at)|used to be|once|\bwas|\bwere|relative to|baseline "
    r"of|starting (?:at|from|point of)|\bup on|down on|after|original\w*|instead of|"
    r"following|\bbeat|above|below)(?: (?:the|a|an|of|at|was|were|saw|had|figure|level|"
    r"total|there|just|only|month|year|quarter|month's|year's|in|all|some|our|its|their|been|"
    r"count|number|recorded|counted))*[:,]?\s*\(?$"
)
_LATER_BEFORE = re.compile(
    r"(?:\bto|\bnow|reach\w*|\bat|stands? at|standing at|stood at|total\w*|current\w*|"
    r"latest|this (?:year|month|quarter|time)\S*|\bis|recorded|saw|there (?:were|are)|"
    r"seen|hit|end\w* (?:at|on|up at)|bring\w*|leav\w*|came to|taking|landed on|counted|"
    r"logged|settl\w* at|amount\w* to|sits? at)(?: (?:the|a|an|of|at|it|us|was|were|there|"
    r"figure|level|total|just|only|in|all|some|around|month|is|are|volumes?|up|number|"
    r"count))*[:,]?\s*\(?$"
)
_EARLIER_AFTER = re.compile(
    r"^\)?(?: [a-z'-]+){0,4}?,? (?:then|last (?:year|month|quarter)|(?:the )?(?:year|"
    r"month|quarter) (?:before|earlier|ago|prior)|previously|a year (?:ago|earlier|before)"
    r"|before|earlier|(?:in|seen in|from|of|for|over|during) the (?:previous|prior|same)|"
    r"originally|twelve months (?:ago|earlier))\b"
)
_LATER_AFTER = re.compile(
    r"^\)?(?: [a-z'-]+){0,4}?,? (?:now|this (?:year|month|quarter|time)|currently|today|"
    r"(?:in|for) the (?:latest|current))\b"
)


# "was 1,153, up by 285": the level is the later one
_CHANGE_FOLLOWS = re.compile(
    rf"^[^<]{{0,40}}?(?:,|;|:|\(|-)\s*(?:which (?:is|was) |this (?:is|was) |that is )?(?:an? )?(?:{UP}|{DOWN}|up|"
    rf"down|higher|lower)\b"
)
_THERE_WERE = re.compile(r"^\s*there (?:were|was|are|is|have been)(?: (?:a total of|just|only))?\s*$")
_JUST_WAS = re.compile(r"(?<!had been)\b(?:was|were|been)(?: (?:the|at|a|just|only))*\s*$")
_STANDARD = re.compile(
    r"(?:at most|at least|no more than|minimum of|maximum of|targets?|limits?|threshold|"
    r"goal|ambition|aim|standard|national|similar forces|average|benchmark)\b[^<.;]{0,"
    r"20}<[nt](\d+)>|<[nt](\d+)>\s+(?:[a-z]+ )?(?:target|limit|threshold|goal|standard|"
    r"average)\b"
)


_OF_WHICH = re.compile(r"\b(?:of (?:which|these|those|whom|them)|including)\b(?! there)[^<.;]{0,24}<[nt](\d+)>")


def standards(part: str) -> set[int]:
    """Numbers that are targets, limits or averages: never a level of the change."""
    found = (*_STANDARD.finditer(part), *_OF_WHICH.finditer(part))
    return {int(n) for m in found for n in m.groups() if n}


def _moves(part: str) -> set[int]:
    """Per cents that are changes ("a 2% increase", "fell by 5%"): never levels."""
    words = f"(?:{UP}|{DOWN})"
    after = re.finditer(rf"<t(\d+)>\s*(?:\([^()]*\)\s*)?(?:[a-z-]+ ){{0,1}}?{words}", part)
    before = re.finditer(rf"{words}\s*(?:of|by)?\s*(?:just |only )?<t(\d+)>", part)
    return {int(m[1]) for m in (*after, *before)}


def cue(part: str, number: int) -> int:
    """1 when the words about a number make it the later level, -1 the earlier, 0 neither."""
    token = re.search(rf"<[nt]{number}>", part)
    if token is None:
        return 0
    if re.search(
        rf"\((?:in |for )?<p\d+>\s*[:,-]?\s*<[nt]{number}>\)|\(<[nt]{number}> (?:in|for|during) <p\d+>\)", part
    ):
        return -1
    before = re.split(r"<[ntqx]\d+>", part[: token.start()])[-1]
    before = re.sub(r"\s*(?:in |for |during |over )?(?:the month of )?<p\d+>[,:]?\s*", " ", before)
    clause = re.split(r"[,;]", before)[-1]
    before = clause if len(clause.split()) > 1 else before
    after = re.split(r"<[ntqxp]\d+>", part[token.end() :])[0]
    if _CHANGE_FOLLOWS.search(after) and _JUST_WAS.search(before[-60:]):
        return 1
    if _THERE_WERE.search(before) and not _EARLIER_AFTER.search(after):
        return 1
    if _EARLIER_AFTER.search(after) or _EARLIER_BEFORE.search(before[-60:]):
        return -1 if not _LATER_AFTER.search(after) else 1
    return 1 if _LATER_AFTER.search(after) or _LATER_BEFORE.search(before[-60:]) else 0


def _by_cues(part: str, free: list[int], claim: Claim, numbers: tuple[Value, ...]) -> None:
    """The two levels left when changes are taken away, told apart by the words about them."""
    plain = [n for n in free if not numbers[n].percent] if sum(not numbers[n].percent for n in free) == 2 else free
    if len(plain) != 2 or numbers[plain[0]].percent != numbers[plain[1]].percent:
        return
    first, second = cue(part, plain[0]), cue(part, plain[1])
    if second < 0 <= first or (second == 0 and first > 0 and _COMPARES.search(part[part.index(f"{plain[0]}>") :])):
        _assign(claim, numbers, plain[0], plain[1])
    elif first < 0 <= second:
        _assign(claim, numbers, plain[1], plain[0])


_COMPARES = re.compile(r"compar|against|versus|previous|last|prior|before|earlier|than")


def beside(part: str, number: int) -> int | None:
    """The period mark that stands with a level: joined to it by a preposition or a bracket, else just before it."""
    after = re.search(
        rf"<[nt]{number}>\)?[^<(,;]{{0,40}}?(?:\b(?:in|for|during|by|at|over|of|through|across|"
        rf"recorded in)\s+(?:the )?(?:month of )?|\()<p(\d+)>",
        part,
    )
    bracket = re.search(rf"<p(\d+)>[^<]{{0,16}}\(<[nt]{number}>", part)
    before = re.search(rf"<p(\d+)>\)?[:\s]*(?:[a-z'&-]+ ){{0,6}}\(?<[nt]{number}>", part)
    loose = re.search(rf"<[nt]{number}>\)?[^<(,;]{{0,24}}?\(?<p(\d+)>", part)
    found = bracket or after or before or loose
    return int(found[1]) if found else None


def _by_period(part: str, free: list[int], claim: Claim, marked: Marked) -> None:
    """Two levels, each with its own dated period: the later period's is the later level."""
    held: list[tuple[int, int, int]] = []
    for number in free:
        period = beside(part, number)
        if period is not None and marked.spans[period].dated:
            held.append((marked.spans[period].last, number, period))
    if len(held) == 2 and held[0][2] != held[1][2] and held[0][0] != held[1][0]:
        (_, earlier, _), (_, later, _) = sorted(held)
        if marked.numbers[earlier].percent == marked.numbers[later].percent:
            _assign(claim, marked.numbers, later, earlier)


_MOVES = re.compile(
    rf"(?:{_PASSIVE}\b(?:by|up|down|another|further|extra|difference|change|gap|gain|loss|increase|"
    r"decrease|rise|fall|drop|growth|reduction|jump|decline|uplift|cut)(?: of)?"
    r"(?: just| only| some| exactly| a further| around| about)?) <n(\d+)>|"
    r"<n(\d+)>\s*(?:\(<t\d+>\)\s*)?(?:[a-z'-]+ ){0,4}?(?:more|fewer|less|additional|extra|"
    r"greater|larger|smaller|bigger|higher|lower|above|below|(?<!made )(?:up|down))\b"
)


def changes_in(line: str) -> set[int]:
    """Numbers of a line that are said to be a change and so are no level."""
    found = {int(n) for pattern in (_MOVES, CHANGE) for m in pattern.finditer(line) for n in m.groups() if n}
    # "to 296 (16 per cent)" is a level with the per cent that it moved by
    return {n for n in found if not re.search(rf"(?:\bto|\bat|\bnow|reached|hit) <n{n}>\s*\(", line)}


def _change_of(part: str, claim: Claim, numbers: tuple[Value, ...]) -> set[int]:
    """The count change of a claim; returns every number that is a change, so that it is no level."""
    taken = {int(n) for m in CHANGE.finditer(part) for n in m.groups() if n}
    match = CHANGE.search(part)
    if match:
        at = int(match[1] or match[2] or match[3])
        if re.search(
            rf"<n{at}>\s*(?:[a-z]+\s*)?(?:compared|against|v |from)|(?:\bto|\bat|\bnow|reached|hit) <n{at}>\s*\(", part
        ):
            taken.discard(at)
        else:
            claim.change = numbers[at]
    for pattern in (_BY, _MORE, _UP_OR_DOWN):
        for match in pattern.finditer(part):
            taken.add(int(match[1]))
            claim.change = claim.change or numbers[int(match[1])]
    return taken


@lru_cache(maxsize=20_000)
def read_claims(marked: Marked) -> tuple[Claim, ...]:
    """Every claim of change in a sentence."""
    claims: list[Claim] = []
    for part in _parts(marked.line):
        direction, word = _direction(part)
        times = next((n for w, n in _TIMES.items() if re.search(rf"\b{w}\b", part)), None)
        by_times = re.search(r"<x(\d+)>", part)
        claim = Claim(
            direction,
            word,
            part,
            times=times,
            rough=bool(_ROUGH.search(part))
            or bool(
                re.search(r"\b(?:nearly|almost|more than|over|roughly|about) (?:doubl|halv|trebl|tripl|twice)", part)
            ),
        )
        numbers = marked.numbers
        taken = _change_of(part, claim, numbers)
        moved = changes_in(part) - taken
        if claim.change is None and len(moved) == 1:
            claim.change = numbers[next(iter(moved))]
        taken |= standards(part) | _moves(part) | moved
        free = [int(n) for n in re.findall(r"<n(\d+)>", part) if int(n) not in taken]
        levels = free + [int(n) for n in re.findall(r"<t(\d+)>", part) if int(n) not in taken]
        _by_period(part, free, claim, marked)
        levels = free if len(free) >= 2 else levels
        _levels(part, levels, claim, numbers, _SURE)
        if claim.later is None:
            _by_cues(part, free, claim, numbers)
        _levels(part, levels, claim, numbers, _LIKELY)
        plain = [n for n in free if not numbers[n].percent]
        if claim.later is None and len(plain) == 1:
            claim.base, claim.base_side = numbers[plain[0]], cue(part, plain[0])
        used = set(claim.marks.values())
        if claim.later is not None and not _sure(part, claim):
            claim.later = claim.earlier = None
            claim.marks, used = {}, set()
        percents = [int(m) for m in re.findall(r"<t(\d+)>", part) if int(m) not in used]
        points = [int(m) for m in re.findall(r"<q(\d+)>", part)]
        if percents:
            claim.percent = numbers[_nearest(part, percents)]
        if points:
            claim.points = numbers[points[0]]
        if by_times and claim.times is None and direction is not None:
            claim.times = numbers[int(by_times[1])].number if direction > 0 else None
        for side in ("later", "earlier"):
            if side in claim.marks and (period := beside(part, claim.marks[side])) is not None:
                setattr(claim, f"{side}_span", marked.spans[period])
        since = re.search(r"\bsince (?:the )?<p(\d+)>", part)
        if since is not None and claim.earlier is not None and claim.later_span in (None, marked.spans[int(since[1])]):
            # "since May": May is where the change began
            claim.later_span, claim.earlier_span = None, marked.spans[int(since[1])]
        against = re.search(
            r"(?:compared (?:to|with)|against|from|on|than|versus|vs|v)\s+(?:the |those |that )"
            r"?((?:previous|prior|preceding|last|same)[^<,.;()]{0,40}|<p\d+>)",
            part,
        )
        claim.against = against[1] if against else ""
        silent = direction is None and times is None and not by_times and not _MOVED.search(part)
        if not silent or _says_change(part, claim):
            claims.append(claim)
    return tuple(claims)


def _sure(part: str, claim: Claim) -> bool:
    """Whether two numbers can be the levels of one thing: by a plain pattern, or of like and not of tiny size."""
    if claim.later is None or claim.earlier is None or claim.change is not None or re.search(r"<[tq]\d+>", part):
        return True
    if any(pattern.search(part) for pattern, _ in _SURE) or _by_words(part):
        return True
    low, high = sorted((abs(claim.later.number), abs(claim.earlier.number)))
    return low >= 10 and high <= 5 * low


def _says_change(part: str, claim: Claim) -> bool:
    """Without a word of direction: two counts of two dated periods, with a per cent or a difference set beside them."""
    if claim.later is None or claim.earlier is None or claim.later.percent:
        return False
    apart = claim.later_span is not None and claim.earlier_span is not None and claim.later_span != claim.earlier_span
    return apart and (claim.change is not None or len(re.findall(r"<t\d+>", part)) == 1)


def _by_words(part: str) -> bool:
    return bool(re.search(r"compar|against|versus|\bvs?\b|(?:up|down) (?:from|on)|previous", part))


def _nearest(part: str, percents: list[int]) -> int:
    """Of several per cents the one nearest to the word of direction."""
    direction = _DIRECTION.search(part)
    middle = direction.start() if direction else 0
    return min(percents, key=lambda n: abs(part.index(f"<t{n}>") - middle))
