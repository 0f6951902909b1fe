"""Sentences of which no reading holds: two levels, a change and a direction, whatever the words between them.

The patterns of ``claims`` know how a claim is usually put. Here nothing is known of the wording: the numbers of a
sentence are given the roles of later level, earlier level and change in every way the cues allow, and the sentence is
at fault when none of these ways works out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import permutations

from upstream.reports.check.cues import CHANGE, beside, cue, standards
from upstream.reports.check.marks import Marked
from upstream.reports.check.movement import DOWN, SHARE, UP
from upstream.reports.check.numbers import Value, percent_agrees, show

# comparatives say a direction only where they stand with a number, with "than" or after a verb of being: "conflict is
# less" but not "families reporting less conflict"
_AT_A_NUMBER = r"(?:^|(?<=> )|(?<=; )|(?<=: )|(?<=was )|(?<=were )|(?<=is )|(?<=are )|(?<=been )|(?<=had ))"
_MORE = r"(?:above|over|greater|higher|more|extra|additional|up)"
_LESS = r"(?:below|under|lower|fewer|less|down)"
_MORE_UP = (
    rf"|exceed\w*|surpass\w*|outstrip\w*|overtak\w*|overtook|topp(?:ed|ing)|\bgain|plus|{_AT_A_NUMBER}{_MORE}|"
    rf"{_MORE}(?= (?:[a-z]+ ){{0,5}}than\b(?! <)| (?:by|on|from|to) | <)"
)
_MORE_DOWN = (
    rf"|undershoot\w*|undershot|undercut\w*|short of|\bloss|saving of|minus|{_AT_A_NUMBER}{_LESS}|"
    rf"{_LESS}(?= (?:[a-z]+ ){{0,5}}than\b(?! <)| (?:by|on|from|to) | <)"
)
_UPWARD = re.compile(rf"(?<!-)\b(?!\w+-[a-z])(?:{UP}{_MORE_UP})\b", re.IGNORECASE)
_DOWNWARD = re.compile(rf"(?<!-)\b(?!\w+-[a-z])(?:{DOWN}{_MORE_DOWN})\b", re.IGNORECASE)
_MARK = re.compile(r"<([ntqp])(\d+)>")
_ROUGH = re.compile(
    r"(?<!> )\b(?:around|approximately|about|roughly|nearly|almost|over|more than|less than|at least|up to|just under|"
    r"just over|circa|some)\s+(?:an? )?<[tq]\d+>"
)
# a number that the words about it make a change, not a level
_CHANGE_BEFORE = re.compile(
    r"(?:\bby|\bup|\bdown|\b(?:gap|difference|change) between\b.*\b(?:is|was)|(?:increase|rise|gain|growth|jump|"
    r"uplift|decrease|fall|drop|loss|reduction|cut|slump|decline|"
    r"difference|change|gap|saving|shift|swing|movement|improvement) of|\b(?:is|are|was|were) (?=<n\d+> (?:more|"
    r"fewer|less|"
    r"higher|lower|up|down|extra)))\s*(?:just |only |some |exactly |a further )?$"
)
_CHANGE_AFTER = re.compile(
    r"^\s*(?:\(<t\d+>\)\s*)?(?:more|fewer|less|greater|larger|smaller|bigger|above|below|extra|additional|higher|"
    r"lower|increase|decrease|rise|"
    r"fall)\b(?!\s+than\s+(?:the )?<[nt])"
)
_COMPARES = re.compile(
    rf"\b(?:from|compar\w+|against|versus|vs?|than|since|previous\w*|last|prior|before|earlier|(?:up|down|{UP}|"
    rf"{DOWN}))\b"
)
_WAS = re.compile(
    r"\b(?:from|against|compar\w+ (?:with|to)|versus|vs\.?|than|having been|in place of|instead of|previously|"
    r"(?:months?|years?|"
    r"quarters?|weeks?) (?:earlier|ago|before):?)(?: (?:the|a|previous|"
    r"prior|same|last|month|quarter|"
    r"year|period|of|in|figure|total))*\s*\(?$"
)
_WAS_AFTER = re.compile(
    r"^\)? (?:(?:in|for|during) )?(?:the )?(?:(?:last|previous|prior) (?:month|quarter|year)|(?:month|year|"
    r"quarter) (?:before|earlier)|then\b|a \w+ (?:ago|earlier))|"
    r"^\)?(?: [a-z'-]+){1,4} a \w+ (?:ago|earlier|before)\b"
)
_NOW_AFTER = re.compile(r"^\)?[^,;]{0,24}\b(?:this (?:month|quarter|year)|now|today|currently)\b")
# ratio of the later to the earlier level, with the room that plain words leave
_FRACTIONS = {"half": 1 / 2, "a third": 1 / 3, "one third": 1 / 3, "a quarter": 1 / 4, "one quarter": 1 / 4}
_FRACTIONS |= {
    "a fifth": 1 / 5,
    "one fifth": 1 / 5,
    "one tenth": 1 / 10,
    "one half": 1 / 2,
    "three-quarters": 3 / 4,
    "two fifths": 2 / 5,
    "a tenth": 1 / 10,
    "two thirds": 2 / 3,
    "two-thirds": 2 / 3,
    "three quarters": 3 / 4,
}
_FRACTIONS |= {name.replace(" ", "-"): share for name, share in _FRACTIONS.items() if " " in name}
_FRACTION = re.compile(
    rf"\b(?:by|of|up|down|cut)\s+(?P<near>nearly |almost |about |around |more than |over |just over |just under )?"
    rf"(?P<part>{'|'.join(_FRACTIONS)})\b(?! (?:of|the))|"
    rf"\b(?P<near2>nearly |almost |about |around |roughly |more than |over |just over |just under )?"
    rf"(?P<part2>{'|'.join(_FRACTIONS)}) (?:more|fewer|less|higher|lower|up|down|above|below|increase|decrease|"
    rf"rise|fall|reduction|drop|cut)\b"
)
_MULTIPLES = {"doubl": 2.0, "trebl": 3.0, "tripl": 3.0, "quadrupl": 4.0, "halv": 0.5, "quarter": 0.25}
_MULTIPLE = re.compile(
    r"\b(?P<near>nearly |almost |about |around |more than |over |just over |just under |roughly )?"
    r"(?P<word>doubl|trebl|tripl|quadrupl|halv|quarter)(?:ed|es|ing|e)\b"
)
_FRACTION_SLACK = 0.05
# a level of its own, and what is said of it in the next breath
_THERE_WERE = re.compile(
    r"^[^<]*(?:<p\d+>[^<]*)?<n\d+>[^;<]*(?:<p\d+>[^;<]*)?; (?:this|that|it|these|which|an?)\b[^<]*<[nt]\d+>"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence was taken to say, and why it cannot be.

    Attributes
    ----------
    numbers
        The numbers that conflict, by role.
    arithmetic
        The sum that does not work out.
    """

    numbers: tuple[tuple[str, Value], ...]
    arithmetic: str


def direction_of(line: str) -> int | None:
    """1 up, -1 down, 0 when no word says so, ``None`` when words for both are there."""
    # "more than halved": how far, not which way
    line = re.sub(
        rf"\b(?:more|better|less|fewer|over|under) than (?=doubl|halv|trebl|tripl|quadrupl|quarter|{SHARE})", "", line
    )
    up, down = bool(_UPWARD.search(line)), bool(_DOWNWARD.search(line))
    return None if up and down else 1 if up else -1 if down else 0


def _changes(line: str, counts: list[int]) -> list[int]:
    """Counts that are said to be a change."""
    found = [int(n) for m in CHANGE.finditer(line) for n in m.groups() if n and not _sure_side(line, int(n))]
    for n in counts:
        if n in found or re.search(rf"\b(?:an?|the) [a-z-]+ of <n{n}> (?:on|over|from|against) (?:the )?<n", line):
            found += [] if n in found else [n]
            continue
        before, after = re.split(rf"<n{n}>", line, maxsplit=1)
        if (
            _CHANGE_BEFORE.search(before) and not re.search(r"\b(?:up|down|by) (?:to|from)\s*$", before)
        ) or _CHANGE_AFTER.search(after):
            found.append(n)
    return found


def _sure_side(line: str, level: int) -> int:
    """-1 when the words joined to a level make it the earlier, 1 the later, 0 when none are joined to it."""
    before, after = re.split(rf"<[nt]{level}>", line, maxsplit=1)
    behind = _MARK.split(after)[0]
    if _WAS.search(_MARK.split(before)[-1]) or _WAS_AFTER.search(behind):
        return -1
    return 1 if _NOW_AFTER.search(behind) else 0


def _beside_two(line: str, first: int, second: int) -> bool:
    """Whether each of two levels has a period of its own."""
    one, two = beside(line, first), beside(line, second)
    return one is not None and two is not None and one != two


def _ordered(marked: Marked, line: str, levels: list[int]) -> tuple[int, int] | None:
    """Later and earlier of two levels: by the periods that stand with them, else by the words about them."""
    marks = [(kind, int(n)) for kind, n in _MARK.findall(line)]
    periods = [n for kind, n in marks if kind == "p" and marked.spans[n].dated]
    first, second = levels
    one, two = _sure_side(line, first), _sure_side(line, second)
    if one != two and not (one and two):
        return (first, second) if one > two else (second, first)
    if (
        len(periods) == 2
        and _beside_two(line, first, second)
        and marked.spans[periods[0]].last != marked.spans[periods[1]].last
    ):
        falls = marked.spans[periods[0]].last > marked.spans[periods[1]].last
        if re.search(rf"\bfrom\b[^<]*<[nt]{first}>[^<]*(?:<p\d+>[^<]*)?\bto\b[^<]*<[nt]{second}>", line):
            return second, first
        return (first, second) if falls else (second, first)
    pair = re.search(rf"\(<n({first}|{second})>(?:,| and| to| against| v| versus) <n(?:{first}|{second})>\)", line)
    if pair is not None and len(periods) == 2 and line.rindex("<p") < pair.start():
        # "(862 and 700)" in the order in which the two periods were named
        later = marked.spans[periods[0]].last > marked.spans[periods[1]].last
        return (first, second) if later else (second, first)
    one, two = _sure_side(line, first), _sure_side(line, second)
    if one != two:
        return (first, second) if one > two else (second, first)
    one, two = cue(line, first), cue(line, second)
    # cues must tell both levels; one alone leaves both orders open
    return None if one * two >= 0 else (first, second) if one > two else (second, first)


def _fits(later: Value, earlier: Value, change: Value | None, percent: Value | None, direction: int) -> str:
    """The first sum of one reading that does not work out; empty when all do."""
    moved = later.number - earlier.number
    decimals = max(later.decimals, earlier.decimals, 0)
    stated = f"{later.text} - {earlier.text} = {show(moved, decimals)}"
    if direction and moved * direction < 0:
        return f"{stated}, but {'an increase' if direction > 0 else 'a decrease'} is said."
    slack = (later.half + earlier.half + change.half) * bool(decimals) if change is not None else 0.0
    if change is not None and abs(abs(moved) - abs(change.number)) > slack + 1e-9:
        return f"{stated}, but a change of {change.text} is said."
    if percent is not None:
        sign = -1 if moved < 0 else 1
        printed = Value(sign * abs(percent.number), percent.decimals, True, percent.text)
        if earlier.number and not percent_agrees(printed, later, earlier, change=True):
            exact = 100 * moved / earlier.number
            sum_ = f"100 x ({later.text} - {earlier.text}) / {earlier.text}"
            return f"{sum_} = {show(exact, max(percent.decimals, 0) + 1)}%, but {percent.text} is said."
        if percent.text[:1] in "+-" and moved * percent.number < 0:
            return f"{stated}, but {percent.text} is said."
    return ""


def _multiple(line: str, later: Value, earlier: Value, direction: int) -> str:
    """ "Halved", "up by a third", against the two levels."""
    fraction, multiple = _FRACTION.search(line), _MULTIPLE.search(line)
    found = fraction or multiple
    if found is None or earlier.number <= 0 or (fraction and not direction):
        return ""
    share = _FRACTIONS[fraction["part"] or fraction["part2"]] if fraction else 0.0
    wanted = 1 + direction * share if fraction else _MULTIPLES[multiple["word"]] if multiple else 1.0
    ratio, near = (
        later.number / earlier.number,
        (
            (fraction and (fraction["near"] or fraction["near2"]))
            or (found["near"] if multiple and not fraction else "")
            or ""
        ).strip(),
    )
    reach = 2 * _FRACTION_SLACK if near else _FRACTION_SLACK
    low, high = wanted - reach * max(wanted, 1), wanted + reach * max(wanted, 1)
    if near in {"more than", "over"}:
        # beyond the multiple, on the side it moves to
        low, high = (low, wanted * 1.6) if wanted > 1 else (wanted * 0.6, high)
    if low <= ratio <= high:
        return ""
    return f"{later.text} / {earlier.text} = {show(ratio, 2)}, but “{found[0].strip()}” is said."


def _split(marked: Marked, line: str) -> tuple[list[int], list[int], list[int]] | None:
    """Counts, per cents and points of a line that may be one claim of change; ``None`` when it is more than that."""
    left_out = standards(line)
    held: dict[str, list[int]] = {"n": [], "t": [], "q": []}
    for kind, n in _MARK.findall(line):
        if kind in held and int(n) not in left_out:
            held[kind].append(int(n))
    periods = {marked.spans[int(n)].text for kind, n in _MARK.findall(line) if kind == "p"}
    if left_out or len(periods) > 2 or len(held["n"]) > 3 or len(held["t"]) > 2 or len(held["q"]) > 1:
        return None
    return held["n"], held["t"], held["q"]


def _in_points(marked: Marked, line: str, percents: list[int], points: list[int], direction: int) -> Reading | None:
    order = _ordered(marked, line, percents)
    values, change = [marked.numbers[n] for n in percents], marked.numbers[points[0]]
    pairs = [order] if order else list(permutations(percents))
    wrong = [_fits(marked.numbers[a], marked.numbers[b], change, None, direction) for a, b in pairs]
    if not all(wrong) or _ROUGH.search(line):
        return None
    return Reading((("level", values[0]), ("level", values[1]), ("points", change)), wrong[0])


def no_reading_holds(marked: Marked) -> Reading | None:
    """The contradiction of a sentence whose numbers fit in no way; ``None`` when a reading holds or none is sure.

    Parameters
    ----------
    marked
        One sentence, or two of which the second speaks of the first ("This is ...").
    """
    line = marked.line
    split, direction = _split(marked, line), direction_of(line)
    if split is None or direction is None or not _COMPARES.search(line):
        return None
    counts, percents, points = split
    if len(percents) == 2 and len(points) == 1 and not counts:
        return _in_points(marked, line, percents, points, direction)
    said = _changes(line, counts)
    if len(counts) == 2 and len(said) == len(percents) == 1 and not points and not _ROUGH.search(line):
        return _on_one_level(marked, counts, said[0], percents[0], direction)
    changes = said[:1] if len(counts) == 3 and len(said) == 1 else []
    levels = [n for n in counts if n not in changes]
    if len(levels) != 2 or points or len(percents) > 1 or (said and not changes):
        return None
    percent = marked.numbers[percents[0]] if percents and not _ROUGH.search(line) else None
    return _contradiction(marked, levels, changes, percent, direction)


def _on_one_level(marked: Marked, counts: list[int], moved: int, percent: int, direction: int) -> Reading | None:
    """ "There were 286; this is 45 more than last year, up 14.7%": the earlier level is 286 - 45."""
    at = next(n for n in counts if n != moved)
    level, change, said = (marked.numbers[n] for n in (at, moved, percent))
    later_first = _THERE_WERE.search(marked.line) and marked.line.index(f"<n{at}>") < marked.line.index(f"<n{moved}>")
    earlier = level.number - direction * abs(change.number)
    if not direction or not later_first or earlier <= 0 or not (level.whole and change.whole):
        return None
    exact = 100 * abs(change.number) / earlier
    if abs(exact - abs(said.number)) <= said.half + 1e-9:
        return None
    sum_ = f"100 x {change.text} / ({level.text} {'-' if direction > 0 else '+'} {change.text})"
    arithmetic = f"{sum_} = {show(exact, max(said.decimals, 0) + 1)}%, but {said.text} is said."
    return Reading((("level", level), ("change", change), ("per cent", said)), arithmetic)


def _contradiction(
    marked: Marked, levels: list[int], changes: list[int], percent: Value | None, direction: int
) -> Reading | None:
    """Two levels and what is said of their change, in every order that the cues leave open."""
    change = marked.numbers[changes[0]] if changes else None
    low, high = sorted(abs(marked.numbers[n].number) for n in levels)
    signed = percent is not None and percent.text[:1] in "+-"
    order = _ordered(marked, marked.line, levels)
    pairs = [order] if order else list(permutations(levels))
    bare = change is None and percent is None
    if (bare and (order is None or high > 5 * max(low, 1.0))) or (
        not direction and not signed and change is None and bare
    ):
        return None
    if percent is not None and change is None and not direction and not signed:
        return None
    wrong = []
    for later, earlier in pairs:
        a, b = marked.numbers[later], marked.numbers[earlier]
        wrong.append(_fits(a, b, change, percent, direction) or _multiple(marked.line, a, b, direction))
    if not all(wrong):
        return None
    held = [("level", marked.numbers[n]) for n in levels]
    held += [("change", change)] if change is not None else []
    held += [("per cent", percent)] if percent is not None else []
    return Reading(tuple(held), wrong[0])
