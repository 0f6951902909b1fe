"""Forms of reading the audit log."""

from typing import Any

from django import forms

from upstream_web.design.forms import DateField
from upstream_web.people.models import User
from upstream_web.people.purpose import Purpose


class PurposeForm(forms.Form):
    """The reason for reading."""

    purpose = forms.ChoiceField(label="Reason", choices=Purpose.choices, widget=forms.RadioSelect)
    reference = forms.CharField(
        label="Reference", required=False, max_length=80, help_text="A plan or case number, where there is one."
    )


class AuditFilterForm(forms.Form):
    """What to look for; everything may be left empty."""

    person = forms.CharField(label="Done by", required=False, help_text="A name or an e-mail address")
    action = forms.ChoiceField(
        label="What",
        required=False,
        choices=[("", "Everything"), ("read", "Readings only"), ("changed", "Changes only"), ("signing", "Signing in")],
    )
    words = forms.CharField(
        label="Of",
        required=False,
        help_text="A name or part of it; a plan’s finds its parts too",
    )
    kind = forms.CharField(required=False, widget=forms.HiddenInput)
    number = forms.CharField(required=False, widget=forms.HiddenInput)
    first = DateField(label="From", required=False)
    last = DateField(label="To", required=False)
    before = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        words = data.pop("person", "").strip()
        data["by_ids"] = self._ids(words) if words else None
        return data

    def in_words(self) -> dict[str, str]:
        """The filters that were set, for the log."""
        rows = {name: self[name].value() for name in self.fields if name != "before"}
        rows = {name: " ".join(value).strip() if isinstance(value, tuple) else value for name, value in rows.items()}
        return {name: str(value) for name, value in rows.items() if value}

    @staticmethod
    def _ids(words: str) -> list[int]:
        rows = User.objects.all()
        for word in words.split():
            rows = rows.filter(name__icontains=word) | rows.filter(email__icontains=word)
        return list(rows.values_list("pk", flat=True)[:500])
