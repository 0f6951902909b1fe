"""Keeping the index in step, inside the change that writes the object. It says nothing new, so it is not audited."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from django.db import models, transaction

from upstream_web.search.models import IndexedWord
from upstream_web.search.words import words_of


@transaction.atomic
def index(*, of: models.Model, texts: Mapping[int, str]) -> None:
    """Index an object anew.

    texts : text by weight; a word counts with the highest weight of the texts it stands in
    """
    label, weights = of._meta.label_lower, _weights(texts)
    held = dict(IndexedWord.objects.filter(object_type=label, object_id=of.pk).values_list("word", "weight"))
    gone = [word for word in held if word not in weights]
    changed = [word for word, weight in weights.items() if word in held and held[word] != weight]
    IndexedWord.objects.filter(object_type=label, object_id=of.pk, word__in=[*gone, *changed]).delete()
    new = [word for word in weights if word not in held or word in changed]
    IndexedWord.objects.bulk_create(
        IndexedWord(object_type=label, object_id=of.pk, word=word, weight=weights[word]) for word in new
    )


@transaction.atomic
def index_anew(*, objects: Iterable[models.Model], at_once: int = 5_000) -> int:
    """Put an index of these objects, each with `searched()`, in the place of the whole index; returns how many."""
    IndexedWord.objects.all().delete()
    number = 0

    def entries() -> Iterator[IndexedWord]:
        nonlocal number
        for of in objects:
            number += 1
            for word, weight in _weights(of.searched()).items():
                yield IndexedWord(object_type=of._meta.label_lower, object_id=of.pk, word=word, weight=weight)

    rows = entries()
    while some := list(islice(rows, at_once)):
        IndexedWord.objects.bulk_create(some)
    return number


def _weights(texts: Mapping[int, str]) -> dict[str, int]:
    """Word to weight, the highest of the texts it stands in."""
    weights: dict[str, int] = {}
    for weight, text in sorted(texts.items()):
        weights |= dict.fromkeys(words_of(text), weight)
    return weights
