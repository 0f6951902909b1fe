"""Cutting text into the words that are searched for: without accents and capitals, by their stem."""

import re
import unicodedata

import snowballstemmer

LONGEST = 60
COMMON = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "it", "its", "of", "on"}
    | {"or", "that", "the", "their", "they", "to", "was", "were", "with"}
)
_WORD = re.compile(r"[0-9a-z]+")


def words_of(text: str) -> list[str]:
    """The stems of a text's words, in order; common words are left out.

    >>> words_of("Thefts from the cafés on Mill Lane, P2026-0012")
    ['theft', 'cafe', 'mill', 'lane', 'p2026', '0012']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    found = [word[:LONGEST] for word in _WORD.findall(plain) if word not in COMMON]
    stemmer = snowballstemmer.stemmer("english")
    return list(stemmer.stemWords(found))
