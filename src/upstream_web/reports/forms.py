"""Forms of reports."""

from django import forms

from upstream.periods import Month
from upstream_web.reports.models import Report


class ReportForm(forms.Form):
    """A report to begin."""

    title = forms.CharField(label="Title", max_length=160, initial="Quarterly performance report")
    month = forms.ChoiceField(label="Last month")
    audience = forms.ChoiceField(
        label="For whom", choices=Report.Audience.choices, widget=forms.RadioSelect, initial=Report.Audience.INTERNAL
    )

    def __init__(self, *args: object, months: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [(one, Month.parse(one).label) for one in months]


class CommentForm(forms.Form):
    """Something said about a draft."""

    text = forms.CharField(label="Comment", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
