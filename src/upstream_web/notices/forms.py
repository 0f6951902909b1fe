"""Forms about notices."""

from django import forms

from upstream_web.notices.models import NoticeSettings


class DigestForm(forms.Form):
    """How to hear of notices by e-mail."""

    digest = forms.ChoiceField(
        label="A letter with how many notices wait",
        choices=NoticeSettings.Digest.choices,
        widget=forms.RadioSelect,
        help_text="It says how many and of what kind, never what they are about.",
    )
