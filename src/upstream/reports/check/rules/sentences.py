"""Sentences whose direction, per cent, count change and levels cannot all hold."""

from __future__ import annotations

import itertools
import re

from upstream.reports.check.claims import Claim, read_claims
from upstream.reports.check.cues import standards
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.nouns import phrase_after, tokens
from upstream.reports.check.numbers import EPSILON, Value, agrees, percent_agrees, percent_change, share_can_be, show
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.readings import no_reading_holds
from upstream.reports.check.rules.runs import run_in_sentence
from upstream.reports.check.rules.shares import reads_as_share

_UNCHANGED_WITHIN = 10.0  # per cent; "stable" beyond this cannot be said
_ABOUT = re.compile(
    r"\b(?:broadly|largely|virtually|little|roughly|almost|nearly|about|essentially|practically|mostly|much)\b"
)


def _where(sentence: Sentence) -> Where:
    return Where(sentence.file, sentence.line or None)


def _figure(what: str, value: Value) -> Figure:
    return Figure(what, value.text, value.number)


def _figures(claim: Claim) -> tuple[Figure, ...]:
    held = (
        ("later", claim.later),
        ("earlier", claim.earlier),
        ("per cent", claim.percent),
        ("points", claim.points),
        ("change", claim.change),
    )
    return tuple(_figure(what, value) for what, value in held if value is not None)


def _say(sentence: Sentence, claim: Claim, arithmetic: str) -> Finding:
    return Finding(
        "sentence_cannot_hold", "error", _where(sentence), _figures(claim), f"{arithmetic} (“{sentence.full[:220]}”)"
    )


def _levels_against_direction(claim: Claim) -> str | None:
    if claim.later is None or claim.earlier is None or claim.direction is None:
        return None
    moved = claim.later.number - claim.earlier.number
    low, high = sorted((abs(claim.later.number), abs(claim.earlier.number)))
    if high > 20 * max(low, 1.0) and claim.percent is None and claim.change is None:
        return None
    if claim.direction == 0:
        percent = percent_change(claim.later.number, claim.earlier.number)
        exact = re.search(r"unchanged|no change|the same", claim.word) and not _ABOUT.search(claim.part)
        if moved and (exact or (percent is not None and abs(percent) > _UNCHANGED_WITHIN)) and not claim.percent:
            return (
                f"“{claim.word}”, but {claim.earlier.text} to {claim.later.text} is a change of "
                f"{show(moved, max(claim.later.decimals, 0))}."
            )
        return None
    if moved * claim.direction < 0 or (moved == 0 and claim.percent is not None and claim.percent.number):
        way = "an increase" if moved > 0 else "a decrease" if moved < 0 else "no change"
        return (
            f"“{claim.word}”, but {claim.earlier.text} to {claim.later.text} is {way} "
            f"({claim.later.text} - {claim.earlier.text} = "
            f"{show(moved, max(claim.later.decimals, 0))})."
        )
    return None


def _percent_against_levels(claim: Claim) -> str | None:
    if claim.later is None or claim.earlier is None or claim.percent is None or claim.rough:
        return None
    later, earlier = claim.later, claim.earlier
    unsaid = claim.direction is None and claim.later_span is not None and not later.percent
    if (not claim.direction and not unsaid) or (later.number - earlier.number) * (claim.direction or 0) < 0:
        return None
    printed = Value(abs(claim.percent.number), claim.percent.decimals, True, claim.percent.text)
    low, high = sorted((later, earlier), key=lambda v: v.number)
    falling = later.number < earlier.number
    fits = (
        percent_agrees(printed, later, earlier, change=True)
        if not falling
        else percent_agrees(Value(-printed.number, printed.decimals, True, ""), later, earlier, change=True)
    )
    if fits or (later.percent and agrees(printed, high.number - low.number, later.half + earlier.half)):
        return None
    exact = percent_change(later.number, earlier.number)
    if exact is None:
        return (
            f"{earlier.text} to {later.text} has no per cent change (the base is nil), but "
            f"{claim.percent.text} is said."
        )
    back = later.number != 0 and agrees(printed, abs(100 * (later.number - earlier.number) / later.number))
    note = "; that is the change divided by the later figure" if back else ""
    return (
        f"100 x ({later.text} - {earlier.text}) / {earlier.text} = "
        f"{show(exact, max(printed.decimals, 0) + 1)}%, but {claim.percent.text} is "
        f"said{note}."
    )


def _change_against_levels(claim: Claim) -> str | None:
    if claim.later is None or claim.earlier is None or claim.rough:
        return None
    moved = claim.later.number - claim.earlier.number
    slack = (claim.later.half if claim.later.decimals else 0) + (claim.earlier.half if claim.earlier.decimals else 0)
    for printed in (claim.change, claim.points if claim.later.percent else None):
        if printed is None or (printed is claim.change and claim.later.percent):
            continue
        allowed = slack + (printed.half if printed.percent or printed.decimals else 0)
        if printed.percent:
            allowed = claim.later.half + claim.earlier.half + printed.half
        if abs(abs(moved) - abs(printed.number)) > allowed + EPSILON:
            return (
                f"{claim.later.text} - {claim.earlier.text} = "
                f"{show(moved, max(claim.later.decimals, claim.earlier.decimals))}, but a change of "
                f"{printed.text} is said."
            )
    return None


def _percent_against_change(claim: Claim) -> str | None:
    """Per cent and count change with one level, or with none: could any level give both?"""
    if claim.percent is None or claim.change is None or claim.rough or claim.points or (claim.later and claim.earlier):
        return None
    change = abs(claim.change.number)
    printed = Value(abs(claim.percent.number), claim.percent.decimals, True, claim.percent.text)
    if printed.number == 0 or not claim.change.whole:
        return None
    if claim.base is not None and claim.direction and claim.base.number > change:
        return _change_on_one_level(claim, claim.base, change, printed)
    if not share_can_be(printed, int(change)):
        return (
            f"no whole number changes by {claim.change.text} and by {claim.percent.text}: "
            f"{show(change)} / {claim.percent.text} = {show(100 * change / printed.number, 2)}, "
            f"and neither neighbour rounds to it."
        )
    return None


def _change_on_one_level(claim: Claim, level: Value, change: float, printed: Value) -> str | None:
    """A change, its per cent and one level, which is the later or the earlier where the words do not say."""
    before = {-1: [level.number], 1: [level.number - (claim.direction or 0) * change]}
    bases = before.get(claim.base_side, [*before[-1], *before[1]])
    slack = 0.0 if level.whole else 100 * change * level.half / min(bases) ** 2
    shares = [100 * change / base for base in bases if base > 0]
    if not shares or any(abs(share - printed.number) <= printed.half + slack + EPSILON for share in shares):
        return None
    base = bases[-1]
    later = base + (claim.direction or 0) * change
    back = later > 0 and abs(100 * change / later - printed.number) <= printed.half + EPSILON
    note = "; that is the change divided by the later figure" if back else ""
    exact = show(100 * change / base, max(printed.decimals, 0) + 1)
    return f"a change of {show(change)} on {show(base)} is {exact}%, but {printed.text} is said{note}."


def _multiple(claim: Claim) -> str | None:
    if claim.times is None or claim.later is None or claim.earlier is None or claim.earlier.number == 0:
        return None
    ratio = claim.later.number / claim.earlier.number
    slack = 0.25 if claim.rough else 0.12
    further = ratio > claim.times if claim.times > 1 else ratio < claim.times
    if abs(ratio - claim.times) <= slack * claim.times or (claim.beyond and further):
        return None
    return f"{claim.later.text} / {claim.earlier.text} = {show(ratio, 2)}, not {show(claim.times, 1)} times."


def claim_contradictions(claim: Claim) -> list[str]:
    """Every way in which one claim contradicts itself; the direction alone is enough when it is wrong."""
    wrong_way = _levels_against_direction(claim)
    checks = [wrong_way] if wrong_way else []
    checks += [
        c
        for c in (
            _percent_against_levels(claim),
            _change_against_levels(claim),
            _percent_against_change(claim),
            _multiple(claim),
        )
        if c
    ]
    return checks


# a whole number below this may be a mean that rounding moves by much
_SMALL = 100
_MEAN = re.compile(r"\b(?:mean|average|daily)\b", re.IGNORECASE)


def _rounded_means(claim: Claim, notes: str) -> bool:
    """Whether means printed as whole numbers account for a per cent: the levels may lie half to either side."""
    if claim.percent is None or not claim.direction or not _MEAN.search(notes):
        return False
    levels = [v for v in (claim.later, claim.earlier, claim.base) if v is not None]
    if not levels or not all(v.whole for v in levels):
        return False
    change = abs(claim.change.number) if claim.change is not None else None
    earlier = claim.earlier or (claim.base if claim.base_side < 0 else None)
    later = claim.later or (claim.base if claim.base_side > 0 else None)
    if earlier is None and later is not None and change is not None:
        start = later.number - claim.direction * change
    elif earlier is not None:
        start = earlier.number
    else:
        return False
    end = later.number if later is not None else start + claim.direction * (change or 0.0)
    low = 100 * (end - 0.5) / (start + 0.5) - 100
    high = 100 * (end + 0.5) / max(start - 0.5, 0.5) - 100
    near = min(low, high) - claim.percent.half, max(low, high) + claim.percent.half
    return near[0] <= claim.direction * abs(claim.percent.number) <= near[1]


def _fits_elsewhere(claim: Claim, marked: Marked) -> bool:
    """Whether two other counts of a sentence give the per cent and the direction said: then they are the levels."""
    if claim.percent is None or not claim.direction:
        return False
    counts = [v for v in marked.numbers if v.whole and v not in (claim.percent, claim.change)]
    for earlier, later in itertools.permutations(counts, 2):
        if {earlier.text, later.text} == {v.text for v in (claim.later, claim.earlier) if v is not None}:
            continue
        moved = later.number - earlier.number
        if moved * claim.direction <= 0 or not earlier.number:
            continue
        sign = 1 if moved > 0 else -1
        printed = Value(sign * abs(claim.percent.number), claim.percent.decimals, True, claim.percent.text)
        changed = claim.change is None or abs(abs(moved) - abs(claim.change.number)) < EPSILON
        if changed and percent_agrees(printed, later, earlier, change=True):
            return True
    return False


_MORE = r"(?P<more>more|greater|higher|larger|bigger|longer|above|exceed\w*|outnumber\w*|surpass\w*|outstrip\w*|over)"
_LESS = r"(?P<less>fewer|less|lower|smaller|shorter|below|under)"
_RANKED = (
    # "more dogs (12) than cats (7)", "more dogs than cats (12 against 7)", "dogs (12) outnumbered cats (7)"
    re.compile(
        rf"\b(?:{_MORE}|{_LESS})\b [^<.;,()]{{2,60}}\(<(?P<kind>[nt])(?P<a>\d+)>\) than [^<.;,()]{{2,60}}"
        r"\(<(?P=kind)(?P<b>\d+)>\)"
    ),
    re.compile(
        rf"\b(?:{_MORE}|{_LESS})\b [^<.;,()]{{2,60}} than [^<.;,()]{{2,60}}\(<(?P<kind>[nt])(?P<a>\d+)>"
        r"(?:,| and| to| against| versus| v\.?| compared with) <(?P=kind)(?P<b>\d+)>\)"
    ),
    re.compile(
        rf"\(<(?P<kind>[nt])(?P<a>\d+)>\) (?:[a-z]+ ){{0,3}}?(?:{_MORE}|{_LESS})\b"
        r"(?: than)? [^<.;,()]{2,60}\(<(?P=kind)(?P<b>\d+)>\)"
    ),
)


def _ranked(sentence: Sentence, marked: Marked) -> Finding | None:
    """Two things compared by size, each with its number, where the number of the greater is not the greater."""
    match = next((m for pattern in _RANKED if (m := pattern.search(marked.line))), None)
    # a level against its target is judged with the targets
    if match is None or standards(marked.line):
        return None
    one, other = marked.numbers[int(match["a"])], marked.numbers[int(match["b"])]
    if one.number == other.number or (one.number > other.number) == bool(match["more"]):
        return None
    sign = ">" if one.number > other.number else "<"
    said = f"{one.text} {sign} {other.text}, but “{match['more'] or match['less']}” is said (“{sentence.full[:220]}”)"
    figures = (_figure("first", one), _figure("second", other))
    return Finding("sentence_cannot_hold", "error", _where(sentence), figures, said)


_WITH_CHANGE = 2
_SPEAKS_OF_LAST = re.compile(
    r"^(?:this|that|it|which|these)\b(?: \w+){0,2}? (?:is|was|are|were|represents?|equates?)\b|^an? ", re.IGNORECASE
)


def _whole(sentences: tuple[Sentence, ...], n: int) -> Marked:
    """A sentence; with the one before it when it begins with "This is" and the first names one level."""
    sentence, before = sentences[n], sentences[n - 1] if n else None
    if (
        before is not None
        and _SPEAKS_OF_LAST.match(sentence.text)
        and (before.file, before.section) == (sentence.file, sentence.section)
        and len(mark(before.text).numbers) == 1
    ):
        return mark(f"{before.text.rstrip('.')}; {sentence.text}")
    if before is not None and _goes_on(before, sentence):
        return mark(f"{before.text.rstrip('.')}; {sentence.text}")
    return mark(sentence.full)


def _goes_on(before: Sentence, sentence: Sentence) -> bool:
    """ "In May we had 149 visits. In June we had 118, a fall of 21%": one count and one period each."""
    first, second = mark(before.text), mark(sentence.text)
    if (before.file, before.section) != (sentence.file, sentence.section) or len(first.numbers) != 1:
        return False
    counts = re.findall(r"<n(\d+)>", second.line)
    one_each = len(first.spans) == len(second.spans) == 1 and "<n0>" in first.line and len(counts) == 1
    if not one_each or len(second.numbers) > _WITH_CHANGE or not all(s.dated for s in (*first.spans, *second.spans)):
        return False
    said = tokens(second.line)
    alike = first.spans[0].months == second.spans[0].months
    return alike and not phrase_after(said, said.index(f"<n{counts[0]}>")) and not first.line.endswith("?")


def sentence_cannot_hold(evidence: Evidence) -> list[Finding]:
    """Every sentence against itself; what it says against tables is checked with the facts."""
    found: list[Finding] = []
    notes = evidence.words_by_section()
    for n, sentence in enumerate(evidence.sentences):
        marked = mark(sentence.full)
        if not marked.numbers or reads_as_share(marked):
            continue
        said: set[str] = set()
        for claim in read_claims(marked):
            if _fits_elsewhere(claim, marked) or _rounded_means(
                claim, notes.get((sentence.file, sentence.section), "")
            ):
                continue
            for arithmetic in claim_contradictions(claim):
                if arithmetic not in said:
                    said.add(arithmetic)
                    found.append(_say(sentence, claim, arithmetic))
        means = bool(_MEAN.search(notes.get((sentence.file, sentence.section), "")))
        small = means and all(v.percent or v.number < _SMALL for v in marked.numbers)
        if not said and not small and (reading := no_reading_holds(_whole(evidence.sentences, n))) is not None:
            figures = tuple(_figure(what, value) for what, value in reading.numbers)
            arithmetic = f"{reading.arithmetic} (“{sentence.full[:220]}”)"
            found.append(Finding("sentence_cannot_hold", "error", _where(sentence), figures, arithmetic))
        ranked = _ranked(sentence, marked)
        found += run_in_sentence(sentence) + ([ranked] if ranked and not said else [])
    return found
