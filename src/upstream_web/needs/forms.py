"""What is asked of needs, types and posts; every form is sent by GET, so that an address can be kept and shared."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from upstream_web.needs.engine import MOST_TOP, Rules
from upstream_web.needs.engine.overlay import Partner
from upstream_web.needs.models import IndexVersion

LARGEST_WEIGHT = 100


class WeightsForm(forms.Form):
    """Weights of the index and how many small areas are chosen."""

    top = forms.IntegerField(label="Small areas chosen", min_value=1, max_value=MOST_TOP, required=False)

    def __init__(self, *args: Any, indicators: list[tuple[str, str, float]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicators = indicators
        for key, title, weight in indicators:
            self.fields[f"w_{key}"] = forms.FloatField(
                label=title, min_value=0, max_value=LARGEST_WEIGHT, required=False, initial=weight
            )

    def weights(self) -> dict[str, float]:
        """Weight of each indicator: as given, else as reviewed."""
        given = self.cleaned_data
        return {key: weight if given.get(f"w_{key}") is None else given[f"w_{key}"]
                for key, _, weight in self.indicators}  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and sum(weight > 0 for weight in self.weights().values()) < 2:
            raise forms.ValidationError("Give at least two needs a weight above 0.")
        return cleaned


class SimilarForm(forms.Form):
    """Which small area, and how many like it."""

    area = forms.CharField(label="Small area, by code", max_length=12)
    count = forms.IntegerField(label="How many", min_value=1, max_value=30, initial=7, required=False)

    def clean_area(self) -> str:
        """As codes are written."""
        return str(self.cleaned_data["area"]).strip().upper()


class PostsForm(forms.Form):
    """How many posts, by what, within which rules."""

    posts = forms.IntegerField(label="Posts", min_value=1, max_value=500, initial=10)
    by = forms.ChoiceField(label="Need is", choices=[("index", "The index"), ("harm", "Days of harm")], initial="index")
    least = forms.IntegerField(label="Least in a policing area", min_value=0, max_value=100, initial=0)
    most = forms.IntegerField(label="Most in a policing area", min_value=1, max_value=500, required=False)
    most_a_place = forms.IntegerField(label="Most in a small area", min_value=1, max_value=10, initial=2)
    further = forms.IntegerField(
        label="A further post there (% of the one before)", min_value=1, max_value=100, initial=50
    )

    travel = forms.ChoiceField(
        label="The way there",
        choices=[("", "Left out"), ("middle", "From the middle of the policing area")],
        required=False,
    )
    furthest = forms.IntegerField(label="No further than (minutes)", min_value=1, max_value=240, required=False)

    def clean(self) -> dict[str, Any]:
        """A bound on the way needs the way."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("furthest") and not data.get("travel"):
            self.add_error("furthest", "Choose where the way begins, or leave this empty.")
        return data

    def rules(self) -> Rules:
        """The rules asked for."""
        given = self.cleaned_data
        return Rules(
            given["posts"], given["least"], given["most"], given["most_a_place"], furthest=given["furthest"],
            further_post=given["further"] / 100,
        )  # fmt: skip


class OverlayForm(forms.Form):
    """Which partner, and up to which day; the year before it is compared."""

    source = forms.ChoiceField(label="Partner")
    to = forms.DateField(
        label="Last day", widget=forms.DateInput(attrs={"type": "date"}), input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Give the last day as year, month and day, for example 2022-06-30.",
                        "required": "Give the last day."},
    )  # fmt: skip

    def __init__(self, data: Any, *, partners: Mapping[str, Partner]) -> None:
        super().__init__(data, initial={"to": max((one.last for one in partners.values()), default=None)})
        self.partners = partners
        self.fields["source"].choices = [(key, one.title) for key, one in partners.items()]

    def clean(self) -> dict[str, Any]:
        """Within the days held of both."""
        data: dict[str, Any] = super().clean() or {}
        of, to = self.partners.get(data.get("source", "")), data.get("to")
        if of and to and not of.first < to <= of.last:
            self.add_error("to", f"Days held of both: {of.first:%Y-%m-%d} to {of.last:%Y-%m-%d}.")
        return data


class VersionForm(forms.Form):
    """What to call the index as it stands."""

    words = forms.CharField(label="What to call it", max_length=120)


class MovesForm(forms.Form):
    """Which two versions."""

    before = forms.ModelChoiceField(None, label="Before", empty_label=None)
    after = forms.ModelChoiceField(None, label="After", empty_label=None)

    def __init__(self, *args: Any, versions: QuerySet[IndexVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("before", "after"):
            self.fields[name].queryset = versions
