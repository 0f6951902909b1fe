"""Forms for what people decide on signals."""

from django import forms

from upstream_web.signals.models import Reason


class WatchForm(forms.Form):
    """Why a signal is watched."""

    says_optional = True
    words = forms.CharField(
        label="What would make you act?", widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )


class DismissForm(forms.Form):
    """Why a signal is dismissed."""

    reason = forms.ChoiceField(
        label="Why is nothing to be done?",
        choices=Reason.choices,
        widget=forms.RadioSelect,
        help_text="Only the first counts against signals of this kind.",
    )
    words = forms.CharField(
        label="In your own words",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text="No names, no addresses. Whoever meets the same signal next year reads this.",
    )
