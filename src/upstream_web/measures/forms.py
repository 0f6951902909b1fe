"""Forms of the performance pages."""

from django import forms
from django.core.exceptions import ValidationError

from upstream.errors import BadInput
from upstream.periods import Month
from upstream_web.measures.engine.words import Problem
from upstream_web.measures.models import WRITTEN

MOST_IN_A_PAPER = 40


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


class PaperForm(forms.Form):
    """Measures for a meeting, and as what."""

    title = forms.CharField(label="Title", max_length=120)
    kind = forms.ChoiceField(
        label="Make", choices=[("pptx", "PowerPoint slides"), ("docx", "A Word file")], widget=forms.RadioSelect
    )
    keys = forms.MultipleChoiceField(label="Measures", error_messages={"required": "Choose at least one measure."})

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keys"].choices = choices

    def clean_keys(self) -> list[str]:
        """Few enough for a meeting, and for a file that opens."""
        chosen = self.cleaned_data["keys"]
        if len(chosen) > MOST_IN_A_PAPER:
            raise ValidationError(f"{len(chosen)} measures are chosen. Choose at most {MOST_IN_A_PAPER}.")
        return chosen


class PurposeForm(forms.Form):
    """Why somebody reads records."""

    purpose = forms.CharField(
        label="Why do you need the records?",
        min_length=10,
        max_length=300,
        help_text="Your name, the time and this purpose are kept in the audit log.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CommentaryForm(forms.Form):
    """Words about a measure. Numbers are bound to figures, or have their source beside them."""

    meaning = forms.CharField(label="What does this mean?", required=False, widget=forms.Textarea(attrs={"rows": 8}))
    next_steps = forms.CharField(label="Next steps", required=False, widget=forms.Textarea(attrs={"rows": 5}))
    action = forms.CharField(label="Action required", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    author = forms.CharField(
        label="Whose words these are", max_length=120, help_text="A post, not a name: Head of Crime Management."
    )
    likelihood = forms.IntegerField(
        label="A likelihood of your own, in per cent",
        required=False,
        min_value=0,
        max_value=100,
        help_text="Leave it empty to show the model's. With yours, both are shown.",
    )
    likelihood_by = forms.CharField(label="Who judged it", max_length=120, required=False, help_text="A post.")
    likelihood_reason = forms.CharField(label="Why", max_length=300, required=False)
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @property
    def words(self) -> dict[str, object]:
        """What was typed, by field, whether or not it may be published."""
        typed = {name: self.data.get(name, "").strip("\n") for name in WRITTEN}
        number = self.cleaned_data.get("likelihood")
        return {**typed, "likelihood": number, **{k: v[: LONGEST[k]] for k, v in typed.items() if k in LONGEST}}

    def clean(self) -> dict[str, object]:
        """Some words; a likelihood with its name and reason."""
        given = super().clean()
        if not any(given.get(name, "").strip() for name in ("meaning", "next_steps", "action")):
            self.add_error("meaning", "Write something in at least one of the three parts.")
        if given.get("likelihood") is not None:
            for name, wanting in (("likelihood_by", "Say which post judged it."), ("likelihood_reason", "Say why.")):
                if not given.get(name):
                    self.add_error(name, wanting)
        return given

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Say at each part what cannot be published, by line, and what to write instead."""
        names = {"What does this mean?": "meaning", "Next steps": "next_steps", "Action required": "action"}
        for one in problems:
            self.add_error(names[one.section], f"Line {one.line}: {one.words} {one.instead}".strip())


LONGEST = {"author": 120, "likelihood_by": 120, "likelihood_reason": 300}
