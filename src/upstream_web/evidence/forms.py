"""The form of a card."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from upstream_web.design.forms import DateField
from upstream_web.evidence.models import EvidenceCard, Tier, TriangleSide


def _text(label: str, *, required: bool = False, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, widget=forms.Textarea(attrs={"rows": 3}))


class PublishedForm(forms.Form):
    """An effect as it is published."""

    name = forms.CharField(
        label="Which study", max_length=80, help_text="For example: Farnborough 2019, or review of 21 studies."
    )
    effect = forms.FloatField(label="Change, per cent", help_text="Below 0 is a reduction, for example -21.")
    lower = forms.FloatField(label="Lowest, per cent", help_text="The lower end of its 95% interval.")
    upper = forms.FloatField(label="Highest, per cent", help_text="The upper end.")
    design_level = forms.TypedChoiceField(
        label="Level of its design, Maryland scale", coerce=int, empty_value=None, required=False,
        choices=[("", "Not known"), *((level, f"Level {level} of 5") for level in range(1, 6))],
    )  # fmt: skip
    source = _text("Source", required=True, hint="Where the figures were read, to the page or table.")

    def clean(self) -> dict[str, Any]:
        """The interval holds the effect, and nothing falls by more than everything."""
        given = super().clean() or self.cleaned_data
        if not self.errors and not -100 < given["lower"] <= given["effect"] <= given["upper"]:
            raise ValidationError("Give the lowest, above -100, no higher than the change, and the highest no lower.")
        if not self.errors and given["lower"] == given["upper"]:
            raise ValidationError("An interval needs two ends that differ.")
        return given


class RetireForm(forms.Form):
    """From which day no new plan cites a card."""

    on = DateField(
        label="Retired on", help_text="It stays readable, and plans that cite it keep it; no new plan cites it."
    )

    def clean_on(self) -> datetime.date:
        """No later than today."""
        on: datetime.date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise ValidationError("Give today or a day before.")
        return on


class CardForm(forms.Form):
    """What is known of an intervention."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label="Title", max_length=200)
    summary = _text("In a sentence or two, in your own words", required=True)
    tier = forms.ChoiceField(label="Tier of prevention", choices=[("", "Not one tier"), *Tier.choices], required=False)
    side = forms.ChoiceField(
        label="Side of the triangle", choices=[("", "Not one side"), *TriangleSide.choices], required=False
    )
    effect = forms.ChoiceField(label="Effect", choices=EvidenceCard.Effect.choices, widget=forms.RadioSelect)
    effect_words = _text("Effect in words")
    strength = forms.TypedChoiceField(
        label="Strength of the studies", coerce=int, choices=EvidenceCard.Strength.choices, widget=forms.RadioSelect
    )
    mechanism = _text("Mechanism: how does it work?")
    moderators = _text("Moderators: for whom, where and when?")
    implementation = _text("Implementation: what does it need?")
    economics = _text("Economics: what does it cost and save?")
    source = _text("Source", required=True, hint="Where this was read, to the page.")
    verified = forms.BooleanField(label="The figures were seen in the source", required=False)
