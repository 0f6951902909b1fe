"""Forms for the lines of a plan: hypotheses, objectives, responses, actions, assessment, result, score, review."""

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from upstream.periods import Month
from upstream_web.design.forms import DateField
from upstream_web.evidence.models import EvidenceCard, Tier, TriangleSide
from upstream_web.people.models import Organisation, User
from upstream_web.places.models import Area
from upstream_web.problems.changes.versions import Clash
from upstream_web.problems.forms.known import ComparedForm, KnownForm
from upstream_web.problems.models import Action, Hypothesis, Marking, Plan, Result, Score
from upstream_web.problems.rubrics import Item


def _text(label: str, *, rows: int = 3, required: bool = True, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, widget=forms.Textarea(attrs={"rows": rows}))


class HypothesisForm(forms.Form):
    """A possible cause."""

    says_optional = True
    statement = _text("What might cause it?")
    test = _text("What would show that it is so, or not?")
    finding = _text("What was found?", required=False)
    state = forms.ChoiceField(
        label="So far", choices=Hypothesis.State.choices, widget=forms.RadioSelect, initial="open"
    )


class ObjectiveForm(forms.Form):
    """What will change."""

    says_optional = True
    what = _text("What will change, and for whom?", rows=2)
    measure = forms.CharField(label="How will it be seen? Name the measure", max_length=160)
    baseline = forms.FloatField(label="Level now", required=False)
    target = forms.FloatField(label="Level to reach", required=False)
    by_when = DateField(label="By when")
    stop_when = _text("What would make you stop?", rows=2, required=False)


class ResponseForm(forms.Form):
    """Something done about a cause."""

    says_optional = True
    title = forms.CharField(label="What will be done?", max_length=160)
    mechanism = _text("How should it work?", hint="The mechanism: why this would change what people do here.")
    hypothesis = forms.ModelChoiceField(
        Hypothesis.objects.none(), label="Cause it acts on", required=False, empty_label="None chosen"
    )
    side = forms.ChoiceField(
        label="Side of the triangle", choices=TriangleSide.choices, help_text="Which side of the problem it acts on."
    )
    tier = forms.ChoiceField(label="Tier of prevention", choices=Tier.choices)
    card = forms.ModelChoiceField(
        EvidenceCard.objects.none(),
        label="Evidence",
        required=False,
        empty_label="None cited",
        help_text="The card it rests on. None is an answer too.",
    )
    technique = forms.TypedChoiceField(
        label="Situational technique, where it is one", coerce=int, empty_value=None, required=False, choices=()
    )
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="Who does it", empty_label=None)
    dose_unit = forms.CharField(
        label="Counted in", max_length=60, required=False, help_text="For example: visits, patrol hours"
    )
    dose_planned = forms.FloatField(label="How much is planned", min_value=0, required=False)
    cost = forms.DecimalField(label="Cost in pounds", min_value=0, max_digits=12, decimal_places=2, required=False)
    displacement = _text("Where might the problem go instead?", rows=2, required=False)
    consent = _text("Consent or authority needed", rows=2, required=False)
    starts_on = DateField(label="Starts on", required=False)
    ends_on = DateField(label="Ends on", required=False)

    def __init__(self, *args: Any, causes: Any, cards: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        techniques = [(card.technique, f"{card.technique}. {card.title}") for card in cards if card.technique]
        if causes is None:
            del self.fields["hypothesis"]  # what was chosen stays
        else:
            self.fields["hypothesis"].queryset = causes
        self.fields["card"].queryset = cards
        self.fields["technique"].choices = [("", "None"), *sorted(techniques)]
        self.fields["organisation"].queryset = organisations

    def clean(self) -> dict[str, Any]:
        """Dates in order."""
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["starts_on"] > data["ends_on"]:
            self.add_error("ends_on", "It ends before it starts. Give a later day.")
        return data


class DeliveryForm(forms.Form):
    """Some of the dose delivered."""

    says_optional = True
    on = DateField(label="Day")
    amount = forms.FloatField(label="How much", min_value=0.001)
    note = forms.CharField(label="Note", max_length=300, required=False)


class ActionForm(forms.Form):
    """An action."""

    says_optional = True
    title = forms.CharField(label="What is to be done?", max_length=200)
    details = _text("Details", required=False)
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="Organisation", empty_label=None)
    owner = forms.ModelChoiceField(
        User.objects.none(), label="Who, if they have an account", required=False, empty_label="Nobody chosen"
    )
    owner_name = forms.CharField(label="Who, if they have none", max_length=120, required=False)
    owner_email = forms.EmailField(
        label="Their e-mail address", required=False, help_text="They can be sent a link that opens this one action."
    )
    response = forms.ModelChoiceField(None, label="Part of the response", required=False, empty_label="None")
    due_on = DateField(label="Due on")
    marking = forms.ChoiceField(
        label="Marking", choices=Marking.choices, widget=forms.RadioSelect, initial=Marking.OFFICIAL
    )

    def __init__(self, *args: Any, plan: Plan, organisations: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["owner"].queryset = people
        self.fields["response"].queryset = plan.responses.all()


def as_it_stands(action: Action) -> dict[str, Any]:
    """What the form of an update opens with."""
    return {"state": action.state, "blocker": action.blocker, "based_on": action.version}


class ActionUpdateForm(forms.Form):
    """How an action goes."""

    text = _text("What happened?")
    state = forms.ChoiceField(label="Now it is", choices=Action.State.choices, widget=forms.RadioSelect)
    blocker = _text("If blocked: what stands in the way?", rows=2, required=False)
    based_on = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        error_messages={"required": "Open the page again, then write it once more."},
    )

    def overtaken(self, clash: Clash) -> None:
        """Say that somebody changed the action meanwhile; what was typed is kept, to be sent again."""
        self.data = self.data.copy()
        self.data["based_on"] = str(clash.version)
        now = Action.State(clash.theirs).label
        self.add_error(
            "state",
            f"Somebody changed this action after you opened the page: now it is “{now}”. Nothing is saved yet. "
            "What you wrote is kept: say again how it goes, then save.",
        )


class LinkedUpdateForm(ActionUpdateForm):
    """How an action goes, said by somebody without an account: they may not drop it."""

    field_order = ("state", "blocker", "text")
    text = _text("Anything to add?", required=False)
    state = forms.ChoiceField(
        label="How does it go?",
        choices=[
            ("done", "It is done"),
            ("to_do", "It is still to be done, or under way"),
            ("blocked", "It is blocked"),
        ],
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        """A word on what is still to be done; otherwise nobody learns anything."""
        data = super().clean()
        if data.get("state") == Action.State.TO_DO and not data.get("text", "").strip():
            self.add_error("text", "Say how far it has come.")
        return data


class NamedAssessmentForm(KnownForm, ComparedForm):
    """How the plan will be judged."""

    says_optional = True
    field_order = (
        "measure", "compared", "comparison", "before_from", "before_to", "phase_in", "after_from", "after_to",
        "smallest_effect", "review_on", "also_began", "rule_changes", "reason",
    )  # fmt: skip
    measure = forms.CharField(
        label="Outcome measure", max_length=160, help_text="For example: burglaries of homes recorded a month"
    )
    before_from = DateField(label="Before: from")
    before_to = DateField(label="Before: to")
    after_from = DateField(label="After: from")
    after_to = DateField(label="After: to")
    smallest_effect = forms.FloatField(label="Smallest reduction worth having, per cent", min_value=0.1, max_value=100)
    review_on = DateField(label="Result to be written by")
    reason = _text("Reason for the change, once the plan is approved", rows=2, required=False)

    def __init__(self, *args: Any, places: QuerySet[Area] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(places)

    def clean(self) -> dict[str, Any]:
        """Periods in order, and apart; it is fully running when the time after begins."""
        data = super().clean()
        if not data.get("comparison"):
            self.add_error("comparison", "Choose a place, or say in words what it is compared with.")
        names = ("before_from", "before_to", "after_from", "after_to")
        days = [data.get(name) for name in names]
        if all(days) and not days[0] <= days[1] < days[2] <= days[3]:
            self.add_error("after_from", "The periods overlap or run backwards: before must end before after begins.")
        elif all(days):
            begun = Month.of(days[1] + datetime.timedelta(days=1))
            self.refuse_beginning_with(data, begun)
            running = begun + (data.get("phase_in") or 0)
            if data.get("phase_in") and days[2] < running.first_day:
                self.add_error("after_from", f"It is fully running from {running.label}: after begins no earlier.")
        return data


class ResultForm(forms.Form):
    """What came of the plan."""

    says_optional = True
    process = _text("Was it done as planned?")
    outcome = _text("What happened to the measure, here and in the comparison?")
    before = forms.FloatField(label="Level before", required=False)
    after = forms.FloatField(label="Level after", required=False)
    verdict = forms.ChoiceField(label="In one word", choices=Result.Verdict.choices, widget=forms.RadioSelect)
    community = _text("What do residents say?", required=False)
    lesson = _text(
        "The lesson for whoever meets this problem next",
        hint="Everybody who signs in reads it on the evidence cards, partners who never saw the plan too: "
        "what to do again and what not, no names or addresses. A marked plan keeps its lesson.",
    )
    decision = forms.ChoiceField(label="Decision", choices=Result.Decision.choices, widget=forms.RadioSelect)


class ReviewForm(forms.Form):
    """A review."""

    says_optional = True
    text = _text("What was found and agreed?", rows=5)
    next_on = DateField(
        label="Next review", required=False, help_text="Leave empty for the plan's usual number of days."
    )


class ScoreForm(forms.Form):
    """Marks on a rubric."""

    def __init__(self, *args: Any, items: tuple[Item, ...], scorers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        self.fields["scorer"] = forms.ChoiceField(label="Whose score is it?", choices=scorers, widget=forms.RadioSelect)
        for item in items:
            marks = [(str(mark), f"{mark}: {words}") for mark, words in enumerate(item.marks)]
            self.fields[item.key] = forms.ChoiceField(
                label=item.label, choices=marks, widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"})
            )
            self.fields[f"{item.key}-note"] = forms.CharField(
                label=f"Why this mark? {item.label} (optional)",
                max_length=300,
                required=False,
            )

    def marks(self) -> dict[str, int]:
        """Mark by item."""
        return {item.key: int(self.cleaned_data[item.key]) for item in self.items}

    def notes(self) -> dict[str, str]:
        """What was said of items, where something was."""
        said = {item.key: self.cleaned_data[f"{item.key}-note"] for item in self.items}
        return {key: words for key, words in said.items() if words}


class NominationForm(forms.Form):
    """A plan put forward for an award."""

    award = forms.CharField(label="Award", max_length=160)
    summary = forms.CharField(
        label="Summary", max_length=3000, help_text="Up to 400 words", widget=forms.Textarea(attrs={"rows": 8})
    )
    case = _text("Why does it deserve it?", rows=8)

    def clean_summary(self) -> str:
        """400 words at most."""
        summary = self.cleaned_data["summary"]
        if len(summary.split()) > 400:
            raise forms.ValidationError(f"The summary has {len(summary.split())} words; 400 are allowed. Shorten it.")
        return summary


SCORERS = {Score.Scorer.SELF: "team", Score.Scorer.SUPERVISOR: "supervisor", Score.Scorer.HUB: "hub"}
"""In which capacity somebody may score: the attribute of their access to the plan."""
