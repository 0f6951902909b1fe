"""What a number counts: the noun phrase that stands beside it, told by the small words around and not by its own.

English marks the ends of a noun phrase with a closed set of words (articles, prepositions, auxiliaries, pronouns) and
reports put a small set of verbs between a thing and its number. Everything else is taken to be the thing counted.
"""

from __future__ import annotations

import re

from upstream.reports.check.labels import stem
from upstream.reports.check.lexicon import words_in

_FUNCTION = words_in(
    """
    a an the this that these those there here it its they them their we our us i my he she his her you your
    who whom whose which what when where while whilst whereas although though because since if so then than as
    and or but nor yet in on at of to for from by with within without against during over under between among
    across through until till after before about into onto upon per via around near off up down out is are was
    were be been being am has have had having do does did done will would shall should can could may might
    must not no none nor only just also again already still even both all each every any some such own other
    another same very more most less fewer least much many few several too now today currently respectively
    however overall compared comparing versus vs respect regard terms
    higher lower greater larger smaller bigger above below
    """
)
_REPORTING = words_in(
    """
    number numbers total totals figure figures volume volumes count counts tally sum level levels data
    statistics amount amounts record records recorded recording report reports reported reporting log logs
    logged register registered registering note noted noting see sees saw seen show shows showed shown showing
    stand stands stood standing come comes came coming reach reaches reached reaching run runs ran bring
    brings brought close closes closed closing end ends ended ending finish finishes finished deal deals dealt
    handle handles handled handling receive receives received receiving make makes made making take takes took
    taken give gives gave given giving numbered numbering totalled totalling equal equals equalled amounting
    amounted average averaged averaging account accounted count counted counting publish published issue
    issued month months year years quarter quarters period periods latest current week weeks date summary
    yield yielded produce produced generate generated cover covers covered witness witnessed experience
    experienced attract attracted settle settled sit sits sat remain remains remained stay stays stayed hit
    hits put puts tell tells told say says said state states stated position read reads respectively expected
    """
)
_FINITE = frozenset(
    [
        "fell",
        "falls",
        "rose",
        "gives",
        "makes",
        "means",
        "stood",
        "stands",
        "came",
        "comes",
        "reached",
        "saw",
        "sees",
        "brought",
        "ran",
        "rose",
        "fell",
        "dealt",
        "deals",
        "made",
        "took",
        "gave",
        "had",
        "has",
        "showed",
        "shows",
        "grew",
        "dropped",
        "dealt",
        "held",
        "hold",
        "holds",
        "carried",
        "carry",
        "handled",
        "handle",
        "share",
        "shared",
        "remain",
        "remained",
        "numbered",
        "totalled",
    ]
)
_COMMON = words_in("with without from against by to on at of for and")
# words of reporting that are nouns behind another noun ("begging reports", "stop and search records")
_COUNTED = words_in("report reports record records log logs notice notices share shares")
_TOKEN = re.compile(r"<[pntqx]\d+>|[a-z0-9][a-z0-9'&/-]*|[^\s\w]")
_ENDINGS = words_in("recorded reported seen logged received made noted registered taken handled counted")
_MOST_WORDS = 8


def tokens(line: str) -> list[str]:
    """Words, marks and punctuation of a marked line."""
    return _TOKEN.findall(line)


def is_content(token: str) -> bool:
    """Whether a token is a word that can name something: no mark, no number, no small word."""
    return token[0].isalnum() and token not in _FUNCTION and not token.isdigit()


def _plain(token: str) -> bool:
    return is_content(token) and token not in _REPORTING


_NUMBER_WORDS = words_in(
    "one two three four five six seven eight nine ten eleven twelve dozen half third quarter first second"
)


def _join(words: list[str]) -> tuple[str, ...]:
    """Stems of a phrase, the verb that reported it taken from its end and articles from its inside."""
    kept = [w for w in words if w not in {"the", "a", "an", "our", "all"}]
    while len(kept) > 1 and (kept[-1] in _ENDINGS or kept[-1] in _COMMON):
        kept.pop()
    if len(kept) == 1 and (kept[0].endswith("ing") or kept[0] in _NUMBER_WORDS):
        # "it has risen for six months running": a verb and a number name nothing
        return ()
    return tuple(stem(w.removesuffix("'s")) for w in kept)


def phrase_after(said: list[str], at: int) -> tuple[str, ...]:
    """The noun phrase that begins just after a token; empty when a small word or a mark follows."""
    words: list[str] = []
    n = at + 1
    while n < len(said) and len(words) < _MOST_WORDS:
        token = said[n]
        if words and token in _FINITE:
            break
        if (is_content(token) and (words or token not in _REPORTING or _opens(said, n))) or (
            words and token in _COMMON and _goes_on(said, n)
        ):
            words.append(token)
        elif not (words and token in {"the", "a", "an"} and words[-1] in _COMMON):
            break
        n += 1
    return _join(words) if any(_plain(w) for w in words) else ()


def _opens(said: list[str], n: int) -> bool:
    """Whether a word of reporting begins a longer name ("report forms")."""
    return n + 1 < len(said) and _plain(said[n + 1])


def _goes_on(said: list[str], n: int) -> bool:
    """Whether a preposition joins one more noun: words follow, and no period or number among them."""
    ahead = [t for t in said[n + 1 : n + 3] if t not in {"the", "a", "an"}]
    return bool(ahead) and _plain(ahead[0])


def phrase_before(said: list[str], at: int) -> tuple[str, ...]:
    """The noun phrase that a number is said of, where it stands before: over verbs, periods and small words."""
    n = at - 1
    while n >= 0 and (not _plain(said[n]) or said[n] in _FINITE or _verb(said, n)) and said[n] not in {";", "."}:
        if said[n] in _COUNTED and n > 0 and _plain(said[n - 1]):
            break
        if re.fullmatch(r"<[ntqx]\d+>", said[n]):
            return ()
        n -= 1
    words: list[str] = []
    while n >= 0 and len(words) < _MOST_WORDS:
        token = said[n]
        if (is_content(token) and not (token in _REPORTING and _heads(said, n))) or (
            words and n > 0 and token in _COMMON | {"the", "a", "an"} and _came_from(said, n)
        ):
            words.insert(0, token)
        else:
            break
        n -= 1
    return _join(words) if any(_plain(w) for w in words) else ()


def _verb(said: list[str], n: int) -> bool:
    """A past tense just before the number ("fetched 30") after a noun that can be its subject."""
    near = any(re.fullmatch(r"<[nt]\d+>", t) for t in said[n + 1 : n + 3])
    return near and said[n].endswith("ed") and n > 0 and is_content(said[n - 1]) and not is_content(said[n + 1])


def _heads(said: list[str], n: int) -> bool:
    """ "The number of", "the figure for": a word of reporting that opens the phrase and is not part of it."""
    return (
        (n + 1 < len(said) and said[n + 1] in {"of", "for", "on"})
        or n == 0
        or said[n - 1][0] == "<"
        or said[n - 1] in _FUNCTION
    )


def _came_from(said: list[str], n: int) -> bool:
    """Whether a preposition reached from the right joins a noun to its left."""
    left = n - 1
    if said[n] in {"the", "a", "an"}:
        if said[left] not in _COMMON or left < 1:
            return False
        left -= 1
    return _plain(said[left]) and said[n] != "for"


def subject_of(line: str, number: int) -> tuple[str, ...]:
    """What a number of a marked line counts, as stems; empty when the words do not say."""
    said = tokens(line)
    at = next((n for n, t in enumerate(said) if re.fullmatch(rf"<[ntq]{number}>", t)), None)
    if at is None:
        return ()
    return phrase_after(said, at) or _complement(said, at) or phrase_before(said, at)


_RELATIVE = words_in("about among involving regarding concerning relating who whom that where aged whose")
_QUALIFIES = words_in("in at for on across by via through under over within outside before after during between per")


def qualifiers_of(line: str, number: int) -> frozenset[str] | None:
    """Words that narrow what a number counts, behind its noun ("in custody", "at weekends"); ``None`` for a clause.

    A period or a place with a capital is read elsewhere.
    """
    said = tokens(line)
    at = next((n for n, t in enumerate(said) if re.fullmatch(rf"<[ntq]{number}>", t)), None)
    if at is None or not phrase_after(said, at):
        return frozenset()
    n = at + 1
    while (
        n < len(said) and (is_content(said[n]) or (said[n] in _COMMON and _goes_on(said, n))) and said[n] not in _FINITE
    ):
        n += 1
    if n < len(said) and said[n] in _RELATIVE:
        return None
    if n + 1 < len(said) and said[n] in _QUALIFIES:
        ahead = [t for t in said[n + 1 : n + 4] if t not in {"the", "a", "an", "our", "all"}]
        if ahead and _plain(ahead[0]):
            return frozenset({stem(ahead[0])})
    return frozenset()


def _complement(said: list[str], at: int) -> tuple[str, ...]:
    """ "N is the number of things": the phrase after a word of reporting and its preposition."""
    ahead = said[at + 1 : at + 6]
    if not ahead or ahead[0] not in {"is", "was", "are", "were", "being"}:
        return ()
    for n, token in enumerate(ahead):
        if token in {"of", "for"} and n and ahead[n - 1] in _REPORTING:
            return phrase_after(said, at + 1 + n)
    return ()


def name_of(text: str) -> tuple[str, ...]:
    """The stems of a label, as :func:`subject_of` would read it in a sentence."""
    return _join([t for t in tokens(text.lower()) if t[0].isalnum()])
