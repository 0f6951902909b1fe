"""Targets judged in sentences: a level, a target, which way is good, and what is said of the two.

The two numbers are of one unit; which is the target is told by the words about each. Which way is good comes from the
bound that the target is given ("at least", "no more than"), then from the unit, then from the measure. The verdict is
read with its negations. Where one of these is not plain, nothing is found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.numbers import Value
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.betterness import better_of
from upstream.reports.check.rules.target_words import (
    TARGET_NOUN,
    judges,
    measureless,
    names_that_judge,
    without_names,
)
from upstream.reports.check.rules.verdicts import NEGATIVE, POSITIVE, met_verdict, placed

_DURATION = re.compile(
    r"(\d+(?:\.\d+)?)[ -](?:working |calendar )?(minute|min|second|sec|hour|day|week|month|year)(?:s|es)?\b(?! "
    r"(?:to|ending|ended|ago|earlier|before|period))",
    re.IGNORECASE,
)
_WITHIN_NUMBER = re.compile(r"\b(?:with)?in (?=(?:the |its |our )?\d[\d.]* unit)", re.IGNORECASE)
_BEFORE = re.compile(
    rf"\b(?:{TARGET_NOUN}|required|expected|should(?: be)?|must(?: be)?|supposed to|meant to|want(?:s|ed)?|(?:ask|"
    rf"call)(?:s|ed)? for|(?:has|have|had|needs?|"
    rf"needed) to|at or (?:under|below|"
    rf"above|over)|permitted|allowed|agreed|"
    rf"aim(?:s|ed|ing)? (?:for|to|at)|"
    rf"at least|at most|no (?:more|less|fewer|longer) than|not (?:more|less) than|minimum of|maximum of|up to|"
    rf"against(?: the| a| our| its)*)\b[^<.;]*$"
)
# "plan coverage: 37%", "pledge fulfilment": a word of target inside the name of a measure
_OPENS_A_NAME = re.compile(
    rf"(?!maximum|minimum){TARGET_NOUN} (?!(?:of|for|is|was|were|are|at|to|on|in|by|with|and|or|that|which|has|had|"
    rf"set|level|rate|figure|"
    rf"time|score|range|value|agreed|\w+ed|this|last|we|our|it|being|stands?|stood|remains?|the|a|an)\b)[a-z-]+"
)
_BETWEEN = (
    r"(?:meets?|misses|hits?|keeps?|kept|breaks?|beats?|is|was|are|were|against|versus|vs|below|above|over|under|"
    r"with|to|met|missed|of|on|for|in|by|and|but|which|exceed\w*|"
    r"outside|inside|beyond|beat|\w+(?:ed|es|s) (?:the|its|our|a|an|this))\b"
)
_EXTREME = r"(?:most|least|longest|shortest|slowest|highest|lowest|fewest)"
_AFTER = re.compile(
    rf"^\s*(?:unit\w+ )?(?:\(?(?!{_BETWEEN})[a-z'-]+ ){{0,2}}?\(?{TARGET_NOUN}\b|^\s*(?:unit\w+ )?(?:or (?:more|"
    rf"less|fewer|better|above|below|higher|lower|over|under|sooner)|"
    r"(?:that (?:was|is) |we )?(?:expected|required|permitted|allowed|promised|pledged|aimed for|sought|set))\b|"
    rf"^\s*(?:unit\w+ )?at (?:the )?(?:most|least)\b|"
    rf"^\s*(?:unit\w+,? )?(?:(?:that |which )?(?:is|was|being)|as) (?:the|our|a) (?:{_EXTREME}|{TARGET_NOUN})\b"
)
_ACTUAL_BEFORE = re.compile(
    r"(?:\b(?:was|were|is|are|stood at|stands at|reached|came in at|came to|at|recorded|achieved|performance of|"
    r"result of|averaged|"
    r"finished at|ended at|being|scored|delivered|managed|returned|actual|only|just|of|with)|[:,(])\s*(?:a |an |"
    r"just |only )?\(?$"
)
_LEAST = re.compile(
    r"\b(?:at least|the least|the lowest|at or (?:above|over)|minimum|no (?:less|fewer) than|not less than|"
    r"or (?:more|above|over|higher|better)|floor|bar|"
    r"(?<!not )exceed(?:ing)? <target)\b|(?:above|over|more than) <target"
)
_MOST = re.compile(
    r"\b(?:at most|the (?:most|longest|slowest|highest)|at or (?:under|below)|maximum|no (?:more|longer) than|"
    r"not more than|up to|or (?:less|fewer|below|under|lower|sooner)|"
    r"ceiling|cap|permitted|allowed|limit)\b|"
    r"(?:under|inside|within|below|less than|fewer than|not exceed|not exceeding) <target"
)
_OPEN = re.compile(
    r"\b(?:(?:control|process|statistical|warning) limits?|(?:upper|lower) limits?(?! (?:on|for)\b| of <[nt]\d+>)|"
    r"expected range|"
    r"confidence interval)\b|"
    r"\b(?:will|would|forecast\w*|project(?:ed|ion)\w*|if|unless|whether|likely|could|might|previous\w*|last year|"
    r"used to|raised to|was raised|lowered to|followed by)\b"
)
# a level of somebody else's is no target
_OTHERS = re.compile(
    r"\b(?:average|mean|median|national\w*|regional\w*|similar|peers?|elsewhere|England|population)\b", re.I
)
_EARLIER = re.compile(
    r"(?:\bfrom|previously|last (?:year|month|quarter)|compared (?:to|with)|up on|down on|having been)\s*\(?$"
)
_EARLIER_BEHIND = re.compile(
    r"^\)?,? (?:an? |one |the )?(?:year|month|quarter|week) (?:ago|earlier|before|previously)\b"
)
_SPEAKS_BACK = re.compile(
    r"\b(?:it|they|this|that|the (?:target|standard|goal|ambition|aim|threshold|benchmark|limit|requirement|"
    r"expectation))\b"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A level, its target, which way is good (1 high, -1 low, ``None`` not told) and the words left to judge."""

    actual: Value
    target: Value
    better: int | None
    words: str


def with_units(text: str) -> Marked:
    """A sentence in which "12 minutes" is a number with a unit, not the name of a length."""
    return mark(_WITHIN_NUMBER.sub("inside ", _DURATION.sub(r"\1 unit\2", text)))


def _kinds(marked: Marked) -> dict[str, list[int]]:
    """Numbers of a line by unit, those said to be earlier levels or changes left out."""
    held: dict[str, list[int]] = {}
    for match in re.finditer(r"<([nt])(\d+)>(?:\s+(unit\w+))?", marked.line):
        number = int(match[2])
        before = marked.line[: match.start()]
        money = "£" if marked.numbers[number].text.startswith("£") else "count"
        unit = "%" if match[1] == "t" else (match[3] or money)
        if _EARLIER_BEHIND.search(marked.line[match.end() :]):
            continue
        if not _EARLIER.search(before) and number not in held.get(unit, []):
            held.setdefault(unit, []).append(number)
    return held


def _target_score(line: str, number: int) -> int:
    """How much the words about a number make it the target."""
    before, after = re.split(rf"<[nt]{number}>", line, maxsplit=1)
    near = re.split(r"<[ntqp]\d+>", before)[-1]
    score = 2 * bool(_AFTER.search(re.split(r"<[ntqp]\d+>", after)[0]))
    if match := next((m for m in _BEFORE.finditer(near) if not _OPENS_A_NAME.match(m[0])), None):
        # a word of target that the level's own verb cuts off ("the target was met, at 87%") speaks of another number
        score += 0 if _cut_off(match[0]) else 2
    return score - bool(_ACTUAL_BEFORE.search(near))


def _cut_off(words: str) -> bool:
    return bool(
        re.search(
            r"\b(?:met|missed|achieved|reached|hit|broken|honoured|attained|exceeded|satisfied|passed)\b[^<]*$", words
        )
        or re.search(r"\b(?:and|but|while) (?:the|our|we|it|its|this)\b[^<]*$", words)
        or re.search(r"[,:;] (?:with|at(?! least| most| or)|it|which|we|but|\w+ing)\b[^<]*$", words)
    )


def roles_of(marked: Marked) -> tuple[int, int] | None:
    """Numbers of the level and of the target: two of one unit, of which one is plainly the target."""
    kinds = _kinds(marked)
    pairs = [numbers for numbers in kinds.values() if len(numbers) == 2]
    told = []
    for numbers in pairs:
        one, other = numbers
        if numbers is kinds.get("count") and not re.search(rf"\b{TARGET_NOUN}\b", marked.line):
            # bare counts of who knows what need a word that makes one a target
            continue
        first, second = _target_score(marked.line, one), _target_score(marked.line, other)
        if first != second and max(first, second) >= 1:
            told.append((other, one) if first > second else (one, other))
        elif (
            first == second
            and re.search(rf"\b{TARGET_NOUN}\b", marked.line)
            and not _OTHERS.search(marked.line)
            and not re.search(r"<q\d+>", marked.line)
        ):
            # nothing in the words tells them apart: a target is a round number and a level seldom is
            round_one, round_other = (_is_round(marked.numbers[n]) for n in (one, other))
            told += [(other, one)] if round_one and not round_other else []
            told += [(one, other)] if round_other and not round_one else []
    return told[0] if len(told) == 1 else None


def _is_round(value: Value) -> bool:
    """A multiple of five without decimals."""
    return value.decimals <= 0 and value.number % 5 == 0


def _better(line: str, text: str, target: int, value: Value) -> int | None:
    """Which way is good: by the bound of the target, by a duration, by the words of the measure."""
    pointed = re.sub(rf"<[nt]{target}>", "<target>", line)
    at = pointed.index("<target>")
    near = re.split(r"<[ntqp]\d+>", pointed[:at])[-1] + "<target>" + re.split(r"<[ntqp]\d+>", pointed[at + 8 :])[0]
    least, most = bool(_LEAST.search(near)), bool(_MOST.search(near))
    if least != most:
        return 1 if least else -1
    if re.search(r"<target> unit", pointed):
        return -1
    told = better_of(NEGATIVE.sub(" ", POSITIVE.sub(" ", text.lower())))
    # a high share is good, whatever the words of its name ("repeat caller resolution")
    return 1 if value.percent and value.number >= _HIGH_SHARE else told


def bound_of(text: str) -> int | None:
    """1 for "at least 75%", -1 for "no more than 8 days" or a bare length of time, ``None`` for neither."""
    spelt = re.sub(r"≥|>=?|=>", " at least ", re.sub(r"≤|<=?|=<", " at most ", text))
    line = re.sub(r"<[nt]\d+>", "<target>", with_units(spelt).line)
    least, most = bool(_LEAST.search(line)), bool(_MOST.search(line))
    if least != most:
        return 1 if least else -1
    return -1 if "<target> unit" in line else None


def _judging(line: str, target: int) -> str:
    """The words that can judge: not the target's own bound, not the verb that brings the level."""
    n = rf"<[nt]{target}>(?: unit\w+)?"
    line = re.sub(
        rf"\b(?:at least|at most|(?:no|not) (?:more|less|fewer|longer) than|be (?:under|over|above|below|inside)|"
        rf"a minimum of|a maximum of)\s+{n}",
        " ",
        line,
    )
    line = re.sub(
        rf"\b(?:should |must |may |can |will )?not (?:to )?(?:exceed|fall below|drop below) (?:the )?{n}", " ", line
    )
    line = re.sub(rf"\b({TARGET_NOUN} (?:of|is|was)) (?:under|over|above|below|inside) {n}", r"\1", line)
    line = re.sub(rf"{n} or (?:more|less|fewer|better|above|below|higher|lower|over|under|sooner)", " ", line)
    line = re.sub(r"\bor (?:more|less|fewer|better|above|below|higher|lower|over|under)\b|\bin full\b", " ", line)
    line = re.sub(
        r"\b(?:over|under|above|below) (?:the |a |this |that |these |those )?(?:\w+ ){0,3}?(?:period|year|quarter|"
        r"month|time|week|day|review|half)s?\b",
        " ",
        line,
    )
    line = re.sub(r"\bmore than (?:half|a|one|two)\b|\b(?:over|under)-\w+|\bnot only\b", " ", line)
    line = re.sub(
        rf"\baim(?:s|ed|ing)? (?:for|to \w+) (?:\w+ )?{n}|\bexpected to (?:reach|achieve|hit|meet) {n}", " ", line
    )
    # "reached 92%" brings a level; "goals achieved was" names a measure
    line = re.sub(
        rf"\b(?:reach\w*|achiev\w*|hit|attain\w*|deliver\w*|secur\w*|pass\w*|clear\w*) (?:a |just |only |an "
        rf"average of )*(?!{n})<[nt]\d+>",
        " ",
        line,
    )
    line = re.sub(
        r"<[nt]\d+>(?: unit\w+)? (?:was|were|is|has been|had been) "
        r"(?:delivered|achieved|reached|recorded|attained|secured)",
        " ",
        line,
    )
    line = re.sub(
        rf"\b{_EXTREME} (?:acceptable|allowed|permitted|tolerable)\b|\bat or (?:under|below|above|over)\b", " ", line
    )
    line = re.sub(
        r"\b(?!not |never |been |was |were |is |are |be |only |just |fully )\w+ (?:met|achieved|reached|delivered|"
        r"secured|attained|passed|cleared)(?= (?:was|were|is|stood|came|"
        r"rose|fell|in <p|ended|\s|<))(?<!target met)(?<!target achieved)",
        " ",
        line,
    )
    return measureless(re.sub(r"\s+", " ", line))


def _truths(judged: Judged) -> list[tuple[bool, str]]:
    """Each thing said of level and target, whether it holds, and its word."""
    above = judged.actual.number > judged.target.number
    good = None if judged.better is None else above == (judged.better > 0)
    out = []
    met, place = met_verdict(judged.words), placed(judged.words)
    if met is not None and good is not None:
        out.append((good == (met[0] > 0), met[1]))
    if place is not None and place[0] == "high":
        out.append((above == (place[1] > 0), place[2]))
    elif place is not None and good is not None:
        out.append((good == (place[1] > 0), place[2]))
    return out


def _read(text: str, names: re.Pattern[str] | None) -> Judged | None:
    marked = with_units(without_names(text, names))
    if _OPEN.search(marked.line):
        return None
    roles = roles_of(marked)
    if roles is None:
        return None
    actual, target = (marked.numbers[n] for n in roles)
    if actual.number == target.number:
        return None
    better = _better(marked.line, text, roles[1], target)
    return Judged(actual, target, better, _judging(marked.line, roles[1]))


def target_of(text: str) -> tuple[Marked, Value] | None:
    """The one target that a sentence states, with the level judged or without one; ``None`` when none is plain."""
    marked = with_units(text)
    said = [piece for piece in re.split(r"[,;]", marked.line) if re.search(r"<[nt]\d+>", piece)]
    if any(_OPEN.search(piece) for piece in said):
        return None
    kinds = _kinds(marked)
    numbers = [n for held in kinds.values() for n in held]
    if len(numbers) == 1 and _target_score(marked.line, numbers[0]) >= 1:
        return marked, marked.numbers[numbers[0]]
    roles = roles_of(marked)
    return (marked, marked.numbers[roles[1]]) if roles is not None else None


_SHORT = 12
_HIGH_SHARE = 60
_TERSE = 6


def _joined(evidence: Evidence, n: int) -> str | None:
    """A sentence with those before it when it judges their target and level and has too little of its own."""
    sentence = evidence.sentences[n]
    own = with_units(sentence.text)
    for back in (1, 2):
        before = evidence.sentences[max(n - back, 0) : n]
        if len(before) < back or any((s.file, s.section) != (sentence.file, sentence.section) for s in before):
            return None
        # the number of a page between two sentences is no level
        if any(not re.search(r"[^\W\d]{2,}", s.text) for s in before):
            return None
        last = [with_units(s.text) for s in before]
        counted = [sum(map(len, _kinds(m).values())) for m in (own, *last)]
        speaks = _SPEAKS_BACK.search(own.line) or (not own.numbers and judges(own.line))
        if (
            speaks
            and counted[0] <= 1
            and sum(counted) == 2
            and (back == 1 or (counted == [0, 1, 1] and _all_short(before) and _only_judges(own.line)))
        ):
            return "; ".join([*(s.text.rstrip(".") for s in before), sentence.text])
    return None


def _only_judges(line: str) -> bool:
    """ "Not met.", "So it was": a verdict and nothing else."""
    return len(line.split()) <= _TERSE and met_verdict(line) is not None


def _all_short(sentences: tuple[Sentence, ...]) -> bool:
    return all(len(s.text.split()) <= _SHORT for s in sentences)


def targets_said(evidence: Evidence) -> list[Finding]:
    """Every sentence that judges a level against a target, alone or with the one before it."""
    found: list[Finding] = []
    names = names_that_judge(evidence)
    for n, sentence in enumerate(evidence.sentences):
        text = sentence.full
        judged = _read(text, names)
        if judged is None and (both := _joined(evidence, n)) is not None:
            text, judged = both, _read(both, names)
        if judged is not None and not _truths(judged) and n and _only_judges(evidence.sentences[n - 1].text.lower()):
            judged = replace(judged, words=f"{evidence.sentences[n - 1].text.lower()}; {judged.words}")
        truths = _truths(judged) if judged is not None else []
        if judged is not None and truths and not any(holds for holds, _ in truths):
            found.append(_finding(sentence, text, judged, truths[0][1]))
    return found


def _finding(sentence: Sentence, text: str, judged: Judged, word: str) -> Finding:
    a, t = judged.actual, judged.target
    sign = ">" if a.number > t.number else "<"
    wanted = "" if judged.better is None else f" (here {'higher' if judged.better > 0 else 'lower'} is better)"
    said = f"{a.text} {sign} {t.text}{wanted}, but the target is said to be “{word}” (“{text[:220]}”)"
    figures = (Figure("actual", a.text, a.number), Figure("target", t.text, t.number))
    return Finding("target_claim_wrong", "error", Where(sentence.file, sentence.line or None), figures, said)
