"""Which word stands in which object. Values only: the area that owns an object says who may find it."""

from typing import ClassVar

from django.db import models


class IndexedWord(models.Model):
    """One word of one object, with the weight of the most telling place it stands in."""

    object_type = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    part = models.CharField(max_length=20, blank=True)
    """The part of the object that is not open to everybody who sees the object; empty for words that are."""
    word = models.CharField(max_length=60)
    weight = models.PositiveSmallIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=("object_type", "word", "object_id", "part", "weight"), name="word_in_objects")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("object_type", "object_id", "part", "word"), name="a_word_once_a_part")
        ]

    def __str__(self) -> str:
        return f"{self.word}: {self.object_type} {self.object_id}"
