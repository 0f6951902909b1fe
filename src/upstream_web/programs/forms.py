"""Forms about tokens."""

from django import forms

from upstream_web.programs.models import Scope


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        label="What is it for?", max_length=80, help_text="For example: the partnership's action list"
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Never more than you may do yourself.",
    )
    days = forms.TypedChoiceField(
        label="It works for",
        choices=[(30, "30 days"), (90, "90 days"), (365, "A year")],
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
    )
