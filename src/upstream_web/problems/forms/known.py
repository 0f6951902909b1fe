"""What is known of a response beside its first month: how long it took to come in, and what else changed there."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from upstream.errors import BadInput
from upstream.periods import Month
from upstream_web.places.models import Area
from upstream_web.problems.models import LONGEST_PHASE_IN

LONGEST_WORDS = 160


class DatedLines(forms.CharField):
    """Lines of a month and words, as pairs in order of time: 2026-07 New street lights."""

    widget = forms.Textarea(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        """Pairs as they are typed."""
        return "\n".join(" ".join(pair) for pair in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[list[str]]:
        """The pairs; a line that is none is said."""
        lines = [line.split(maxsplit=1) for line in super().to_python(value).splitlines() if line.strip()]
        return sorted(_pair(line) for line in lines)


def _pair(line: list[str]) -> list[str]:
    try:
        month = str(Month.parse(line[0]))
    except BadInput as error:
        raise forms.ValidationError(f"“{' '.join(line)}” does not begin with a month such as 2026-07.") from error
    if len(line) < 2:
        raise forms.ValidationError(f"Say what began or changed in {line[0]}.")
    return [month, line[1].strip()[:LONGEST_WORDS]]


class ComparedForm(forms.Form):
    """With which known place it is compared, or in words."""

    compared = forms.ModelChoiceField(
        Area.objects.none(), label="Compared with a known place", required=False, empty_label="One that is not listed"
    )
    comparison = forms.CharField(
        label="Compared with, in words",
        max_length=300,
        required=False,
        help_text="A like place where nothing changes. Nothing is needed here where a place is chosen above. Records "
        "cannot count words that name no known place: every other small area of the force is then compared with.",
    )

    def offer(self, places: QuerySet[Area] | None) -> None:
        """The known places to choose from; none where a design has named them already."""
        if places is None:
            del self.fields["compared"]
        else:
            self.fields["compared"].queryset = places

    def clean(self) -> dict[str, Any]:
        """A place that is chosen gives the words."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("compared"):
            data["comparison"] = data["compared"].name
        return data


class KnownForm(forms.Form):
    """The fields that a design and a change of how a plan is judged share."""

    phase_in = forms.IntegerField(
        label="Months until it was fully running",
        min_value=0,
        max_value=LONGEST_PHASE_IN,
        required=False,
        initial=0,
        help_text="From its first month on. They count neither as before nor as after. 0: it is whole from its first "
        "day.",
    )
    also_began = DatedLines(
        label="What else began there",
        required=False,
        help_text="A line each, with its month: 2025-09 New street lights",
    )
    rule_changes = DatedLines(
        label="Changes of how it is recorded",
        required=False,
        help_text="A line each, with the first month recorded otherwise: 2025-04 New recording system. Changes of the "
        "national counting rules are known already.",
    )

    def clean_phase_in(self) -> int:
        """Nothing is nought."""
        return self.cleaned_data["phase_in"] or 0

    def refuse_beginning_with(self, data: dict[str, Any], begins: Month) -> None:
        """Refuse what began in the same month: its effect and the plan's are one."""
        if any(month == str(begins) for month, _ in data.get("also_began") or ()):
            self.add_error(
                "also_began", f"It began with the response, in {begins.label}: no count tells the two apart."
            )
