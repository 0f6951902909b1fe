"""What every form shows: the same words of an error above and beside its field, and which fields may stay empty."""

import datetime

import pytest
from django import forms

from upstream_web.design.environment import month, short_day
from upstream_web.design.forms import DateField, component, error_list
from upstream_web.design.glossary import glossary


class Example(forms.Form):
    """One field of each kind that matters here."""

    says_optional = True
    name = forms.CharField(label="What is it called?")
    due_on = DateField(label="Due on")
    place = forms.CharField(label="Place", required=False)
    many = forms.MultipleChoiceField(
        label="Many",
        choices=[(str(n), str(n)) for n in range(12)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"required": "Choose one."},
    )
    so = forms.ChoiceField(
        label="Is it so?",
        choices=[("y", "Yes"), ("n", "No")],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline", "legend": "hidden"}),
        error_messages={"required": "Choose yes or no."},
    )


def test_an_empty_field_is_named_above_and_beside_itself_in_the_same_words() -> None:
    form = Example({})
    said = {row["href"]: row["text"] for row in error_list(form)}
    assert said == {
        "#id_name": "“What is it called” needs an answer.",
        "#id_due_on-day": "“Due on” needs an answer.",
        "#id_so": "Choose yes or no.",
    }
    assert component(form["name"]).params["errorMessage"]["text"] == said["#id_name"]


def test_fields_that_may_stay_empty_say_so() -> None:
    form = Example()
    assert component(form["place"]).params["label"]["text"] == "Place (optional)"
    assert component(form["name"]).params["label"]["text"] == "What is it called?"
    form.says_optional = False
    assert component(form["place"]).params["label"]["text"] == "Place"


def test_many_choices_stand_in_columns_and_a_legend_may_be_for_the_ear_alone() -> None:
    form = Example()
    assert "app-choices-many" in component(form["many"]).params["classes"]
    radios = component(form["so"]).params
    assert radios["classes"] == "govuk-radios--inline"
    assert radios["fieldset"]["legend"] == {"text": "Is it so?", "classes": "govuk-visually-hidden"}


@pytest.mark.parametrize(
    ("shown", "words"),
    [(short_day(datetime.date(2026, 9, 7)), "7 Sep 2026"), (short_day(None), ""), (month("2022-09"), "September 2022")],
)
def test_days_and_months_are_written_as_people_write_them(shown: str, words: str) -> None:
    assert shown == words


def test_the_glossary_is_in_the_order_of_the_alphabet_and_says_each_term_once() -> None:
    terms = [one.term.lower() for one in glossary().values()]
    assert terms == sorted(set(terms))
