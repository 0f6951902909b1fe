"""Forms for starting a plan, its details, its questions, steps, notes and invitations."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from upstream.periods import Month
from upstream_web.design.forms import DateField
from upstream_web.files.checks import ALLOWED, checked
from upstream_web.people.models import Organisation, Team
from upstream_web.places.models import Area
from upstream_web.problems.models import Invitation, Marking, Plan
from upstream_web.problems.questions import Question

CRIME_TYPES = (
    "Anti-social behaviour",
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
)
"""The categories of data.police.uk: what open data and every force share."""


BESIDE_EACH_OTHER = {"class": "govuk-radios--inline govuk-radios--small", "legend": "hidden"}
"""Radios under a question that a heading asks already."""


IN_A_LINE = {"class": "govuk-radios--inline govuk-radios--small"}


class CodesField(forms.CharField):
    """Codes with spaces or commas between them, as a list."""

    def prepare_value(self, value: Any) -> Any:
        """A list as it is typed."""
        return " ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Each code once, in capitals, in the order typed."""
        return list(dict.fromkeys(super().to_python(value).replace(",", " ").upper().split()))


class AcceptForm(forms.Form):
    """What is needed to start a plan from a signal: the signal knows the rest."""

    title = forms.CharField(label="What is the problem, in a few words?", max_length=160)
    area = forms.ModelChoiceField(Area.objects.none(), label="Area", empty_label=None)
    team = forms.ModelChoiceField(Team.objects.none(), label="Team", empty_label=None)
    size = forms.ChoiceField(
        label="Size of plan",
        choices=Plan.Size.choices,
        widget=forms.RadioSelect(attrs=IN_A_LINE),
        initial=Plan.Size.STANDARD,
    )

    def __init__(self, *args: Any, areas: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas
        self.fields["team"].queryset = teams


class StartForm(AcceptForm):
    """What is needed to start: under two minutes."""

    says_optional = True
    field_order = ("title", "place", "crime_types", "area", "team", "size", "kind")
    title = forms.CharField(
        label="What is the problem, in a few words?",
        max_length=160,
        help_text="For example: thefts from shops on the parade",
    )
    place = forms.CharField(label="Street or place", max_length=160, required=False)
    crime_types = forms.MultipleChoiceField(
        label="Crime types",
        choices=[(name, name) for name in CRIME_TYPES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Plans of the same type are shown before anything is made, and records are counted by it.",
    )
    size = forms.ChoiceField(
        label="Size of plan",
        choices=Plan.Size.choices,
        widget=forms.RadioSelect(attrs=IN_A_LINE),
        initial=Plan.Size.STANDARD,
        help_text="Beat: a street or a small place, written on one page. Standard: all of SARA. "
        "Force: a programme over several areas.",
    )
    kind = forms.ChoiceField(
        label="Kind of work",
        choices=Plan.Kind.choices,
        widget=forms.RadioSelect(attrs=IN_A_LINE),
        initial=Plan.Kind.NEIGHBOURHOOD,
        help_text="Each kind has its own rubric for scoring.",
    )


class _CarriedForm(forms.Form):
    """What the address brings from a problem profile beside what the form asks."""

    small_areas = CodesField(required=False)
    first = forms.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$")
    last = forms.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$")


def carried(given: QueryDict) -> dict[str, Any]:
    """Small areas and months of the profile that a plan starts from; nothing where the address has none that can be."""
    form = _CarriedForm({"small_areas": " ".join(given.getlist("small_area")), "first": given.get("first"),
                         "last": given.get("last")})  # fmt: skip
    if not form.is_valid() or form.cleaned_data["first"] > form.cleaned_data["last"]:
        return {}
    first, last = Month.parse(form.cleaned_data["first"]), Month.parse(form.cleaned_data["last"])
    return {"small_areas": form.cleaned_data["small_areas"], "period_from": first.first_day, "period_to": last.last_day}


class DetailsForm(forms.Form):
    """What a plan says of itself."""

    says_optional = True
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label="Title", max_length=160)
    problem = forms.CharField(
        label="The problem in a sentence or two", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    place = forms.CharField(label="Street or place", max_length=160, required=False)
    crime_types = forms.MultipleChoiceField(
        label="Crime types",
        choices=[(name, name) for name in CRIME_TYPES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    period_from = DateField(label="Look at records from", required=False)
    period_to = DateField(label="Look at records to", required=False)
    small_areas = CodesField(
        label="Small areas",
        max_length=1000,
        required=False,
        help_text="Codes of census small areas (LSOA), if the problem is in a few of them: E01032201 E01032202",
    )
    priority = forms.CharField(label="Neighbourhood priority it serves", max_length=160, required=False)
    size = forms.ChoiceField(label="Size of plan", choices=Plan.Size.choices, widget=forms.RadioSelect)
    marking = forms.ChoiceField(label="Marking", choices=Marking.choices, widget=forms.RadioSelect)
    review_every_days = forms.IntegerField(label="Days between reviews", min_value=1, max_value=366)
    public_summary = forms.CharField(
        label="What the public could be told",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text="No names, no addresses, nothing that tells one household from another.",
    )

    def clean(self) -> dict[str, Any]:
        """Dates in order."""
        data = super().clean()
        if data.get("period_from") and data.get("period_to") and data["period_from"] > data["period_to"]:
            self.add_error("period_to", "The last day is before the first. Give a later one.")
        return data


class AnswersForm(forms.Form):
    """Some questions of a plan, each with its words, what it rests on, and the version the person saw."""

    def __init__(self, *args: Any, questions: tuple[Question, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            if question.yes:
                self.fields[f"{question.key}-yes"] = forms.ChoiceField(
                    label=f"Yes or no? {question.label}",
                    choices=[("yes", "Yes"), ("no", "No"), ("", "Not known yet")],
                    widget=forms.RadioSelect(attrs=BESIDE_EACH_OTHER),
                    required=False,
                )
            label = "In words" if question.yes else question.label
            self.fields[f"{question.key}-text"] = forms.CharField(
                label=label, help_text=question.hint, widget=forms.Textarea(attrs={"rows": 3}), required=False
            )
            if question.yes:
                self.fields[f"{question.key}-evidence"] = forms.CharField(
                    label="What this rests on", max_length=1000, required=False
                )
            self.fields[f"{question.key}-version"] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def answers(self) -> dict[str, dict[str, Any]]:
        """What was typed, by question."""
        sent = {}
        for question in self.questions:
            sent[question.key] = {"text": self.cleaned_data[f"{question.key}-text"]}
            if question.yes:
                yes = self.cleaned_data[f"{question.key}-yes"]
                sent[question.key] |= {
                    "yes": {"yes": True, "no": False}.get(yes),
                    "evidence": self.cleaned_data[f"{question.key}-evidence"],
                }
        return sent

    def based_on(self) -> dict[str, int]:
        """The version of each answer that the person saw."""
        return {question.key: self.cleaned_data[f"{question.key}-version"] or 0 for question in self.questions}


class StepForm(forms.Form):
    """A step and what is said with it."""

    says_optional = True
    comment = forms.CharField(label="Comment", widget=forms.Textarea(attrs={"rows": 4}), required=False)

    def __init__(self, *args: Any, comment_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.says_optional = not comment_needed


class NoteForm(forms.Form):
    """A note."""

    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 4}))
    marking = forms.ChoiceField(
        label="Marking", choices=Marking.choices, widget=forms.RadioSelect, initial=Marking.OFFICIAL
    )


class FileForm(forms.Form):
    """A file to keep with the plan."""

    says_optional = True
    upload = forms.FileField(label="File", help_text=f"At most 25 MB: {', '.join(sorted(ALLOWED))}")
    what = forms.CharField(label="What it shows", max_length=200, required=False)
    marking = forms.ChoiceField(
        label="Marking", choices=Marking.choices, widget=forms.RadioSelect, initial=Marking.OFFICIAL
    )

    def clean_upload(self) -> UploadedFile:
        """Refuse what may not be kept, before anything is written."""
        checked(self.cleaned_data["upload"])
        return self.cleaned_data["upload"]


class InvitationForm(forms.Form):
    """An organisation to work with, and how far."""

    says_optional = True
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="Organisation", empty_label="Choose one")
    purpose = forms.CharField(
        label="Purpose and legal basis of sharing",
        max_length=300,
        help_text="For example: reduce burglary; Crime and Disorder Act 1998, section 115",
    )
    scanning = forms.ChoiceField(
        label="Scanning", choices=Invitation.Extent.choices, widget=forms.RadioSelect(attrs=IN_A_LINE), initial="read"
    )
    analysis = forms.ChoiceField(
        label="Analysis", choices=Invitation.Extent.choices, widget=forms.RadioSelect(attrs=IN_A_LINE), initial="none"
    )
    response = forms.ChoiceField(
        label="Response and actions",
        choices=Invitation.Extent.choices,
        widget=forms.RadioSelect(attrs=IN_A_LINE),
        initial="read",
    )
    assessment = forms.ChoiceField(
        label="Assessment", choices=Invitation.Extent.choices, widget=forms.RadioSelect(attrs=IN_A_LINE), initial="none"
    )
    sensitive = forms.BooleanField(label="May see what is marked OFFICIAL-SENSITIVE", required=False)
    valid_to = DateField(label="Last day", required=False, help_text="Leave empty for as long as the plan is open.")

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations

    def clean(self) -> dict[str, Any]:
        """It must open something."""
        data = super().clean()
        if all(data.get(stage) == "none" for stage in ("scanning", "analysis", "response", "assessment")):
            raise forms.ValidationError("The invitation opens nothing. Let them read at least one stage.")
        return data


class PublicSummaryForm(forms.Form):
    """What the public may read, and that somebody read it with the public's eyes."""

    title = forms.CharField(label="Title for the public", max_length=160)
    text = forms.CharField(
        label="Summary",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="What the problem was, what was done, what came of it. No names, no addresses, no number under five.",
    )
    read = forms.BooleanField(label="I have read it for anything that tells one person or household from another")
