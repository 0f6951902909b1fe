"""Sentences whose direction, per cent, count change and levels cannot all hold."""

from __future__ import annotations

import re

from upstream.reports.check.claims import Claim, Marked, mark, read_claims
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.numbers import EPSILON, Value, agrees, percent_agrees, percent_change, share_can_be, show
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.readings import no_reading_holds

_UNCHANGED_WITHIN = 10.0  # per cent; "stable" beyond this cannot be said
_SHARE = re.compile(r"<t(\d+)>\s*\(\s*<n(\d+)>[^()<]{0,30}\)(?:[^<.;]{0,60}?\b(?:of|out of)\b[^<.;]{0,40}?<n(\d+)>)?")
_OUT_OF = re.compile(
    r"<n(\d+)>\s+(?:out of|of)\s+(?:the |all |a total of |these |those "
    r")?<n(\d+)>[^<.;()]{0,50}?[(,]?\s*(?:or |\(|, |represent\w* |which is |equating to |"
    r"equal to |i\.e\. |that is )?<t(\d+)>"
)
_OF_ALL = re.compile(
    r"\b(?:of|out of)(?: the| all| these| those|,)?(?: total of)? <n(\d+)>[^<.;()]{0,40}?,"
    r"? <n(\d+)>[^<.;()]{0,24}?\(<t(\d+)>\)"
)
_OF_THE = re.compile(r"<t(\d+)>\s*\(\s*<n(\d+)>\s*(?:of|out of|/)\s*(?:the |all )?<n(\d+)>")
_CHANGE_WORD = re.compile(
    r"increas|decreas|rise|rose|fall|fell|reduc|drop|declin|growth|grew|uplift|more|fewer|"
    r"higher|lower|change|up\b|down\b"
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
        exact = re.search(r"unchanged|no change|the same", claim.word)
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
    if claim.percent is None or claim.change is None or claim.rough or (claim.later and claim.earlier):
        return None
    change = abs(claim.change.number)
    printed = Value(abs(claim.percent.number), claim.percent.decimals, True, claim.percent.text)
    if printed.number == 0 or not claim.change.whole:
        return None
    if claim.base is not None and claim.base_side and claim.direction and claim.base.number > change:
        earlier = claim.base.number if claim.base_side < 0 else claim.base.number - claim.direction * change
        exact = 100 * change / earlier
        back = abs(100 * change / (earlier + claim.direction * change) - printed.number) <= printed.half + EPSILON
        if (
            abs(exact - printed.number)
            > printed.half + 100 * change * claim.base.half * (not claim.base.whole) / earlier**2 + EPSILON
        ):
            note = "; that is the change divided by the later figure" if back else ""
            return (
                f"a change of {claim.change.text} on {show(earlier)} is "
                f"{show(exact, max(printed.decimals, 0) + 1)}%, but {claim.percent.text} is "
                f"said{note}."
            )
    if not share_can_be(printed, int(change)):
        return (
            f"no whole number changes by {claim.change.text} and by {claim.percent.text}: "
            f"{show(change)} / {claim.percent.text} = {show(100 * change / printed.number, 2)}, "
            f"and neither neighbour rounds to it."
        )
    return None


def _multiple(claim: Claim) -> str | None:
    if claim.times is None or claim.later is None or claim.earlier is None or claim.earlier.number == 0:
        return None
    ratio = claim.later.number / claim.earlier.number
    slack = 0.25 if claim.rough else 0.12
    if abs(ratio - claim.times) <= slack * claim.times:
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


def shares(sentence: Sentence, marked: Marked) -> list[Finding]:
    """ "60% (4) of the areas": a whole must exist; "12 of 40 (25%)" must divide."""
    found = []
    done: set[int] = set()
    for pattern, order in ((_OF_ALL, (3, 2, 1)), (_OUT_OF, (3, 1, 2)), (_OF_THE, (1, 2, 3)), (_SHARE, (1, 2, 3))):
        for match in pattern.finditer(marked.line):
            at = [match[n] for n in order]
            percent, part = marked.numbers[int(at[0])], marked.numbers[int(at[1])]
            if int(at[0]) in done or not part.whole:
                continue
            done.add(int(at[0]))
            whole = marked.numbers[int(at[2])] if at[2] is not None and pattern is not _SHARE else None
            near = marked.line[max(match.start() - 40, 0) : match.end() + 24]
            if whole is not None and whole.whole:
                if not percent_agrees(percent, part, whole, change=False):
                    exact = (
                        f"{show(100 * part.number / whole.number, max(percent.decimals, 0) + 1)}%"
                        if whole.number
                        else "no per cent"
                    )
                    said = f"100 x {part.text} / {whole.text} = {exact}, but {percent.text} is said."
                    figures = (_figure("per cent", percent), _figure("part", part), _figure("whole", whole))
                    found.append(
                        Finding(
                            "percent_does_not_follow",
                            "error",
                            _where(sentence),
                            figures,
                            f"{said} (“{sentence.text[:220]}”)",
                        )
                    )
            elif not _CHANGE_WORD.search(near) and not share_can_be(percent, int(part.number)):
                said = (
                    (
                        f"no whole number exists of which {part.text} is {percent.text}: {part.text} / "
                        f"{percent.text} = {show(100 * part.number / percent.number, 2)}."
                    )
                    if percent.number
                    else f"{part.text} is not 0% of anything."
                )
                found.append(
                    Finding(
                        "sentence_cannot_hold",
                        "error",
                        _where(sentence),
                        (_figure("per cent", percent), _figure("part", part)),
                        f"{said} (“{sentence.text[:220]}”)",
                    )
                )
    return found


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
    return mark(sentence.full)


def sentence_cannot_hold(evidence: Evidence) -> list[Finding]:
    """Every sentence against itself; what it says against tables is checked with the facts."""
    found: list[Finding] = []
    for n, sentence in enumerate(evidence.sentences):
        marked = mark(sentence.full)
        if not marked.numbers:
            continue
        said: set[str] = set()
        for claim in read_claims(marked):
            for arithmetic in claim_contradictions(claim):
                if arithmetic not in said:
                    said.add(arithmetic)
                    found.append(_say(sentence, claim, arithmetic))
        if not said and (reading := no_reading_holds(_whole(evidence.sentences, n))) is not None:
            figures = tuple(_figure(what, value) for what, value in reading.numbers)
            arithmetic = f"{reading.arithmetic} (“{sentence.full[:220]}”)"
            found.append(Finding("sentence_cannot_hold", "error", _where(sentence), figures, arithmetic))
        found += shares(sentence, mark(sentence.text))
    return found
