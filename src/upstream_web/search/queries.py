"""Finding objects by words."""

from dataclasses import dataclass

from django.db.models import QuerySet

from upstream_web.search.models import IndexedWord
from upstream_web.search.words import words_of

WORDS = 8
"""More words than this narrow nothing further."""


@dataclass(frozen=True, slots=True)
class Match:
    """An object that has every word asked for.

    object_id : its key
    score : sum of the weights of the words in it
    """

    object_id: int
    score: int


def matching(among: QuerySet, text: str) -> list[Match]:
    """The objects of a queryset that have every word, best first; it holds only what the person may see."""
    words = list(dict.fromkeys(words_of(text)))[:WORDS]
    if not words:
        return []
    rows = IndexedWord.objects.filter(
        object_type=among.model._meta.label_lower, word__in=words, object_id__in=among.values("pk")
    ).values_list("object_id", "word", "weight")
    found: dict[int, dict[str, int]] = {}
    for object_id, word, weight in rows:
        found.setdefault(object_id, {})[word] = weight
    matches = [Match(key, sum(weights.values())) for key, weights in found.items() if len(weights) == len(words)]
    return sorted(matches, key=lambda match: (-match.score, -match.object_id))
