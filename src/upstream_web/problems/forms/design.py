"""Designing how a plan will be judged, and locking it."""

from typing import Any

from django import forms

from upstream.errors import BadInput
from upstream.periods import Month
from upstream_web.places.models import Area
from upstream_web.problems.engine.designs import what_can_be_counted
from upstream_web.problems.forms.known import DatedLines, KnownForm
from upstream_web.problems.models import Design, Plan

KNOWN = ("also_began", "rule_changes")
MONTHS_AFTER = [(3, "3 months"), (6, "6 months"), (12, "12 months")]
FARTHEST = 5_000
LONGEST_CHOSEN = 12


class DesignForm(KnownForm):
    """What is to be judged, where, and from when."""

    counted = forms.ChoiceField(label="What is counted", required=False)
    place = forms.ChoiceField(label="Where it will be done", required=False)
    small_areas = forms.MultipleChoiceField(
        label="Small areas, where it is some of them", required=False, widget=forms.CheckboxSelectMultiple
    )
    begins = forms.CharField(
        label="First month of the response",
        help_text="Year and month, for example 2026-04.",
        widget=forms.TextInput(attrs={"type": "month", "class": "govuk-input--width-10"}),
    )
    metres = forms.IntegerField(
        label="Metres around it where the problem may move to",
        min_value=0,
        max_value=FARTHEST,
        help_text="Small areas this near are not compared with, and are watched for displacement. 0: none.",
    )
    effect = forms.FloatField(label="Fall hoped for, per cent", min_value=1, max_value=99)
    chosen_by = forms.IntegerField(
        label="How many months was the place chosen by?",
        min_value=1,
        max_value=LONGEST_CHOSEN,
        help_text="If it was chosen because the last three months were bad, 3. After a bad time a better one comes by "
        "itself, and the design says how much better.",
    )

    later = DatedLines(
        label="Small areas that begin later",
        required=False,
        help_text="A line each, with its first month and its name or code: 2026-07 E01032202",
    )

    def __init__(self, *args: Any, places: list[Area], small_areas: list[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["counted"].choices = what_can_be_counted()
        self.fields["place"].choices = [("", "The small areas ticked below"), *((one.code, one.name) for one in places)]
        self.fields["small_areas"].choices = [(one.code, one.name) for one in small_areas]

    def clean_begins(self) -> str:
        """A month, as year and month."""
        try:
            return str(Month.parse(self.cleaned_data["begins"]))
        except BadInput as error:
            raise forms.ValidationError("Give a month as year and month, for example 2026-04.") from error

    def clean(self) -> dict[str, Any]:
        """A place, or small areas; some of these may begin later."""
        data = super().clean()
        if not data.get("place") and not data.get("small_areas"):
            self.add_error("place", "Choose a place, or tick small areas.")
        if data.get("begins"):
            self.refuse_beginning_with(data, Month.parse(data["begins"]))
            self._later(data)
        return data

    def _later(self, data: dict[str, Any]) -> None:
        """Names become codes; only some of the small areas that are ticked begin later, and after the first."""
        ticked = [] if data.get("place") else data.get("small_areas") or []
        called = {one.lower(): code for code, name in self.fields["small_areas"].choices for one in (code, name)}
        pairs = [[month, called.get(name.lower(), name)] for month, name in data.get("later") or ()]
        wrong = next((name for month, name in pairs if name not in ticked or month <= data["begins"]), None)
        if wrong:
            self.add_error(
                "later",
                f"“{wrong}”: give small areas that are ticked above, with a month after the first, {data['begins']}.",
            )
        elif len({name for _, name in pairs}) == len(ticked) > 0:
            self.add_error("later", "One of them begins in the first month. Leave it out here, or give a later month.")
        data["later"] = pairs

    @property
    def asked(self) -> dict[str, Any]:
        """The question as it is kept."""
        of = self.cleaned_data
        own = [] if of["place"] else of["small_areas"]
        types = [of["counted"]] if of["counted"] else []
        return {"crime_types": types, "small_areas": own} | {
            name: of[name] for name in ("place", "begins", "metres", "effect", "chosen_by", "phase_in", "later", *KNOWN)
        }


class LockForm(forms.Form):
    """The comparison, and how long it is judged."""

    compared = forms.MultipleChoiceField(label="Compare with", widget=forms.CheckboxSelectMultiple)
    measure = forms.CharField(label="Outcome measure, in words", max_length=160)
    months = forms.TypedChoiceField(label="Judged over", choices=MONTHS_AFTER, coerce=int, widget=forms.RadioSelect)
    smallest_effect = forms.FloatField(label="Smallest reduction worth having, per cent", min_value=0.1, max_value=100)
    reason = forms.CharField(
        label="Reason for the change", required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What was locked before stays visible.",
    )  # fmt: skip

    def __init__(self, *args: Any, design: Design, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fit = [one["unit"] for one in design.result["planned"]["candidates"] if one["fit"] is not None]
        self.fields["compared"].choices = [(code, code) for code in fit]
        held = plan.named_assessments.first()
        if held is None or held.locked_at is None:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
