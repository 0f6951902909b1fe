"""People, the bodies they work for, their teams and what their roles allow, all with dates."""

import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from upstream_web.places.models import Area


class DatedQuerySet(models.QuerySet):
    """Rows with `valid_from` and `valid_to`, both included."""

    def current(self, on: datetime.date | None = None) -> QuerySet:
        """Rows that hold on a day, today by default."""
        day = on or timezone.localdate()
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Dated(models.Model):
    """From a day to a day, the last included; no last day means still."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(class)s_ends_after_it_begins",
            )
        ]


class Organisation(Dated):
    """A body: a force, the body that governs it, a council, a charity."""

    class Kind(models.TextChoices):
        FORCE = "force", "Police force"
        POLICING_BODY = "policing_body", "Local policing body"
        COUNCIL = "council", "Council"
        HEALTH = "health", "Health"
        PROBATION = "probation", "Probation"
        FIRE = "fire", "Fire and rescue"
        HOUSING = "housing", "Housing provider"
        SCHOOL = "school", "School or college"
        CHARITY = "charity", "Charity or community group"
        WARD_PANEL = "ward_panel", "Ward panel"

    name = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT)
    succeeds = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="succeeded_by")

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PolicingBodyForm(Dated):
    """The form a local policing body has for a time. Offices change; what they decided stays theirs."""

    class Form(models.TextChoices):
        COMMISSIONER = "commissioner", "Police and crime commissioner"
        FIRE_COMMISSIONER = "fire_commissioner", "Police, fire and crime commissioner"
        MAYOR = "mayor", "Mayor"
        BOARD = "board", "Policing and crime board"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="forms")
    form = models.CharField(max_length=20, choices=Form.choices)

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering = ("valid_from",)

    def __str__(self) -> str:
        return f"{self.get_form_display()} from {self.valid_from}"


class Team(Dated):
    """People who work together and answer for an area."""

    class Kind(models.TextChoices):
        NEIGHBOURHOOD = "neighbourhood", "Neighbourhood team"
        HUB = "hub", "Problem-solving hub"
        INTERVENTION = "intervention", "Intervention and prevention"
        PERFORMANCE = "performance", "Performance and analysis"
        PARTNER = "partner", "Partner team"
        OFFICE = "office", "Office"

    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="teams")

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering = ("name",)
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("organisation", "name"), name="team_name_once_in_an_organisation"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """What a member of a team may do: a set of permissions with a name people use."""

    key = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300)
    permissions = models.JSONField(default=list)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes accounts; an e-mail address is the name to sign in with."""

    def create_user(self, email: str, name: str, password: str | None = None) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person with an account."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    post = models.CharField("post or rank", max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    credentials_since = models.DateTimeField(null=True, blank=True)
    """When the password was last chosen or the account last closed: tokens made before open nothing."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(Lower("email"), name="one_account_an_address"),)

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """Choose a password; whoever saves it ends the tokens that programs hold. A new hash of the same does not."""
        super().set_password(raw_password)
        self.credentials_since = timezone.now()


class Membership(Dated):
    """A person in a team with a role, for an area, from a day to a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    area = models.ForeignKey(
        Area,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="Area of responsibility; the team's own when empty.",
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering = ("-valid_from",)

    def __str__(self) -> str:
        return f"{self.user}: {self.role}, {self.team}"

    @property
    def responsible_for(self) -> Area | None:
        """The area that the membership answers for."""
        return self.area or self.team.area


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    """Adjectives of links."""

    def newest(self) -> "QuerySet[OneTimeLink]":
        """Links that nobody has used and no newer one ended, too old or not: at most one for a thing."""
        return self.filter(used_at__isnull=True, replaced_at__isnull=True)

    def unused(self) -> "QuerySet[OneTimeLink]":
        """Links that still open something."""
        return self.newest().filter(expires_at__gt=timezone.now())


class OneTimeLink(models.Model):
    """An e-mailed link that opens one thing, once, for somebody without an account. Only a digest of it is kept."""

    purpose = models.CharField(max_length=40)
    target_id = models.CharField(max_length=40)
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="When a newer link to the same thing was made.")

    objects = OneTimeLinkQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("purpose", "target_id"), name="link_of_target"),)
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="link_expires_after_it_is_made"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__gte=F("made_at")), name="link_is_used_after_it_is_made"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(replaced_at__isnull=True), name="link_is_used_or_replaced"
            ),
            models.UniqueConstraint(
                fields=("purpose", "target_id"),
                condition=Q(used_at__isnull=True, replaced_at__isnull=True),
                name="link_to_a_thing_is_one",
            ),
        )

    def __str__(self) -> str:
        return f"link to {self.purpose} {self.target_id} for {self.email}"
