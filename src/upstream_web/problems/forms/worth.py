"""What the worth of a plan is to assume."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django import forms

from upstream.harm.assumptions import optimism_grades
from upstream.harm.prices import price_years, published_values
from upstream_web.problems.engine.worth import BEARERS, NOT_SPLIT
from upstream_web.problems.models import WorthAssumed

MOST_SPENT: Final = Decimal(10_000_000_000)
MOST_EVENT: Final = 100_000_000
WHO: Final = {
    "police": "the police", "justice": "courts, prisons and probation", "health": "the health service",
    "victim": "the victim",
    "business": "businesses", "other": "others",
}  # fmt: skip
NOTHING, OWN = "nothing", "own"
CASH, PART = "cash_", "part_"


def _pounds(label: str, most: float | Decimal, *, money: bool = False, hint: str = "") -> forms.Field:
    much = f"{label}: that is more than £{most:,.0f}. Check the figure."
    said = {
        "invalid": f"{label}: give a number, in figures alone, for example 12000 or 12.5.",
        "min_value": f"{label}: pounds cannot be below nought.",
        **dict.fromkeys(("max_value", "max_digits", "max_whole_digits"), much),
        "max_decimal_places": f"{label}: give pounds and pence, two places after the point.",
    }
    given: dict[str, Any] = {"label": label, "min_value": 0, "max_value": most, "required": False, "help_text": hint}
    if money:
        return forms.DecimalField(max_digits=13, decimal_places=2, error_messages=said, **given)
    return forms.FloatField(error_messages=said, **given)


def _per_cent(label: str, most: float, hint: str = "") -> forms.FloatField:
    said = {
        "invalid": f"{label}: give a number, in figures alone, for example 15 or 12.5.",
        "min_value": f"{label}: a share cannot be below 0 per cent.",
        "max_value": f"{label}: a share cannot be above {most:g} per cent.",
    }
    return forms.FloatField(
        label=label, min_value=0, max_value=most, required=False, help_text=hint, error_messages=said
    )


def _years(first: str) -> list[tuple[str, str]]:
    return [("", first), *((year, year) for year in reversed(price_years()))]


def _source(label: str, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=300, required=False, help_text=hint)


class WorthForm(forms.Form):
    """Optimism, what was spent, prices, what one event costs, cash, and what others quote beside it."""

    optimism = forms.ChoiceField(label="Taken off for optimism", widget=forms.RadioSelect, initial=NOTHING)
    own_share = _per_cent("Your own share, per cent", 99)
    own_source = _source("What your own share rests on", "For example: how far your earlier plans fell short of hopes.")
    spent = _pounds("Pounds spent", MOST_SPENT, money=True)
    spent_on = _source("What was paid", "Staff time, equipment, grants: what the figure holds and where it is from.")
    prices = forms.ChoiceField(label="Prices of", required=False)
    unit_likely = _pounds("Pounds that one event costs, most likely", MOST_EVENT)
    unit_least = _pounds("Pounds that one event costs, at least", MOST_EVENT)
    unit_most = _pounds("Pounds that one event costs, at most", MOST_EVENT)
    unit_prices = forms.ChoiceField(label="Year of these prices", required=False, choices=_years("Choose a year"))
    unit_source = _source("Source of these pounds")
    cash_reason = _source("Which budget was cut", "Name it, with the year and what ended: a post, a contract.")
    beside = forms.MultipleChoiceField(
        label="Figures to see beside the worth", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, bearers: Iterable[str], usual_prices: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grades = [(str(one.grade), f"{one.per_cent:g}% off: {one.rests_on}") for one in optimism_grades()]
        self.fields["optimism"].choices = [
            (NOTHING, "Nothing, as the Green Book names no share for benefits"), *grades, (OWN, "A share of your own")
        ]  # fmt: skip
        self.fields["prices"].choices = _years(f"The year of the last month counted ({usual_prices})")
        self.fields["beside"].choices = [(one.key, f"{one.title} ({one.published})") for one in published_values()]
        self.parts = [f"{PART}{bearer}" for bearer in BEARERS]
        for bearer, name in zip(BEARERS, self.parts, strict=True):
            self.fields[name] = _pounds(f"Of these pounds, borne by {WHO.get(bearer, bearer)}", MOST_EVENT)
        self.cash: list[str] = []
        for at, bearer in enumerate(bearers):
            name = f"{CASH}{at}"
            whose = "is not split" if bearer == NOT_SPLIT else f"is spared to {bearer}"
            self.fields[name] = _per_cent(f"Of what {whose}, per cent that is cash", 100)
            self.cash.append(name)
        self.bearers = list(bearers)

    def clean(self) -> dict[str, Any]:
        """Shares have a source, pounds of one event a year and a source and an order, cash a budget."""
        data = super().clean()
        if data.get("optimism") == OWN:
            self._need("own_share", "Give the share, or choose another answer above.")
            self._need("own_source", "Say what your own share rests on.")
        if data.get("spent") is not None:
            self._need("spent_on", "Say what was paid, so that others can check it.")
        if data.get("unit_likely") is not None:
            self._need(
                "unit_prices", "Choose the year of these prices: without it they cannot be compared with others."
            )
            self._need("unit_source", "Say where these pounds are from.")
            self._in_order(data)
        elif any(data.get(name) is not None for name in ("unit_least", "unit_most", *self.parts)):
            self._need("unit_likely", "Give the most likely figure too.")
        if any(data.get(name) for name in self.cash):
            self._need("cash_reason", "Say which budget was cut: without that nothing is cash.")
        return data

    def _need(self, name: str, words: str) -> None:
        if name not in self.errors and self.cleaned_data.get(name) in (None, ""):
            self.add_error(name, words)

    def _in_order(self, data: dict[str, Any]) -> None:
        likely = data["unit_likely"]
        for name, wrong in (("unit_least", lambda value: value > likely), ("unit_most", lambda value: value < likely)):
            if data.get(name) is not None and wrong(data[name]):
                side = "more" if name == "unit_least" else "less"
                self.add_error(name, f"This is {side} than the most likely figure.")
        borne = sum(data.get(name) or 0 for name in self.parts)
        if borne > likely * 1.005:  # a publication rounds
            self.add_error("unit_likely", f"Its parts come to £{borne:,.2f}, more than the most likely figure.")

    @property
    def assumed(self) -> dict[str, Any]:
        """What is kept."""
        of = self.cleaned_data
        kept = {name: of[name] for name in ("spent", "prices", "unit_likely", "beside")}
        kept["spent_on"] = of["spent_on"] if of["spent"] is not None else ""
        if of["unit_likely"] is not None:
            kept |= {name: of[name] for name in ("unit_prices", "unit_source")}
            kept |= {name: of["unit_likely"] if of[name] is None else of[name] for name in ("unit_least", "unit_most")}
            kept["unit_parts"] = {
                bearer: of[name] for bearer, name in zip(BEARERS, self.parts, strict=True) if of[name]
            }
        cashable = {bearer: of[name] for bearer, name in zip(self.bearers, self.cash, strict=True) if of[name]}
        kept |= {"cashable": cashable, "cash_reason": of["cash_reason"] if cashable else ""}
        return kept | self._optimism()

    def _optimism(self) -> dict[str, Any]:
        chosen = self.cleaned_data["optimism"]
        if chosen == NOTHING:
            return {}
        if chosen == OWN:
            share = self.cleaned_data["own_share"]
            return {"optimism": share, "optimism_source": self.cleaned_data["own_source"]}
        grade = optimism_grades()[int(chosen) - 1]
        return {"optimism": grade.per_cent, "optimism_grade": grade.grade, "optimism_source": grade.said}


def as_said(row: WorthAssumed | None, bearers: Iterable[str]) -> dict[str, Any]:
    """What the form opens with: as it was said last, else every quoted figure beside it and nothing assumed."""
    if row is None:
        return {"optimism": NOTHING, "beside": [one.key for one in published_values()]}
    own = row.optimism_grade is None and row.optimism
    first = {
        "optimism": str(row.optimism_grade) if row.optimism_grade else OWN if own else NOTHING,
        "own_share": row.optimism if own else None,
        "own_source": row.optimism_source if own else "",
    }
    names = (
        "spent", "spent_on", "prices", "unit_likely", "unit_least", "unit_most", "unit_prices", "unit_source",
        "cash_reason", "beside",
    )  # fmt: skip
    first |= {name: getattr(row, name) for name in names}
    first |= {f"{PART}{bearer}": pounds for bearer, pounds in row.unit_parts.items()}
    return first | {f"{CASH}{at}": row.cashable.get(bearer) for at, bearer in enumerate(bearers)}
