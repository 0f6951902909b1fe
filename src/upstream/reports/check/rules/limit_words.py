"""What a sentence says of volumes and their limits: outside or inside, on which side, all or none, which excepted."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LIMIT = (
    r"(?:control |process |statistical |warning |expected |usual |normal |natural |predicted |\w+ (?:and|or) "
    r"\w+ )*(?:limits?|ranges?|bounds?|band|lines|levels? of variation|variation|\b[ul]n?[cp]l)"
)
_BEYOND = r"outside|beyond|above|over|exceed\w*|breach\w*|below|under|beneath|outwith|out of|crossed|passed|broke\w*"
# what is said of a volume outside its limits: a word that says so alone, or a place beyond a limit
_LISTING = re.compile(
    rf"\bexceptional\w*\b|\bexceptions?\b|\bspecial[- ]cause\b|\boutliers?\b|\bout of control\b|\bunusual\w*|"
    rf"\babnormal\w*|\banomal\w*|\bastronomical\b|\bstatistically (?:unusual|different|significant variation)|"
    rf"\b(?:higher|lower|more|fewer|greater|less|above|below)(?: than)? (?:was |would be |is |we |usually |normally )*"
    rf"(?:expected|normal|usual|predicted)\b|\b(?:{_BEYOND})\b[^.;]{{0,60}}?\b{_LIMIT}\b|"
    rf"\b(?:upper|lower)\b[^.;]{{0,20}}\blimits?\b|"
    rf"\b(?:high|low|upper|lower|warning|statistical|special)[- ]signals?\b|\bsignals? (?:was|were|is|are|raised|"
    rf"came|comes?|from|for)\b|\b{_LIMIT} (?:was|were|is|are|has been|have been|being) (?:{_BEYOND})\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    rf"\b(?:within|inside|between)\b[^.;]{{0,40}}?\b{_LIMIT}\b|\b(?:not|nothing|neither) (?:exceptional|unusual)\b|"
    rf"\bas (?:would be )?expected\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:no|none|nothing|zero|neither|nowhere|never|not (?:one|a single|any))\b(?! (?:others?|further|more|"
    r"longer|else|of the (?:others?|rest))\b)",
    re.IGNORECASE,
)
_ALL_INSIDE = re.compile(r"\b(?:all|every|each)\b[^.;]{0,50}?(?:within|inside)", re.IGNORECASE)
_NONE_AT_END = re.compile(r"[:–-]\s*(?:none|nil|nothing|no(?:ne)? (?:this|in|to) [\w ]{2,20})\W*$", re.IGNORECASE)
_BUT_FOR = re.compile(
    r"\b(?:other than|except(?:ing)?(?: for)?|apart from|aside from|bar|but for|excluding|"
    r"with the exceptions? of)\b(?P<named>.+?)(?=\b(?:was|were|is|are|remain\w*|fell|stayed|lay|lie|sit|sat)\b|$)",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    (
        r"\bderived\b|\bcalculat\w*|\bdefin\w*|standard deviation|\bif\b|\bwhen a\b|"
        r"\bcoloured\b|\bshown in\b|\bmeans that\b|\bhave been generated\b"
    ),
    re.IGNORECASE,
)


_HIGH = re.compile(r"upper|exceed|above|\bover\b|higher|\bhigh\b", re.IGNORECASE)
_LOW = re.compile(r"lower|below|\bunder\b|beneath|\blow\b", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:not|never)\b(?! (?:one|a single|any)\b)[^.;]{0,20}(?:exceptional|unusual|outside|exceed|breach|above|below)|"
    r"no longer",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one sentence says of limits.

    Attributes
    ----------
    outside, inside
        Whether it speaks of volumes outside their limits, of volumes inside them.
    nobody
        Whether it says that none is outside (or all inside).
    sides
        Which limits it speaks of: 1 the upper, -1 the lower, both when it does not say.
    negated
        Whether what it names is said not to be outside.
    excepted
        The words that name exceptions to "none" or "all", or ``None``.
    """

    outside: bool
    inside: bool
    nobody: bool
    sides: frozenset[int]
    negated: bool
    excepted: str | None


def _nobody(text: str) -> bool:
    if _ALL_INSIDE.search(text) or (_LISTING.search(text) and _NONE_AT_END.search(text)):
        return True
    return any(_LISTING.search(re.split(r"[.;]", text[m.end() : m.end() + 90])[0]) for m in _NO.finditer(text))


def said_of_limits(text: str) -> Said | None:
    """The reading of a sentence; ``None`` when it does not judge volumes by their limits."""
    outside, inside = bool(_LISTING.search(text)), bool(_INSIDE.search(text))
    if not (outside or inside) or _DEFINES.search(text):
        return None
    high, low = bool(_HIGH.search(text)), bool(_LOW.search(text))
    sides = frozenset({1} if high and not low else {-1} if low and not high else {1, -1})
    nobody, but = _nobody(text), _BUT_FOR.search(text)
    excepted = but["named"] if but is not None and (inside or nobody) else None
    return Said(outside, inside, nobody, sides, bool(_NEGATED.search(text)), excepted)


def halves(text: str) -> list[tuple[str, bool]]:
    """A sentence that names both kinds, cut at its joint: each half, and whether it speaks of the outside."""
    cut = re.split(r"\b(?:while|whilst|but|whereas|although|;)\b", text, maxsplit=1)
    return [(half, bool(_LISTING.search(half)) and not _INSIDE.search(half)) for half in cut]


def of_another_period(text: str) -> bool:
    return bool(re.search(r"previous|last year|remained|consistently|past", text, re.IGNORECASE))
