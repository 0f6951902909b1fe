"""What may be asked of places: crime types, an area, and months."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError

from upstream.measures.crime_types import ASB
from upstream.periods import Month
from upstream_web.explore.engine import TYPES as CRIME_TYPES
from upstream_web.explore.engine import concentration as engine
from upstream_web.explore.engine.places import TYPES, USUAL_MONTHS, area_named, levels, months_held, residents_held
from upstream_web.explore.models import Analysis

LONGEST_MONTHS = 60
_PLACE = ("by", "within")
OF = (("counts", "Counts"), ("rates", "Rates per 1,000 residents"))


class MonthsForm(forms.Form):
    """An area and months, sent in the address, so that an answer has a link of its own."""

    area = forms.ChoiceField(label="Area", required=False)
    first = forms.CharField(label="First month", required=False)
    last = forms.CharField(label="Last month", required=False)
    usual_months = USUAL_MONTHS

    def __init__(self, data: Any, *, areas: dict[str, str], force: str) -> None:
        super().__init__(data)
        self.fields["area"].choices = [("", force), *areas.items()]
        self.held: tuple[Month, ...] = ()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The crime types chosen; none: every crime."""
        return ()

    def clean(self) -> dict[str, Any]:
        """Months within the records of the types; without them, the last year."""
        if self.errors:
            return self.cleaned_data
        self.held = months_held(self.chosen)
        if not self.held:
            raise ValidationError("No records of these types are held yet.")
        last = self._month("last") or self.held[-1]
        first = self._month("first") or max(self.held[0], last - (self.usual_months - 1))
        if not self.held[0] <= first <= last <= self.held[-1] or last.index - first.index >= LONGEST_MONTHS:
            raise ValidationError(
                f"Give months from {self.held[0]} to {self.held[-1]}, the first no later than the last, at most "
                f"{LONGEST_MONTHS} of them."
            )
        return self.cleaned_data | {"first": first, "last": last}

    def _month(self, name: str) -> Month | None:
        given = self.cleaned_data.get(name)
        if not given:
            return None
        try:
            return Month.parse(given)
        except Exception as error:
            raise ValidationError("Give a month as year and month, for example 2022-06.") from error


class TypesForm(MonthsForm):
    """Any types, together; anti-social behaviour is incidents, and asked for by itself."""

    type = forms.MultipleChoiceField(label="Crime types", choices=[(name, name) for name in TYPES], required=False)

    def clean_type(self) -> list[str]:
        """Crimes, or anti-social behaviour by itself."""
        types = self.cleaned_data["type"]
        if ASB in types and len(types) > 1:
            raise ValidationError(f"{ASB} is incidents, not crimes: choose it by itself.")
        return types

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["type"])


class ExplorerForm(TypesForm):
    """Those types by small area, or by a level of the tree of areas."""

    by = forms.ChoiceField(label="Counted by", required=False)
    within = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("type", "area", "by", "within", "first", "last")

    def __init__(self, data: Any, *, areas: dict[str, str], force: str) -> None:
        super().__init__(data, areas=areas, force=force)
        self.levels = levels()
        self.fields["by"].choices = [*reversed(self.levels.items())]  # the small area, which is usual, first

    def clean_by(self) -> str:
        """By small area where nobody says."""
        return self.cleaned_data["by"] or "small_area"

    def clean_within(self) -> str:
        """An area of a level that is held, as its level and code."""
        within = self.cleaned_data["within"]
        if within and not area_named(within):
            raise ValidationError("That area is not held: choose it from a table of this page.")
        return within

    @property
    def look(self) -> dict[str, Any]:
        """What is asked, for the engine."""
        return {"types": self.chosen, **{name: self.cleaned_data[name] for name in ("area", "first", "last", *_PLACE)}}

    @property
    def query(self) -> str:
        """The address of this look."""
        return self.query_with()

    def query_with(self, **other: str) -> str:
        """The address of this look with some answers changed."""
        of = self.cleaned_data
        pairs = {"type": of["type"], "area": of["area"], "first": str(of["first"]), "last": str(of["last"])}
        pairs |= {name: of[name] for name in _PLACE} | other
        return urlencode({name: value for name, value in pairs.items() if value}, doseq=True)

    @property
    def within_words(self) -> str:
        """The name of the area looked into; nothing where it is all of them."""
        return area_named(self.cleaned_data["within"])

    @property
    def lower(self) -> str:
        """The level below the one counted by; nothing below the small area."""
        held = [*self.levels]
        at = held.index(self.cleaned_data["by"])
        return held[at + 1] if at + 1 < len(held) else ""


class PlacesForm(MonthsForm):
    """One type: answers about places of all crimes together are those of the commonest type."""

    type = forms.ChoiceField(label="Crime type", choices=[(name, name) for name in TYPES])
    field_order = ("type", "area", "first", "last")

    @property
    def chosen(self) -> tuple[str, ...]:
        return (self.cleaned_data["type"],)

    @property
    def asked(self) -> dict[str, str]:
        """The question as it is kept."""
        of = self.cleaned_data
        return {"type": of["type"], "area": of["area"], "first": str(of["first"]), "last": str(of["last"])}


class HotSpotForm(PlacesForm):
    """One type, as counts or as rates to the residents."""

    of = forms.ChoiceField(label="Looked at as", choices=OF, required=False)
    field_order = ("type", "area", "of", "first", "last")

    def clean_of(self) -> str:
        """Counts where nobody says; rates only where somebody gave how many people live in each place."""
        of = self.cleaned_data["of"] or "counts"
        if of == "rates" and not residents_held():
            raise ValidationError("How many people live in each small area is not held, so there are no rates.")
        return of

    @property
    def asked(self) -> dict[str, str]:
        rates = self.cleaned_data["of"] == "rates"  # counts are asked as before there were rates
        return super().asked | ({"of": "rates"} if rates else {})


class ConcentrationForm(PlacesForm):
    """One type over three years, and what chance deals it out by."""

    exposure = forms.ChoiceField(label="Chance deals out by", choices=[*engine.EXPOSURES.items()], required=False)
    field_order = ("type", "area", "exposure", "first", "last")
    usual_months = engine.USUAL_MONTHS

    def clean_exposure(self) -> str:
        """Small areas alike where nobody says."""
        return self.cleaned_data["exposure"] or "places"

    @property
    def asked(self) -> dict[str, str]:
        return super().asked | {"exposure": self.cleaned_data["exposure"]}


class FacilitiesForm(PlacesForm):
    """One type of crime near the facilities of one kind that a register lists."""

    kind = forms.ChoiceField(label="Facilities")
    radius = forms.ChoiceField(label="Near: within", choices=[*engine.METRES.items()])
    field_order = ("kind", "type", "radius", "area", "first", "last")

    def __init__(self, data: Any, **kwargs: Any) -> None:
        held = engine.kinds_of_facility()
        usual = {"kind": next(iter(held), ""), "radius": engine.USUAL_METRES}
        super().__init__(usual | {name: data[name] for name in data}, **kwargs)
        self.fields["kind"].choices = [*held.items()]
        self.fields["type"].choices = [(name, name) for name in CRIME_TYPES]  # incidents have no points

    @property
    def asked(self) -> dict[str, str]:
        return super().asked | {name: self.cleaned_data[name] for name in ("kind", "radius")}


FORMS: dict[str, type[PlacesForm]] = {
    Analysis.Kind.HOT_SPOTS: HotSpotForm,
    Analysis.Kind.CONCENTRATION: ConcentrationForm,
    Analysis.Kind.FACILITIES: FacilitiesForm,
}
"""Answers about places and months, and what may be asked of each."""
