"""Areas as a dated tree: force, local policing area, district, ward, beat, small area."""

import datetime

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone


class AreaQuerySet(models.QuerySet["Area"]):
    """Adjectives of areas."""

    def within(self, area: "Area") -> "QuerySet[Area]":
        """An area and all below it."""
        return self.filter(path__startswith=area.path)

    def current(self, on: datetime.date | None = None) -> "QuerySet[Area]":
        """Areas that exist on a day, today by default."""
        day = on or timezone.localdate()
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )


class Area(models.Model):
    """A place with a boundary that somebody answers for.

    `path` holds the codes from the top down, ended by a slash each: all below an area is one prefix on any database.
    """

    class Kind(models.TextChoices):
        FORCE = "force", "Force"
        POLICING_AREA = "policing_area", "Local policing area"
        DISTRICT = "district", "District"
        WARD = "ward", "Ward"
        BEAT = "beat", "Beat"
        SMALL_AREA = "small_area", "Small area (LSOA)"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=300, unique=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ("path",)
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="area_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(path=""), name="area_has_a_path"),
        )

    def __str__(self) -> str:
        return self.name

    def covers(self, other: "Area") -> bool:
        """Whether the other area is this one or lies below it."""
        return other.path.startswith(self.path)
