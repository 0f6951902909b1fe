"""What a plan says at each step of SARA."""

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from upstream.periods import Month
from upstream_web.evidence.models import EvidenceCard, Tier, TriangleSide
from upstream_web.people.models import Organisation, User
from upstream_web.places.models import Area
from upstream_web.problems.models.plan import Marking, Plan

LONGEST_PHASE_IN = 12
"""Months of coming in, at most: a response that needs more is another question."""


class Answer(models.Model):
    """The answer to one question of `questions.toml`, with what it rests on."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="answers")
    question = models.SlugField(max_length=60)
    text = models.TextField(blank=True)
    evidence = models.TextField("what this rests on", blank=True)
    yes = models.BooleanField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("plan", "question"), name="one_answer_a_question")]

    def __str__(self) -> str:
        return f"{self.plan.ref}: {self.question}"


class Hypothesis(models.Model):
    """A possible cause, and what would show it to be so or not."""

    class State(models.TextChoices):
        OPEN = "open", "Not tested yet"
        SUPPORTED = "supported", "Supported"
        NOT_SUPPORTED = "not_supported", "Not supported"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="hypotheses")
    statement = models.TextField()
    test = models.TextField("what would test it")
    finding = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "hypotheses"

    def __str__(self) -> str:
        return self.statement[:80]


class FromRecords(models.Model):
    """What the engine made of the records, kept with their version."""

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked = models.JSONField()
    data_versions = models.JSONField()
    engine_version = models.CharField(max_length=40)
    result = models.JSONField()

    class Meta:
        abstract = True
        ordering = ("-made_at", "-id")


class Slice(FromRecords):
    """What the engine counted for the place, types and period of the plan.

    asked : small areas, crime types, from, to
    result : the problem profile, as plain data
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="slices")

    def __str__(self) -> str:
        return f"{self.plan.ref} at {self.made_at:%Y-%m-%d %H:%M}"


class Objective(models.Model):
    """What will change, for whom, by when, and how it will be seen."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="objectives")
    what = models.TextField("what will change, and for whom")
    measure = models.CharField(max_length=160)
    baseline = models.FloatField(null=True, blank=True)
    target = models.FloatField(null=True, blank=True)
    by_when = models.DateField()
    stop_when = models.TextField("what would make you stop", blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("by_when", "id")

    def __str__(self) -> str:
        return self.what[:80]


class Response(models.Model):
    """Something done about a cause: how it should work, by whom, and how much of it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="responses")
    title = models.CharField(max_length=160)
    mechanism = models.TextField("how it should work")
    tier = models.CharField(max_length=20, choices=Tier.choices)
    side = models.CharField("side of the triangle", max_length=20, choices=TriangleSide.choices)
    technique = models.PositiveSmallIntegerField("technique, 1 to 25", null=True, blank=True)
    card = models.ForeignKey(EvidenceCard, null=True, blank=True, on_delete=models.PROTECT, related_name="responses")
    hypothesis = models.ForeignKey(
        Hypothesis, null=True, blank=True, on_delete=models.SET_NULL, related_name="responses"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="responses")
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="responses_owned")
    dose_unit = models.CharField("unit of the dose", max_length=60, blank=True)
    dose_planned = models.FloatField(null=True, blank=True)
    cost = models.DecimalField("cost in pounds", max_digits=12, decimal_places=2, null=True, blank=True)
    displacement = models.TextField("where the problem might go instead", blank=True)
    consent = models.TextField("consent or authority needed", blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(technique__isnull=True) | Q(technique__range=(1, 25)), name="response_technique_1_to_25"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")),
                name="response_dates_are_in_order",
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="response_cost_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(dose_planned__isnull=True) | Q(dose_planned__gte=0), name="response_dose_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """Some of the dose delivered on a day."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="deliveries")
    on = models.DateField()
    amount = models.FloatField()
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("on", "id")
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="delivery_is_more_than_nothing")
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.on}"


class Design(FromRecords):
    """What was known before it starts: what would be seen, and which places are alike; the newest is offered.

    asked : place or small areas treated, those near by, crime types, months looked at, the month it begins
    result : the design, as plain data
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="designs")

    def __str__(self) -> str:
        return f"{self.plan.ref} designed {self.made_at:%Y-%m-%d %H:%M}"


class NamedAssessment(models.Model):
    """How the plan will be judged, named before it starts. A change is a new row; the newest holds, all are shown.

    phase_in : months from the first after "before", which count neither as before nor as after
    also_began, rule_changes : pairs of month and words
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="named_assessments")
    measure = models.CharField("outcome measure", max_length=160)
    crime_types = models.JSONField(default=list, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    comparison = models.CharField("comparison, in words", max_length=300)
    before_from = models.DateField()
    before_to = models.DateField()
    after_from = models.DateField()
    after_to = models.DateField()
    phase_in = models.PositiveSmallIntegerField("months until it was fully running", default=0)
    also_began = models.JSONField("what else began there", default=list, blank=True)
    rule_changes = models.JSONField("changes of how it is recorded", default=list, blank=True)
    smallest_effect = models.FloatField("smallest effect worth having, per cent")
    review_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField("reason for the change", blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    design = models.ForeignKey(Design, null=True, blank=True, on_delete=models.RESTRICT, related_name="named")

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(before_from__lte=F("before_to"))
                & Q(before_to__lt=F("after_from"))
                & Q(after_from__lte=F("after_to")),
                name="assessment_periods_are_in_order",
            ),
            models.CheckConstraint(condition=Q(smallest_effect__gt=0), name="assessment_effect_is_more_than_nothing"),
            models.CheckConstraint(condition=Q(phase_in__lte=LONGEST_PHASE_IN), name="assessment_comes_in_in_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.measure}, {self.area}"

    def places_by_role(self) -> dict[str, list[Area]]:
        """The places that it names, by role; a role that none has is empty."""
        models.prefetch_related_objects([self], "places__area")
        rows = list(self.places.all())
        return {role: [row.area for row in rows if row.role == role] for role in NamedPlace.Role.values}

    @property
    def begins(self) -> datetime.date:
        """The first day on which it may have had an effect."""
        return self.before_to + datetime.timedelta(days=1) if self.phase_in else self.after_from

    @property
    def compared(self) -> Area | None:
        """The one known place that it is compared with; none where there are several, or words alone."""
        places = self.places_by_role()[NamedPlace.Role.COMPARED]
        return places[0] if len(places) == 1 else None

    def later_starts(self) -> dict[str, Month]:
        """Code of each place that began later than the first, and its own first month."""
        models.prefetch_related_objects([self], "places__area")
        return {row.area.code: Month.of(row.began) for row in self.places.all() if row.began}


class NamedPlace(models.Model):
    """A place that a named assessment counts, in one role: a comparison that is treated too would hide the effect."""

    class Role(models.TextChoices):
        TREATED = "treated", "Treated"
        COMPARED = "compared", "Compared with"
        BUFFER = "buffer", "Near by, where the problem may move to"

    named = models.ForeignKey(NamedAssessment, on_delete=models.CASCADE, related_name="places")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    began = models.DateField("first day, where it began later than in the first place", null=True, blank=True)

    class Meta:
        ordering = ("area__path",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("named", "area"), name="assessed_place_has_one_role"),
            models.CheckConstraint(condition=Q(began__isnull=True) | Q(role="treated"), name="only_treated_begin"),
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.get_role_display()}"


class Assessed(FromRecords):
    """What the engine found for the named assessment; the newest holds.

    asked : treated and comparison small areas, crime types, first month, first month after it began, last month
    result : the answer: the main finding, checks, methods not used, disagreements
    word, change, lower, upper, level, likelihood : the same as lists ask of it; per cent, below 0 is a reduction
    fewest : events counted after it began, or those to be expected without it, whichever are fewer
    until : last day that was counted
    """

    class Word(models.TextChoices):
        WORKED = "worked", "Worked"
        PERHAPS = "perhaps", "Perhaps worked"
        NOT_SHOWN = "not_shown", "No effect shown"
        PERHAPS_WORSE = "perhaps_worse", "Perhaps made it worse"
        WORSE = "worse", "Made it worse"
        NOT_KNOWN = "not_known", "Cannot be told"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="assessed")
    named = models.ForeignKey(NamedAssessment, on_delete=models.CASCADE, related_name="assessed")
    word = models.CharField(max_length=20, choices=Word.choices, default=Word.NOT_KNOWN)
    change = models.FloatField(null=True, blank=True)
    lower = models.FloatField(null=True, blank=True)
    upper = models.FloatField(null=True, blank=True)
    level = models.PositiveSmallIntegerField(default=1)
    likelihood = models.CharField(max_length=80, blank=True)
    fewest = models.PositiveIntegerField(default=0)
    until = models.DateField(null=True, blank=True)

    class Meta(FromRecords.Meta):
        verbose_name_plural = "assessed"

    def __str__(self) -> str:
        return f"{self.plan.ref} assessed {self.made_at:%Y-%m-%d %H:%M}"


class Result(models.Model):
    """What the assessment found; the newest holds."""

    class Decision(models.TextChoices):
        CLOSE = "close", "Close: the problem is solved or no longer ours"
        ADAPT = "adapt", "Adapt: change the response and go on"
        REPEAT = "repeat", "Repeat: do it again here"
        SCALE = "scale", "Scale: do it in more places"

    class Verdict(models.TextChoices):
        WORKED = "worked", "It worked"
        SOME = "some", "Some effect"
        NONE = "none", "No effect seen"
        WORSE = "worse", "It got worse"
        NOT_KNOWN = "not_known", "Cannot be told"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="results")
    process = models.TextField("was it done as planned?")
    outcome = models.TextField("what happened to the measure?")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    before = models.FloatField("count or rate before", null=True, blank=True)
    after = models.FloatField("count or rate after", null=True, blank=True)
    community = models.TextField("what residents say", blank=True)
    lesson = models.TextField()
    decision = models.CharField(max_length=20, choices=Decision.choices)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.plan.ref}: {self.get_verdict_display()}"


class Note(models.Model):
    """A note on a plan, with a marking of its own."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    marking = models.CharField(max_length=20, choices=Marking.choices, default=Marking.OFFICIAL)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.plan.ref}: note of {self.at:%Y-%m-%d}"
