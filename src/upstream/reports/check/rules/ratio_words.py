"""Which of two counts a ratio is divided by, as the nouns of its sentence say.

"7.7 cases to each worker" names what is divided and what it is divided by; each of the two counts carries a noun of its
own. The noun of the ratio that is nearer to one count's than to the other's settles the matter; nouns that disagree
settle nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstream.reports.check.labels import stem
from upstream.reports.check.lexicon import words_in
from upstream.reports.check.nouns import tokens

# words at which a noun phrase ends, whichever way it is read
_ENDS = words_in(
    """
    and or but so against plus average for by to with per each every had has have having was were is are be been
    at from than that which who while when there it we our they this these those had's over among amongst
    between across if then as into make makes made making give gives gave giving means meaning
    """
)
_PASSED = words_in("was were is are number numbers numbered totalled total stood stands at of the came to")
_ARTICLES = words_in("the a an our one single typical of in on")
_MOST_WORDS = 6
_DIVISOR = re.compile(
    r"\b(?:per(?! cent\b)|(?:each|every)(?: one)?(?: of (?:the|our|these|those))?|"
    r"(?:for|to|with|of|by) (?:one|an?|a single|the (?:average|typical))|(?:an|the) (?:average|typical)|"
    r"\bone(?= [a-z][a-z' -]{2,50} (?:for|to|per|\w+s(?: after| with| for)?) <[nx]\d+>)|"
    r"^(?:on average,? )?an?(?= [a-z][a-z' -]{2,40}? (?:had|has|held|saw|\w+s|\w+ed)\b[^<.;]*<[nx]\d+>)|"
    r"-to-|ratio of [^<.;:]{2,60}? to)(?= ?[a-z<])"
)
_DIVIDED = re.compile(r"\b([a-z][a-z' -]{2,60}?) (?:per(?! cent)|for (?:each|every|one)|to (?:each|every|one))\b")
_RATIO_OF = re.compile(r"\bratio of ([^<.;:]{2,60}?) to\b")
_A_TO_B = re.compile(
    r"^(?:the )?([a-z][a-z' -]{2,60}?) to ([a-z][a-z' -]{2,60}?)(?: ratio)?,? (?:stands?|stood|is|are|was|were|ran|"
    r"runs|came)\b"
)
_OUTNUMBERS = re.compile(
    r"\boutnumber\w* (?:the |our )?[a-z][^<]{2,40}<[nx]\d+> to (?:one|1|<n\d+>)|"
    r"<x\d+> as many [a-z][a-z' -]{2,50} as [a-z]"
)
_SUBJECT_HAS = re.compile(r"^(?:the |our |on average,? |in <p\d+>,? )*<n(\d+)> [^<;:.]*<n(\d+)>")


def _stems(words: list[str]) -> frozenset[str]:
    return frozenset(stem(w.removesuffix("'s")) for w in words if w[0].isalpha() and w not in _ARTICLES)


def _ahead(said: list[str], at: int) -> frozenset[str]:
    """The noun phrase that begins at a token."""
    words: list[str] = []
    for token in said[at : at + _MOST_WORDS + 2]:
        if not token[0].isalpha() or (token in _ENDS | {"a", "an"} and words) or len(words) == _MOST_WORDS:
            break
        if token in _ENDS:
            return frozenset()
        words.append(token)
    # "carried by": a participle alone names nothing
    return frozenset() if len(words) == 1 and words[0].endswith("ed") else _stems(words)


def _behind(said: list[str], at: int) -> frozenset[str]:
    """The noun phrase that ends just before a token, over a colon or a verb that counts."""
    n = at - 1
    if n >= 0 and said[n] == "(":
        if said[at + 1 : at + 2] != [")"]:
            return frozenset()
        n -= 1
    while n >= 0 and (said[n] in _PASSED or said[n] in ":="):
        n -= 1
    words: list[str] = []
    while n >= 0 and said[n][0].isalpha() and said[n] not in _ENDS and len(words) < _MOST_WORDS:
        words.append(said[n])
        n -= 1
    # words that follow another number belong to that one
    return frozenset() if n >= 0 and said[n][0] == "<" else _stems(words)


def _noun(said: list[str], number: int) -> frozenset[str]:
    """What a count of the line counts."""
    at = next(n for n, t in enumerate(said) if re.fullmatch(rf"<[nx]{number}>", t))
    return _ahead(said, at + 1) or _behind(said, at)


def _shared(one: frozenset[str], other: frozenset[str]) -> int:
    """Words in common, "midwife" and "midwives" among them."""

    def same(w: str, o: str) -> bool:
        length = max(4, min(len(w), len(o)) - 2)
        return w == o or (min(len(w), len(o)) >= length and w[:length] == o[:length])

    return sum(any(same(w, o) for o in other) for w in one)


def _nearer(phrase: frozenset[str], nouns: dict[int, frozenset[str]]) -> int | None:
    """The count whose noun has more words of a phrase than the other's; ``None`` when neither has."""
    (one, first), (other, second) = nouns.items()
    known = first or second
    if not (first and second) and _shared(phrase, known) < min(len(phrase), len(known)):
        # a word in common with the only noun known says too little
        return None
    shared = _shared(phrase, first), _shared(phrase, second)
    return None if shared[0] == shared[1] else one if shared[0] > shared[1] else other


def _bottoms(line: str) -> Iterator[frozenset[str]]:
    """Phrases that name what is divided by."""
    for match in _DIVISOR.finditer(line):
        yield _ahead(tokens(line[match.end() :]), 0)
    if pair := _A_TO_B.search(line):
        yield _stems(pair[2].split())


def _tops(line: str, ratio: int) -> Iterator[frozenset[str]]:
    """Phrases that name what is divided."""
    said = tokens(line)
    at = next(n for n, t in enumerate(said) if re.fullmatch(rf"<[nx]{ratio}>", t))
    yield _ahead(said, at + 1)
    for pattern in (_DIVIDED, _RATIO_OF, _A_TO_B):
        for match in pattern.finditer(line):
            yield _stems([w for w in match[1].split() if w not in _ENDS])


def divisors_by_nouns(line: str, ratio: int, a: int, b: int) -> set[int]:
    """The counts that the nouns make the one divided by: one when they agree, none when they do not say."""
    said = tokens(line)
    nouns = {n: _noun(said, n) for n in (a, b)}
    others = {a: b, b: a}
    votes = {found for phrase in _bottoms(line) if (found := _nearer(phrase, nouns)) is not None}
    votes |= {others[found] for phrase in _tops(line, ratio) if (found := _nearer(phrase, nouns)) is not None}
    direct = re.search(rf"\b(?:each|every one) of (?:the |our |these |those )?<n({a}|{b})>", line)
    done_by = re.search(rf"\b[a-z]+(?:ed|en|ld) by (?:the |our |these )?<n({a}|{b})>", line)
    if (shares := direct or done_by) is not None:
        votes = {int(shares[1])}
    return votes or _by_subject(line, ratio, a, b) or (set() if any(nouns.values()) else _by_order(line, ratio, a, b))


def _by_order(line: str, ratio: int, a: int, b: int) -> set[int]:
    """Bare counts stand in the order in which the ratio names their things: "tutors to pupils: 1 to 16 (20, 320)"."""
    pair, over = _A_TO_B.search(line), _OUTNUMBERS.search(line)
    first, second = sorted((a, b), key=lambda n: line.index(f"<n{n}>"))
    if pair is not None or over is not None:
        inverse = pair is not None and re.search(rf"(?<![<\w])(?:1|one|<n\d+>) (?:to|:) <[nx]{ratio}>", line)
        return {first if inverse else second}
    phrase, at = _DIVISOR.search(line), line.index(f"<n{ratio}>") if f"<n{ratio}>" in line else -1
    if phrase is None or at < 0 or not _ahead(tokens(line[at:]), 1):
        return set()
    return {first if phrase.start() < at else second}


def _by_subject(line: str, ratio: int, a: int, b: int) -> set[int]:
    """ "Twelve people looked after forty; that is 3.3 each": "each" speaks of those who did it."""
    given = re.search(rf"^for (?:the |our |these )?<n({a}|{b})>", line)
    if given is not None and re.search(rf"<[nx]{ratio}> (?:(?:to|for) )?(?:each|apiece|every one)\b", line):
        return {int(given[1])}
    subject = _SUBJECT_HAS.search(line)
    if subject is None or not re.search(rf"<[nx]{ratio}> (?:each|apiece)\b", line):
        return set()
    first, second = int(subject[1]), int(subject[2])
    passive = re.search(rf"\b(?:by|among|amongst|between|across) (?:the |our |just |only )*<n{second}>", line)
    return {second if passive else first} if {first, second} == {a, b} else set()
