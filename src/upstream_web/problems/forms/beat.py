"""The one page of a beat plan: all that a plan needs before it can be sent, and no more."""

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from upstream_web.design.forms import DateField
from upstream_web.evidence.models import Tier, TriangleSide
from upstream_web.places.models import Area
from upstream_web.problems.forms.known import ComparedForm
from upstream_web.problems.questions import Question

OBJECTIVE = ("what", "measure", "baseline", "target", "by_when")
RESPONSE = ("title", "mechanism", "side", "tier")
ASSESSMENT = ("compared", "comparison", "smallest_effect")
HOW_AND_WHEN = {"measure": "Name the measure.", "by_when": "Say by when."}
FEWEST_DAYS = 28
"""Between today and the day by which things will have changed: fewer leave nothing to compare."""


class BeatForm(ComparedForm):
    """A whole plan in few words. Every part may wait, but a part that is begun is finished."""

    what = forms.CharField(label="What will change, and for whom?", max_length=300, required=False)
    measure = forms.CharField(
        label="How will it be seen? Name the measure",
        max_length=160,
        required=False,
        help_text="For example: burglaries of homes recorded a month",
    )
    baseline = forms.FloatField(label="Level now", required=False)
    target = forms.FloatField(label="Level to reach", required=False)
    by_when = DateField(label="By when", required=False)
    title = forms.CharField(label="What will be done?", max_length=160, required=False)
    mechanism = forms.CharField(
        label="How should it work?",
        required=False,
        help_text="Why this would change what people do here.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    side = forms.ChoiceField(label="Side of the triangle", choices=TriangleSide.choices, required=False)
    tier = forms.ChoiceField(label="Tier of prevention", choices=Tier.choices, required=False)
    smallest_effect = forms.FloatField(
        label="Smallest reduction worth having, per cent",
        min_value=0.1,
        max_value=100,
        required=False,
        help_text="The year until today is compared with the days until “by when”.",
    )

    def __init__(
        self, *args: Any, questions: tuple[Question, ...], places: QuerySet[Area] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(places)
        self.questions = questions
        for question in questions:
            self.fields[f"{question.key}-text"] = forms.CharField(
                label=question.label,
                help_text=question.hint,
                widget=forms.Textarea(attrs={"rows": 2}),
                required=False,
            )
        for name in [*(f"{question.key}-version" for question in questions), "objective-version", "response-version"]:
            self.fields[name] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """A part that is begun is finished; the days leave something to compare."""
        data = super().clean()
        if _begun(data, OBJECTIVE):
            self._needs(
                data, {"what": "Say what will change.", "measure": "Name the measure.", "by_when": "Say by when."}
            )
        if _begun(data, ("title", "mechanism")):
            self._needs(data, {"title": "Say what will be done.", "mechanism": "Say how it should work."})
        if _begun(data, ASSESSMENT):
            words = {"comparison": "Name a like place.", "smallest_effect": "Say how small a change is too small."}
            self._needs(data, words)
            self._needs(data, HOW_AND_WHEN)
            soonest = timezone.localdate() + datetime.timedelta(days=FEWEST_DAYS)
            if data.get("by_when") and data["by_when"] < soonest and "by_when" not in self.errors:
                self.add_error(
                    "by_when", f"Give a day at least {FEWEST_DAYS} days ahead: fewer leave nothing to compare."
                )
        return data

    def _needs(self, data: dict[str, Any], words: dict[str, str]) -> None:
        for name, said in words.items():
            if data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, said)

    def answers(self) -> dict[str, dict[str, Any]]:
        """What was typed, by question."""
        return {question.key: {"text": self.cleaned_data[f"{question.key}-text"]} for question in self.questions}

    def based_on(self) -> dict[str, int]:
        """The versions that the person saw: of each answer, of the objective and of the response."""
        names = [question.key for question in self.questions] + ["objective", "response"]
        return {name: self.cleaned_data[f"{name}-version"] or 0 for name in names}

    def part(self, names: tuple[str, ...]) -> dict[str, Any]:
        """The fields of a part; nothing where it was not begun."""
        data = self.cleaned_data
        typed = names[:2] if names == RESPONSE else names  # side and tier are always chosen
        return {name: data[name] for name in names if name in data} if _begun(data, typed) else {}


def _begun(data: dict[str, Any], names: tuple[str, ...]) -> bool:
    return any(data.get(name) not in (None, "") for name in names)
