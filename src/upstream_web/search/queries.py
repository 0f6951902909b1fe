"""Finding objects by words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from upstream_web.search.models import IndexedWord
from upstream_web.search.words import words_of

WORDS = 8
"""More words than this narrow nothing further."""


@dataclass(frozen=True, slots=True)
class Match:
    """An object that has every word asked for.

    object_id : its key
    score : sum of the weights of the words that are open to the person
    """

    object_id: int
    score: int


def matching(among: QuerySet, text: str, parts: Mapping[str, QuerySet] | None = None) -> list[Match]:
    """The objects of a queryset that have every word, best first; a word is found only where it may be read.

    among : the objects that the person may see; their parts are shut unless
    parts : says of which objects a part is open
    """
    words = list(dict.fromkeys(words_of(text)))[:WORDS]
    if not words:
        return []
    readable = Q(part="", object_id__in=among.values("pk"))
    for part, whose in (parts or {}).items():
        readable |= Q(part=part, object_id__in=whose.values("pk"))
    rows = IndexedWord.objects.filter(readable, object_type=among.model._meta.label_lower, word__in=words)
    found: dict[int, dict[str, int]] = {}
    for object_id, word, weight in rows.values_list("object_id", "word", "weight"):
        weights = found.setdefault(object_id, {})
        weights[word] = max(weight, weights.get(word, 0))
    matches = [Match(key, sum(weights.values())) for key, weights in found.items() if len(weights) == len(words)]
    return sorted(matches, key=lambda match: (-match.score, -match.object_id))
