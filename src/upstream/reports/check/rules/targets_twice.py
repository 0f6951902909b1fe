"""One target said twice: the same measure with 75% in one place and 80% in another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.labels import stem
from upstream.reports.check.lexicon import words_in
from upstream.reports.check.marks import Marked, names_in
from upstream.reports.check.nouns import is_content, phrase_after, phrase_before, tokens
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.target_claims import target_of, with_units
from upstream.reports.check.rules.verdicts import met_verdict

# words that a sentence about a target is made of, and that name no measure
_WORDS = frozenset(
    stem(w)
    for w in words_in(
        """
    target goal ambition aim aspiration threshold standard benchmark requirement expectation objective limit
    maximum minimum agreed required expected set work working towards reach achieve meet met missed position
    review kept performance result level year period quarter month national local force board panel committee
    plan current annual last this
    """
    )
)
_NOUN = r"(?:target|goal|ambition|aim|aspiration|threshold|standard|benchmark|requirement|expectation|objective)s?"
# where the measure stands: "the target for X", "75% for X", "X has a target", "X is expected"
_MEASURE_AT = (
    re.compile(rf"\b{_NOUN}(?: (?:level|rate|figure|set))? (?:for|of|on|in)(?= )"),
    re.compile(rf"<[nt]\d+>\)?(?: unit\w+)?(?: {_NOUN}| has| have| been| is| was| set| agreed)* (?:for|on|of|in)(?= )"),
    re.compile(r"^(?=[a-z<])"),
)
_HAS = re.compile(
    r"^(?:the |our )?[^<,;:]{3,60}? (?:has|have|is|are|was|should|must|carries)\b(?= (?:a |an |our |expected|"
    r"required|set|to|be|subject)?)"
)
_OPENING = words_in(
    """
    target goal ambition aim standard benchmark threshold agreed set new current last this national local of
    for on to
    """
)
_COMPARING = words_in("higher lower better worse more less above below than to")
_CHANGES = re.compile(
    r"\b(?:raised|lowered|reduced|increased|revised|changed|previous\w*|formerly|last year|from 20\d\d|proposed|"
    r"stretch|interim|by 20\d\d|new)\b"
)


_SAYS = r"(?:of|is|at|to be|:|was|being|stands? at|stood at|remains?(?: at)?|set at|is set at)"
_BOUND = r"(?:at least |at most |no (?:more|less) than |not (?:more|less) than )?"
# the one number of a sentence, said to be the target whatever stands between
_PLAIN = (
    re.compile(rf"\b{_NOUN}(?: (?:for|on|of|in) [^<.;]{{3,70}}?)?,? ?{_SAYS} {_BOUND}<[nt]\d+>"),
    re.compile(rf"<[nt]\d+>(?: unit\w+)?,? (?:(?:is|was|as|being|the|our|its|an?|agreed|current|set) )*{_NOUN}\b"),
)
_NARROWS = words_in("with of in at for on by after before within from about among to")
_MODAL = words_in("will shall must should can may might would to")
_DETERMINER = words_in("a an the our its their this that these those")


@dataclass(frozen=True, slots=True)
class Stated:
    """A target of a measure, as a sentence or a table gives it.

    Attributes
    ----------
    names
        What the words of the target make its measure.
    runs
        Every other run of nouns in the sentence: one of them may be the measure.
    """

    names: frozenset[tuple[str, ...]]
    runs: frozenset[tuple[str, ...]]
    periods: frozenset[object]
    value: Value
    where: Where
    text: str


def _measure(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """The measure in a phrase such as "target for the completion rate"; empty when it names none."""
    kept = list(phrase)
    while kept and (
        kept[0] in _OPENING or (kept[0] in _WORDS and len(kept) > 1 and kept[1] in {"of", "for", "on", "to"})
    ):
        kept.pop(0)
    if "against" in kept:
        kept = kept[kept.index("against") + 1 :]
    if (
        not kept
        or kept[0] in _COMPARING
        or (kept[0].endswith(("ing", "ed")) and (len(kept) == 1 or kept[1] == "to"))
        or "look" in kept
    ):
        return ()
    if set(kept) <= _WORDS:
        return ()
    while kept and kept[-1] in _WORDS:
        kept.pop()
    return tuple(kept)


def _measures(line: str) -> frozenset[tuple[str, ...]]:
    """The measures that a target is said to be for."""
    found = set()
    for pattern in _MEASURE_AT:
        for match in pattern.finditer(line) if pattern.pattern[0] != "^" or _HAS.search(line) else ():
            rest = re.sub(r"^\s*(?:the|our|all|a|an)\s+", "", line[match.end() :])
            said = tokens(f". {rest}")
            if name := _measure(phrase_after(said, 0)):
                found.add(name)
    said = tokens(line)
    for n, token in enumerate(said):
        if re.fullmatch(rf"{_NOUN}|<[nt]\d+>", token) and (name := _measure(phrase_before(said, n))):
            found.add(name)
    return frozenset(found)


def _runs(line: str) -> frozenset[tuple[str, ...]]:
    """Runs of nouns between small words, with the verb taken off that a modal or an article gives away."""
    said = [*tokens(line), "."]
    found: set[tuple[str, ...]] = set()
    start = None
    for n, token in enumerate(said):
        if is_content(token):
            start = n if start is None else start
            continue
        if start is not None and not _narrowed(said, n):
            run = said[start:n]
            after_modal = start > 0 and said[start - 1] in _MODAL
            variants = [run, *([run[1:]] if after_modal else []), *([run[:-1]] if token in _DETERMINER else [])]
            found |= {_measure(tuple(stem(w.removesuffix("'s")) for w in v)) for v in variants}
        start = None
    return frozenset(found - {()})


def _narrowed(said: list[str], n: int) -> bool:
    """ "Satisfaction with the investigation": a preposition and a noun behind a run make it something else."""
    ahead = [t for t in said[n + 1 : n + 3] if t not in _DETERMINER]
    return said[n] in _NARROWS and bool(ahead) and is_content(ahead[0]) and stem(ahead[0]) not in _WORDS


def _plain_target(text: str) -> tuple[Marked, Value] | None:
    """The one number of a sentence where the words next to it make it the target."""
    marked = with_units(text)
    if len(marked.numbers) != 1 or met_verdict(marked.line.replace("reached", "")) is not None:
        return None
    return (marked, marked.numbers[0]) if any(p.search(marked.line) for p in _PLAIN) else None


def _in_sentence(sentence: Sentence) -> Stated | None:
    found = target_of(sentence.full) or _plain_target(sentence.full)
    if found is None or not re.search(rf"\b{_NOUN}\b", sentence.full.lower()) or _CHANGES.search(sentence.full.lower()):
        return None
    marked, value = found
    if not value.percent and not re.search(r"<n\d+> unit", marked.line):
        return None
    names = _measures(marked.line)
    periods: frozenset[object] = names_in(sentence.full) | frozenset((s.first, s.last) for s in marked.spans if s.dated)
    where = Where(sentence.file, sentence.line or None)
    return Stated(names, _runs(marked.line), periods, value, where, sentence.text)


def _same_measure(one: Stated, other: Stated) -> bool:
    """Whether two targets name one measure in full, and no two different periods."""
    if one.value.percent != other.value.percent or one.periods != other.periods:
        return False
    return bool(one.names & (other.names | other.runs) or other.names & one.runs)


def target_said_twice(evidence: Evidence) -> list[Finding]:
    """Targets of sentences against each other."""
    said = [s for sentence in evidence.sentences if (s := _in_sentence(sentence)) is not None]
    found = []
    for n, other in enumerate(said):
        alike = [s for s in said[:n] if _same_measure(s, other)]
        if alike and not any(same_number(s.value, other.value) for s in alike):
            found.append(_finding(alike[0], other))
    return found


def _finding(first: Stated, other: Stated) -> Finding:
    names = sorted((first.names & (other.names | other.runs)) | (other.names & first.runs))
    thing = " ".join(names[0])
    said = (
        f"target of {thing}: {first.value.text} (“{first.text[:160]}”), but {other.value.text} (“{other.text[:160]}”)."
    )
    figures = (
        Figure(str(first.where), first.value.text, first.value.number),
        Figure(str(other.where), other.value.text, other.value.number),
    )
    return Finding("fact_quoted_differently", "error", other.where, figures, said)
