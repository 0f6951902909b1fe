"""What may be asked: a crime type, an area, a last day."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from upstream_web.explore.engine import TYPES, Held
from upstream_web.explore.models import Analysis

MODELS = (
    ("permutation", "Each place and day by its own total"),
    ("poisson", "Each place against its own history"),
)


class AskForm(forms.Form):
    """Sent in the address, so that an answer has a link of its own; without one, the usual question."""

    type = forms.ChoiceField(label="Crime type", choices=[(name, name) for name in TYPES])
    area = forms.ChoiceField(label="Area", required=False)
    to = forms.DateField(
        label="Last day", widget=forms.DateInput(attrs={"type": "date"}), input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Give the last day as year, month and day, for example 2022-06-30.",
                        "required": "Give the last day."},
    )  # fmt: skip
    model = forms.ChoiceField(label="Compared with", choices=MODELS)

    def __init__(self, data: Any, *, kind: str, of: Held) -> None:
        usual = {"type": "Burglary", "to": of.last, "model": "permutation", "area": ""}
        super().__init__(data or (usual if of.last else None), initial=usual)
        self.of = of
        self.fields["area"].choices = [("", of.force), *of.areas.items()]
        if kind != Analysis.Kind.CLUSTERS:
            del self.fields["model"]

    def clean_to(self) -> Any:
        """Within the records."""
        day, first, last = self.cleaned_data["to"], self.of.first, self.of.last
        if first is None or last is None or not first < day <= last:
            between = f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}" if first and last else "none"
            raise ValidationError(f"No records are held to that day. Days held: {between}.")
        return day

    @property
    def asked(self) -> dict[str, str]:
        """The question as it is kept and as the address has it."""
        return {name: str(value) for name, value in self.cleaned_data.items()}
