"""Finding objects by words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Window

from upstream_web.search.models import IndexedWord
from upstream_web.search.words import words_of

WORDS = 8
"""More words than this narrow nothing further."""
FIRST = 25


@dataclass(frozen=True, slots=True)
class Readable:
    """What a person may read of one kind of object.

    whole : the objects of which every word is open
    parts : by part, the objects of which the words of that part are open too; the part "" is what everybody reads who
        sees the object at all
    """

    whole: QuerySet
    parts: Mapping[str, QuerySet] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """An object that has every word asked for.

    object_id : its key
    score : sum of the weights of the words that are open to the person
    """

    object_id: int
    score: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The best objects, best first, and how many there are in all."""

    best: list[Match]
    count: int


def matching(among: Readable, text: str, first: int = FIRST) -> Matches:
    """The objects that have every word, best first; a word is found only where it may be read.

    The database asks of each place that a word stands in whether it may be read, groups and counts them in one query:
    neither common words nor the number of objects make Python hold more than `first` of them.
    """
    words = list(dict.fromkeys(words_of(text)))[:WORDS]
    if not words:
        return Matches([], 0)
    label = among.whole.model._meta.label_lower
    rows = IndexedWord.objects.filter(_open(among), object_type=label, word__in=words).values("object_id")
    weights = {f"weight_{n}": Max("weight", filter=Q(word=word)) for n, word in enumerate(words)}
    score = reduce(add, map(F, weights))
    rows = rows.annotate(**weights).filter(**{f"{name}__isnull": False for name in weights})
    rows = rows.annotate(score=score, among=Window(Count("*"))).order_by("-score", "-object_id")
    found = list(rows.values_list("object_id", "score", "among")[:first])
    return Matches([Match(key, weight) for key, weight, _ in found], found[0][2] if found else 0)


def _open(among: Readable) -> Q:
    """Whether a word may be read: asked of the places that the words stand in, not of every object there is."""
    readable = Q(Exists(among.whole.filter(pk=OuterRef("object_id"))))
    for part, objects in among.parts.items():
        readable |= Q(Exists(objects.filter(pk=OuterRef("object_id"))), part=part)
    return readable
