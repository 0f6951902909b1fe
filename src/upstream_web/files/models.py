"""What is known of an uploaded file. The area that owns a file links to it and decides who reads it."""

from typing import ClassVar

from django.core.files.storage import storages
from django.db import models
from django.db.models import Q

from upstream_web.people.models import User


def kept_outside_the_web_root() -> object:
    """The storage of uploads; it has no address of its own."""
    return storages["default"]


class StoredFile(models.Model):
    """One file as it was uploaded."""

    name = models.CharField(max_length=200)
    kind = models.CharField("content type", max_length=100)
    size = models.PositiveBigIntegerField("size in bytes")
    sha256 = models.CharField(max_length=64)
    content = models.FileField(storage=kept_outside_the_web_root, upload_to="uploads/%Y/%m/")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-uploaded_at", "-id")
        constraints: ClassVar = [models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty")]

    def __str__(self) -> str:
        return self.name
