"""Evidence cards: what is known of an intervention, in our words, with its source; and what was found here."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Tier(models.TextChoices):
    """Tier of prevention of the public-health approach."""

    PRIMARY = "primary", "Primary: before a problem occurs"
    SECONDARY = "secondary", "Secondary: early, when a problem emerges"
    TERTIARY = "tertiary", "Tertiary: managing an established problem"


class TriangleSide(models.TextChoices):
    """A side of the problem analysis triangle, or who controls it."""

    OFFENDER = "offender", "Offender"
    VICTIM = "victim", "Victim or target"
    LOCATION = "location", "Location"
    HANDLER = "handler", "Handler (of offenders)"
    GUARDIAN = "guardian", "Guardian (of victims or targets)"
    MANAGER = "manager", "Manager (of locations)"


class CardQuerySet(models.QuerySet["EvidenceCard"]):
    """Adjectives of cards."""

    def in_use(self) -> "models.QuerySet[EvidenceCard]":
        """Cards that a response may cite anew; retired ones stay readable."""
        return self.filter(retired_on__isnull=True)


class EvidenceCard(models.Model):
    """One intervention, technique or finding."""

    class Kind(models.TextChoices):
        INTERVENTION = "intervention", "Intervention"
        TECHNIQUE = "technique", "Situational technique"
        FINDING = "finding", "Research finding"

    class Effect(models.TextChoices):
        REDUCES = "reduces", "Reduces crime, reliably"
        MAY_REDUCE = "may_reduce", "Some studies suggest a reduction"
        MIXED = "mixed", "Mixed or no effect"
        INCREASES = "increases", "Increases crime"
        NOT_KNOWN = "not_known", "Not known: no review found"

    class Strength(models.IntegerChoices):
        NONE = 0, "No study on record"
        LIMITED = 1, "Limited"
        MODERATE = 2, "Moderate"
        STRONG = 3, "Strong"
        VERY_STRONG = 4, "Very strong"

    key = models.SlugField(unique=True, max_length=80)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    tier = models.CharField(max_length=20, choices=Tier.choices, blank=True)
    side = models.CharField(max_length=20, choices=TriangleSide.choices, blank=True)
    technique = models.PositiveSmallIntegerField(null=True, blank=True, unique=True)
    effect = models.CharField(max_length=20, choices=Effect.choices, default=Effect.NOT_KNOWN)
    effect_words = models.TextField(blank=True)
    mechanism = models.TextField(blank=True)
    moderators = models.TextField(blank=True)
    implementation = models.TextField(blank=True)
    economics = models.TextField(blank=True)
    strength = models.PositiveSmallIntegerField(choices=Strength.choices, default=Strength.NONE)
    source = models.TextField()
    verified = models.BooleanField(default=False)
    retired_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ("title", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(technique__isnull=True) | Q(technique__range=(1, 25)), name="card_technique_1_to_25"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="card_names_its_source"),
        ]

    def __str__(self) -> str:
        return self.title

    def searched(self) -> dict[str, dict[int, str]]:
        """Text by weight, for the word index; everybody reads every card."""
        said = f"{self.mechanism} {self.implementation} {self.effect_words}"
        return {"": {6: self.title, 3: self.summary, 1: said}}


class LocalResult(models.Model):
    """What an intervention did here, failures included: written when a plan is closed, or by an assessment.

    Everybody who signs in reads it: an effect of few events is withheld, `cases` is to the nearest five.
    """

    card = models.ForeignKey(EvidenceCard, on_delete=models.PROTECT, related_name="local_results")
    plan_ref = models.CharField(max_length=40, blank=True)
    found_on = models.DateField()
    what = models.TextField()
    effect = models.FloatField(null=True, blank=True, help_text="Change in per cent; below 0 is a reduction.")
    lower = models.FloatField(null=True, blank=True)
    upper = models.FloatField(null=True, blank=True)
    cases = models.PositiveIntegerField(null=True, blank=True)
    design_level = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Maryland scale, 1 to 5")
    place_type = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("-found_on", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(lower__lte=F("upper")),
                name="local_result_interval_is_in_order",
            ),
            models.CheckConstraint(
                condition=Q(design_level__isnull=True) | Q(design_level__range=(1, 5)),
                name="local_result_maryland_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card}, {self.found_on}"


class PublishedResult(models.Model):
    """An effect as somebody published it, with its interval: pooled with what was found here.

    effect, lower, upper : change in per cent, below 0 a reduction; the interval is a 95% one
    """

    card = models.ForeignKey(EvidenceCard, on_delete=models.PROTECT, related_name="published_results")
    name = models.CharField(max_length=80)
    effect = models.FloatField()
    lower = models.FloatField()
    upper = models.FloatField()
    design_level = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.TextField()
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lower__gt=-100, lower__lte=F("effect"), upper__gte=F("effect"), upper__gt=F("lower")),
                name="published_result_interval_holds_it",
            ),
            models.CheckConstraint(
                condition=Q(design_level__isnull=True) | Q(design_level__range=(1, 5)),
                name="published_result_maryland_1_to_5",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="published_result_names_its_source"),
        ]

    def __str__(self) -> str:
        return f"{self.card}, {self.name}"
