"""Keeping the index in step, inside the change that writes the object. It says nothing new, so it is not audited."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from django.db import models, transaction

from upstream_web.search.models import IndexedWord
from upstream_web.search.words import words_of

Texts = Mapping[str, Mapping[int, str]]
"""Text by weight, by the part of the object; the part "" is open to everybody who sees the object."""


@transaction.atomic
def index(*, of: models.Model, texts: Texts) -> None:
    """Index an object anew."""
    label, weights = of._meta.label_lower, _weights(texts)
    rows = IndexedWord.objects.filter(object_type=label, object_id=of.pk)
    held = {(part, word): (weight, pk) for part, word, weight, pk in rows.values_list("part", "word", "weight", "pk")}
    same = {key for key, (weight, _) in held.items() if weights.get(key) == weight}
    rows.filter(pk__in=[pk for key, (_, pk) in held.items() if key not in same]).delete()
    IndexedWord.objects.bulk_create(
        IndexedWord(object_type=label, object_id=of.pk, part=part, word=word, weight=weight)
        for (part, word), weight in weights.items()
        if (part, word) not in same
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
            label = of._meta.label_lower
            for (part, word), weight in _weights(of.searched()).items():
                yield IndexedWord(object_type=label, object_id=of.pk, part=part, word=word, weight=weight)

    rows = entries()
    while some := list(islice(rows, at_once)):
        IndexedWord.objects.bulk_create(some)
    return number


def _weights(texts: Texts) -> dict[tuple[str, str], int]:
    """Part and word to weight, the highest of the texts of the part that the word stands in."""
    weights: dict[tuple[str, str], int] = {}
    for part, weighed in texts.items():
        for weight, text in sorted(weighed.items()):
            weights |= dict.fromkeys(((part, word) for word in words_of(text)), weight)
    # what everybody finds is not held once more for those who see a part
    return {(part, word): weight for (part, word), weight in weights.items() if not part or ("", word) not in weights}
