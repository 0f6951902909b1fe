"""Forms of the performance pages."""

from django import forms
from django.core.exceptions import ValidationError

from upstream.errors import BadInput
from upstream.periods import Month


class MonthForm(forms.Form):
    """A month to work the measures out to."""

    month = forms.CharField(
        label="Last month",
        max_length=7,
        help_text="Year and month, for example 2022-06.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )

    def clean_month(self) -> str:
        """A month as addresses have it."""
        try:
            return str(Month.parse(self.cleaned_data["month"]))
        except BadInput as error:
            raise ValidationError(error.sentence) from None
