"""Keeping the index in step, inside the change that writes the object. It says nothing new, so it is not audited."""

from collections.abc import Mapping

from django.db import models, transaction

from upstream_web.search.models import IndexedWord
from upstream_web.search.words import words_of


@transaction.atomic
def index(*, of: models.Model, texts: Mapping[int, str]) -> None:
    """Index an object anew.

    texts : text by weight; a word counts with the highest weight of the texts it stands in
    """
    label = of._meta.label_lower
    weights: dict[str, int] = {}
    for weight, text in sorted(texts.items()):
        weights |= dict.fromkeys(words_of(text), weight)
    held = dict(IndexedWord.objects.filter(object_type=label, object_id=of.pk).values_list("word", "weight"))
    gone = [word for word in held if word not in weights]
    changed = [word for word, weight in weights.items() if word in held and held[word] != weight]
    IndexedWord.objects.filter(object_type=label, object_id=of.pk, word__in=[*gone, *changed]).delete()
    new = [word for word in weights if word not in held or word in changed]
    IndexedWord.objects.bulk_create(
        IndexedWord(object_type=label, object_id=of.pk, word=word, weight=weights[word]) for word in new
    )
