"""What is said of a target: met or missed, above or below, inside or outside, with the negations read."""

from __future__ import annotations

import re

POSITIVE = re.compile(
    r"(?<!non-)(?<!non )\b(?:met|meet|meets|meeting|hit|hits|hitting|achiev(?:e|ed|es|ing)|reach(?:ed|es|ing)?|"
    r"attain\w*|satisf(?:y|"
    r"ied|ies|ying)|deliver(?:ed|s|ing)?|"
    r"secur(?:ed|es|ing)|pass(?:ed|es|ing)|(?<=not )pass|(?<=to )pass|respect(?:ed|s)|clear(?:ed|s|ing)?|"
    r"fulfil(?:led|s|ling)?|honou?r(?:ed|s|ing)?|"
    r"succeed\w*|successful\w*|a success|"
    r"on (?:target|track)|"
    r"enough|kept|keeping|on course|on schedule|acceptable|lived up to|living up to|came up to|up to standard|"
    r"up to scratch|made the|"
    r"green|realised|accomplished|upheld|hono(?:u)?red|compl(?:y|ied|ies|iant|ying)|accomplish\w*|good enough)\b(?!-)"
)
NEGATIVE = re.compile(
    r"\b(?:miss(?:ed|es|ing)?|fail(?:ed|s|ing|ure)?|short(?:fall)?|off (?:target|track)|unmet|unable|"
    r"under-?perform\w*|broke\w*|breach\w*|"
    r"foul|insufficient|unachieved|lapsed|struggl\w*|shy of|adrift|lag(?:s|ged|ging)|trail(?:s|ed|"
    r"ing)|wide of|off course|"
    r"non-?compliant|unacceptable|let slip|slipp(?:ed|ing) (?:past|below)|came up short|not good enough|red|amber|"
    r"disappoint\w*)\b(?!-)"
)
_NOT = re.compile(
    r"\b(?:not|never|n't|no|nor|cannot|without|yet to|fail(?:ed|s|ing)? to|unable to|fell short of|struggl\w* "
    r"to)\b|n't\b"
)
_GOOD = re.compile(
    r"\b(?:better|clear of|outstrip\w*|quicker|faster|sooner|favourabl[ey]|ahead|outperform\w*|"
    r"beat\w*|inside|(?:is|was|were|are|"
    r"remains?|came|comfortably|well|just|so|,) within)\b"
)
_BAD = re.compile(r"\b(?:worse|slower|later|adverse|unfavourabl[ey]|behind|outside|beyond|adrift)\b")
# "at higher risk" names a thing: a comparative that judges has no noun behind it
_PREDICATE = r"(?!\w)(?! (?!than|at|by|in|on|and|but|still|again|yet|this|for|with|when|to|here|now|so|as|or)[a-z])"
_HIGH = re.compile(
    rf"\b(?:above|over|exceed\w*|surpass\w*|(?:higher|more|greater|longer){_PREDICATE}|topp(?:ed|ing)|overshot|"
    r"overshoot\w*|in excess|upwards)\b"
)
_LOW = re.compile(
    rf"\b(?:below|under(?! the [^<]*\bact\b)|(?:lower|less|fewer|shorter){_PREDICATE}|beneath|short of|undershot)\b"
)
# "It was to be 95%. At 86% it was not": a verb that takes up what was asked
_ECHO = re.compile(r"\b(?:it|they|we|this|that) (?:was|were|did|has|have|is|does|do)( not|n't)?\s*[.;]?\s*$")


def met_verdict(words: str) -> tuple[int, str] | None:
    """1 said to be met, -1 said to be missed, with the word; ``None`` when not said or said both ways."""
    found: dict[int, str] = {}
    if (echo := _ECHO.search(words)) is not None:
        found[-1 if echo[1] else 1] = echo[0].strip(" .;")
    words = re.sub(r"\bmet[:?]? no\b", "not met", words)
    plain = re.sub(r"\b(?:fail(?:ed|s|ing)?|unable|yet|struggl\w*)(?= to\b)", "not", words)
    for pattern, sign in ((POSITIVE, 1), (NEGATIVE, -1)):
        for match in pattern.finditer(plain):
            before = " ".join(plain[: match.start()].split()[-4:])
            flipped = bool(_NOT.search(re.split(r"[,;:.]", before)[-1]))
            found[-sign if flipped else sign] = match[0]
    return next(iter(found.items())) if len(found) == 1 else None


def placed(words: str) -> tuple[str, int, str] | None:
    """Where the level is said to lie: ("good", +-1) of a limit or ("high", +-1) of a number, with the word."""
    found = [("good", sign, m[0]) for sign, p in ((1, _GOOD), (-1, _BAD)) for m in p.finditer(words)]
    found += [("high", sign, m[0]) for sign, p in ((1, _HIGH), (-1, _LOW)) for m in p.finditer(words)]
    kept = [(kind, -sign if _negated(words, word) else sign, word) for kind, sign, word in found]
    return kept[0] if len({(kind, sign) for kind, sign, _ in kept}) == 1 else None


def _negated(words: str, word: str) -> bool:
    before = words[: words.index(word)].split()[-2:]
    return bool(_NOT.search(" ".join(before)))
