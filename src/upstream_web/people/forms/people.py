"""Forms of people, bodies, teams, roles and areas."""

from typing import Any

from django import forms
from django.utils import timezone

from upstream_web.design.forms import DateField
from upstream_web.people import access
from upstream_web.people.models import Organisation, PolicingBodyForm, Role, Team, User
from upstream_web.people.permissions import WORDS, Permission
from upstream_web.places.models import Area


def own_areas(by: User) -> list[tuple[str, str]]:
    """Areas that the person keeps, indented as the tree is."""
    above = Area.objects.current().exclude(kind=Area.Kind.SMALL_AREA)
    rows = [area for area in above if access.manages(by, area)]
    return [("", "None"), *((str(a.pk), "\u2003" * (a.path.count("/") - 1) + a.name) for a in rows)]


class AreaChoice(forms.TypedChoiceField):
    """One of the areas that the person keeps, or none."""

    def __init__(self, *, label: str = "Area", **options: Any) -> None:
        super().__init__(label=label, required=False, coerce=self._area, empty_value=None, **options)

    @staticmethod
    def _area(value: str) -> Area:
        return Area.objects.get(pk=value)


class PersonForm(forms.Form):
    """Who somebody is."""

    name = forms.CharField(label="Name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label="E-mail address",
        help_text="Their work address: it is the name to sign in with.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    post = forms.CharField(label="Post or rank", max_length=120, required=False)

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        others = User.objects.filter(email__iexact=email).exclude(pk=self.person.pk if self.person else None)
        if others.exists():
            raise forms.ValidationError("Somebody has an account with this address already.")
        return email


class MembershipForm(forms.Form):
    """A team, a role, an area and the days."""

    team = forms.ModelChoiceField(Team.objects.none(), label="Team", empty_label="Choose")
    role = forms.ModelChoiceField(Role.objects.none(), label="Role", empty_label="Choose")
    area = AreaChoice(help_text="Area of responsibility, where it is not the team's own.")
    valid_from = DateField(label="First day", help_text="For example 27 3 2026")
    valid_to = DateField(label="Last day", required=False, help_text="Leave empty for no end")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams_kept_by(by)
        self.fields["role"].queryset = access.roles_to_give(by)
        self.fields["team"].label_from_instance = lambda team: f"{team.name} ({team.organisation})"
        self.fields["area"].choices = own_areas(by)
        self.initial.setdefault("valid_from", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("valid_to") and data.get("valid_from") and data["valid_to"] < data["valid_from"]:
            self.add_error("valid_to", "The last day is before the first.")
        return data


def teams_kept_by(by: User) -> Any:
    """Teams of today that the person may put people into."""
    teams = Team.objects.current().select_related("organisation", "area")
    kept = [team.pk for team in teams if access.manages(by, team.area)]
    return teams.filter(pk__in=kept).order_by("organisation__name", "name")


class LastDayForm(forms.Form):
    """The day on which something ends."""

    last_day = DateField(label="Last day", help_text="For example 27 3 2026")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("last_day", timezone.localdate())


class HandOverForm(LastDayForm):
    """Who takes the work over, and the last day of whoever moves."""

    to = forms.ModelChoiceField(User.objects.none(), label="Who takes the work over", empty_label="Choose")
    field_order = ("to", "last_day")

    def __init__(self, *args: Any, by: User, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = access.people_seen_by(by).filter(is_active=True).exclude(pk=person.pk)
        self.fields["to"].label_from_instance = lambda user: f"{user.name}, {user.post}" if user.post else user.name


class BodyForm(forms.Form):
    """A body."""

    name = forms.CharField(label="Name", max_length=160)
    kind = forms.ChoiceField(label="Kind", choices=Organisation.Kind.choices)
    area = AreaChoice(help_text="The area that it covers, where it has one.")
    valid_from = DateField(label="First day", help_text="For example 1 4 2026")

    def __init__(self, *args: Any, by: User, body: Organisation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body = body
        self.fields["area"].choices = own_areas(by)
        if body:
            del self.fields["valid_from"]

    def clean_name(self) -> str:
        others = Organisation.objects.filter(name__iexact=self.cleaned_data["name"])
        if others.exclude(pk=self.body.pk if self.body else None).exists():
            raise forms.ValidationError("There is a body with this name already.")
        return self.cleaned_data["name"]


class SuccessorForm(forms.Form):
    """The body that takes over."""

    name = forms.CharField(label="Name of the new body", max_length=160)
    valid_from = DateField(label="Its first day", help_text="The old body ends the day before. For example 1 4 2026")

    def clean_name(self) -> str:
        if Organisation.objects.filter(name__iexact=self.cleaned_data["name"]).exists():
            raise forms.ValidationError("There is a body with this name already.")
        return self.cleaned_data["name"]


class FormOfBodyForm(forms.Form):
    """The form of a local policing body from a day."""

    form = forms.ChoiceField(label="Form", choices=PolicingBodyForm.Form.choices, widget=forms.RadioSelect)
    valid_from = DateField(label="From", help_text="The form before ends the day before. For example 7 5 2026")


class TeamForm(forms.Form):
    """A team."""

    name = forms.CharField(label="Name", max_length=160)
    kind = forms.ChoiceField(label="Kind", choices=Team.Kind.choices)
    area = AreaChoice(help_text="The area that the team answers for.")
    valid_from = DateField(label="First day", help_text="For example 1 4 2026")

    def __init__(self, *args: Any, by: User, body: Organisation, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body, self.team = body, team
        self.fields["area"].choices = own_areas(by)
        if team:
            del self.fields["valid_from"]

    def clean_name(self) -> str:
        others = self.body.teams.filter(name__iexact=self.cleaned_data["name"])
        if others.exclude(pk=self.team.pk if self.team else None).exists():
            raise forms.ValidationError(f"{self.body} has a team with this name already.")
        return self.cleaned_data["name"]


class RoleForm(forms.Form):
    """What a role is called and what it allows."""

    name = forms.CharField(label="Name", max_length=80)
    description = forms.CharField(label="What it is for", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    permissions = forms.MultipleChoiceField(
        label="Whoever has this role may",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(key.value, WORDS[key]) for key in Permission],
    )


class AreaForm(forms.Form):
    """A new area below another."""

    name = forms.CharField(label="Name", max_length=120)
    code = forms.SlugField(
        label="Code",
        max_length=40,
        help_text="As in the records, for example a beat code. It cannot be changed later.",
        error_messages={"invalid": "Use letters, digits, hyphens and underscores only."},
    )
    kind = forms.ChoiceField(label="Kind", choices=Area.Kind.choices)
    valid_from = DateField(label="First day", required=False)

    def clean_code(self) -> str:
        if Area.objects.filter(code__iexact=self.cleaned_data["code"]).exists():
            raise forms.ValidationError("There is an area with this code already.")
        return self.cleaned_data["code"]


class AreaNameForm(forms.Form):
    """Another name."""

    name = forms.CharField(label="Name", max_length=120)
