"""What a sentence claims about a change: direction, per cent, count change, levels and the periods they belong to.

The sentence is first turned into a line in which periods, per cents and counts are marks (``<p0>``, ``<t1>``,
``<n2>``), so that a pattern sees the shape of the claim and never a stray number in a date or a reference.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from functools import lru_cache

from upstream.reports.check.cues import CHANGE, PASSIVE, beside, changes_in, cue, moves, standards
from upstream.reports.check.marks import Marked
from upstream.reports.check.movement import DIRECTION, MOVED, TIMES
from upstream.reports.check.numbers import Value
from upstream.reports.check.spans import Span


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
    beyond
        Whether the multiple is said to be passed ("more than doubled").
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
    beyond: bool = False
    base: Value | None = None
    base_side: int = 0
    marks: dict[str, int] = field(default_factory=dict)

    def sides(self) -> list[tuple[int, Span | None]]:
        """The numbers of the two levels, each with its period."""
        spans = {"later": self.later_span, "earlier": self.earlier_span}
        return [(number, spans[side]) for side, number in self.marks.items()]


_LEVEL = r"<[nt](\d+)>"
_GAP = r"(?:(?!<[ntq]\d+>|\b(?:to|from)\b).)"
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
_BY = re.compile(
    rf"(?:{PASSIVE}\bby|"
    r"difference of|gap of|change of|increase of|rise of|decrease of|fall of|"
    r"reduction of|drop of|growth of|uplift of|decline of)\s+(?:just |only |some |a "
    r"further |around |approximately )?<n(\d+)>"
)
_MORE = re.compile(
    r"<n(\d+)>\s+(?:[a-z]+ ){0,2}?(?:more|fewer|less|greater|larger|smaller|bigger|above|below|"
    r"additional|extra|higher|lower|"
    r"increase|decrease|rise|fall|reduction|up|down)\b"
)
_NOUN_OF = re.compile(r"\b(?:an?|the) [a-z-]+ of <n(\d+)> (?:on|over) (?:the )?<n")
_UP_OR_DOWN = re.compile(r"\b(?:up|down) (?:by |just |only )?<n(\d+)>(?! *(?:from|to)\b)")
_ROUGH = re.compile(
    r"\b(?:around|approximately|about|roughly|nearly|almost|over|more than|less than|at "
    r"least|up to|just under|just over|circa|some)\s+<[tn]\d+>"
)


def _parts(line: str) -> list[str]:
    """Stretches of a line with one direction each, cut where a new clause begins."""
    starts = [m.start() for m in DIRECTION.finditer(line)]
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
    found = list(DIRECTION.finditer(part))
    strong = [m for m in found if not m["flat"]] or found
    if not strong:
        return None, ""
    # "up from" after a verb says nothing new; a verb decides
    verbs = [m for m in strong if not (m[0].startswith(("up", "down", "higher", "lower", "more", "fewer")))] or strong
    signs = {1 if m["up"] or m["more"] else -1 if m["down"] or m["less"] else 0 for m in verbs}
    if len(signs) > 1:
        return None, ""
    return signs.pop(), verbs[0][0]


_PASSING = re.compile(rf"{_LEVEL},? (?:(?:then )?(?:up|down)|[a-z]+ing) (?:by <[nt]\d+> )?to {_LEVEL}")
_SURE = ((_PASSING, True), (_FROM_TO, True), (_TO_FROM, False), (_WAS_NOW, True))
_BARE_TO = re.compile(rf"(?:,|:|\() ?{_LEVEL} to {_LEVEL}")
_LIKELY = ((_BARE_TO, True), (_VERSUS, False), (_FROM_PLAIN, False), (_ARROW, True))


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
    for pattern in (_BY, _MORE, _UP_OR_DOWN, _NOUN_OF):
        for match in pattern.finditer(part):
            taken.add(int(match[1]))
            claim.change = claim.change or numbers[int(match[1])]
    return taken


@lru_cache(maxsize=20_000)
def read_claims(marked: Marked) -> tuple[Claim, ...]:
    """Every claim of change in a sentence."""
    read = (_claim_of(part, marked) for part in _parts(marked.line))
    return tuple(claim for claim in read if claim is not None)


def _claim_of(part: str, marked: Marked) -> Claim | None:
    """The claim of one stretch; ``None`` when it says no change."""
    direction, word = _direction(part)
    times = next((n for w, n in TIMES.items() if re.search(rf"\b{w}\b", part)), None)
    by_times = re.search(r"<x(\d+)>", part)
    rough = bool(_ROUGH.search(part) or _ROUGHLY_TIMES.search(part))
    claim = Claim(direction, word, part, times=times, beyond=bool(_BEYOND_TIMES.search(part)), rough=rough)
    _take_levels(part, claim, marked)
    _take_percent(part, claim, marked)
    if by_times and claim.times is None and direction is not None:
        claim.times = marked.numbers[int(by_times[1])].number if direction > 0 else None
    _take_periods(part, claim, marked)
    silent = direction is None and times is None and not by_times and not MOVED.search(part)
    return claim if (not silent or _says_change(part, claim)) and not _SIZES.search(part) else None


def _take_levels(part: str, claim: Claim, marked: Marked) -> None:
    """The change in count and the two levels, or the one level that stands alone."""
    numbers = marked.numbers
    taken = _change_of(part, claim, numbers)
    moved = changes_in(part) - taken
    if claim.change is None and len(moved) == 1:
        claim.change = numbers[next(iter(moved))]
    taken |= standards(part) | moves(part) | moved
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
    if claim.later is not None and not _sure(part, claim):
        claim.later = claim.earlier = None
        claim.marks = {}


def _take_percent(part: str, claim: Claim, marked: Marked) -> None:
    """The per cent and the points of a claim, of what its levels leave."""
    used = set(claim.marks.values())
    percents = [int(m) for m in re.findall(r"<t(\d+)>", part) if int(m) not in used]
    points = [int(m) for m in re.findall(r"<q(\d+)>", part)]
    if percents:
        claim.percent = marked.numbers[_nearest(part, percents)]
    if points:
        claim.points = marked.numbers[points[0]]


def _take_periods(part: str, claim: Claim, marked: Marked) -> None:
    """The periods of the two levels, and the words of the comparison."""
    for side in ("later", "earlier"):
        if side in claim.marks and (period := beside(part, claim.marks[side])) is not None:
            setattr(claim, f"{side}_span", marked.spans[period])
    over = re.search(r"<p(\d+)> (?:and|to) <p(\d+)>", part)
    if over is not None and claim.marks:
        # "between May and June it fell from 206 to 191"
        ends = sorted((marked.spans[int(n)] for n in over.groups()), key=lambda span: span.last)
        claim.earlier_span, claim.later_span = ends
    since = re.search(r"\bsince (?:the )?<p(\d+)>", part)
    if since is not None and claim.earlier is not None and claim.later_span in (None, marked.spans[int(since[1])]):
        # "since May": May is where the change began
        claim.later_span, claim.earlier_span = None, marked.spans[int(since[1])]
    against = _AGAINST.search(part)
    claim.against = against[1] if against else ""


_BEYOND_TIMES = re.compile(
    r"\b(?:more than|over|at least|better than) (?:doubl|halv|trebl|tripl|quadrupl|twice)|"
    r"\b(?:doubl|halv|trebl|tripl|quadrupl)\w+ (?:and|or) more\b"
)
_ROUGHLY_TIMES = re.compile(r"\b(?:nearly|almost|more than|over|roughly|about) (?:doubl|halv|trebl|tripl|twice)")
_AGAINST = re.compile(
    r"(?:compared (?:to|with)|against|from|on|than|versus|vs|v)\s+(?:the |those |that )"
    r"?((?:previous|prior|preceding|last|same)[^<,.;()]{0,40}|<p\d+>)"
)
# "numbers from 1 to 4 are shown as fewer than 5" speaks of sizes
_SIZES = re.compile(
    r"\b(?:numbers?|values?|counts?|cells?|figures?|scores?) (?:from|between|of) <n\d+> (?:to|and) <n\d+>"
)


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
    direction = DIRECTION.search(part)
    middle = direction.start() if direction else 0
    return min(percents, key=lambda n: abs(part.index(f"<t{n}>") - middle))
