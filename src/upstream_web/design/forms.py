"""Forms whose fields are drawn as GOV.UK components.

`component` turns a bound field into the parameters of one macro, so a template says only `{{ field(form['title']) }}`
and labels, hints, errors and ids cannot drift apart.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, QueryDict

MANY = 8
"""More choices than this stand in columns, and small."""


@dataclass(frozen=True, slots=True)
class Component:
    """A GOV.UK macro and its parameters.

    macro : the name that `design/form.jinja` dispatches on
    params : what the macro takes
    """

    macro: str
    params: dict[str, Any]


class DateInput(forms.Widget):
    """Day, month and year, read from three inputs."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str, str]:
        return tuple((data.get(f"{name}-{part}") or "").strip() for part in ("day", "month", "year"))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-day" not in data


class DateField(forms.Field):
    """A date typed as day, month and year."""

    widget = DateInput

    def to_python(self, value: Any) -> datetime.date | None:
        if value is None or isinstance(value, datetime.date):
            return value
        if not any(value):
            return None
        try:
            day, month, year = (int(part) for part in value)
            return datetime.date(year, month, day)
        except ValueError:
            said = " ".join(part or "?" for part in value)
            raise ValidationError(f"“{said}” is not a date. Give day, month and year, for example 27 3 2026.") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != initial


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, even when that is nothing; None when nothing was sent yet."""
    return request.POST if request.method == "POST" else None


def error_list(form: forms.BaseForm) -> list[dict[str, str]]:
    """Every error of a form with the address of its field, for the error summary."""
    rows = []
    for name, errors in form.errors.items():
        target, said = "#main-content", [str(error) for error in errors]
        if name in form.fields:
            dated = isinstance(form.fields[name], DateField)
            target = f"#{form[name].auto_id}-day" if dated else f"#{form[name].auto_id}"
            said = _said(form[name])
        rows += [{"text": words, "href": target} for words in said]
    return rows


IN_WORDS: dict[str, str] = {
    str(forms.Field.default_error_messages["required"]): "“{label}” needs an answer.",
    str(forms.IntegerField.default_error_messages["invalid"]): "“{label}” must be a whole number.",
    str(forms.FloatField.default_error_messages["invalid"]): "“{label}” must be a number.",
    str(MinValueValidator.message): "“{label}” must be {limit_value} or more.",
    str(MaxValueValidator.message): "“{label}” must be {limit_value} or less.",
}
"""The framework's own errors as they stand in the summary, far from their field."""


def _said(bound: forms.BoundField) -> list[str]:
    """The errors of a field; one that does not say itself what it is about names the field."""
    label = str(bound.label).rstrip("?:")
    found = bound.form.errors.as_data().get(bound.name, [])
    return [words for error in found for words in _in_words(error, label)]


def _in_words(error: ValidationError, label: str) -> list[str]:
    plain = IN_WORDS.get(str(error.message)) if hasattr(error, "message") else None
    return [plain.format(label=label, **(error.params or {}))] if plain else [str(one) for one in error.messages]


def component(bound: forms.BoundField) -> Component:
    """The GOV.UK component for a field, by its widget."""
    widget = bound.field.widget
    optional = getattr(bound.form, "says_optional", False) and not bound.field.required
    params: dict[str, Any] = {
        "id": bound.auto_id,
        "name": bound.html_name,
        "label": {"text": f"{bound.label} (optional)" if optional else bound.label, "classes": "govuk-label--s"},
    }
    if bound.help_text:
        params["hint"] = {"text": bound.help_text}
    if bound.errors:
        params["errorMessage"] = {"text": " ".join(_said(bound))}
    if isinstance(widget, DateInput):
        return _date(bound, params)
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return Component("checkboxes", _choices(bound, params))
    if isinstance(widget, forms.RadioSelect):
        return Component("radios", _choices(bound, params))
    if isinstance(widget, forms.CheckboxInput):
        return _single_checkbox(bound, params)
    if isinstance(widget, forms.Select):
        return _select(bound, params)
    if isinstance(widget, forms.Textarea):
        return _textarea(bound, params)
    if isinstance(widget, forms.FileInput):
        return Component("file", params)
    return _text(bound, params)


def _text(bound: forms.BoundField, params: dict[str, Any]) -> Component:
    widget = bound.field.widget
    attributes = {key: str(value) for key, value in widget.attrs.items() if key not in ("autocomplete", "class")}
    autocomplete = widget.attrs.get("autocomplete")
    if isinstance(widget, forms.PasswordInput):
        return Component("password", params | {"autocomplete": autocomplete or "current-password"})
    kind = "text" if isinstance(widget, forms.NumberInput) else widget.input_type
    params |= {"type": kind, "attributes": attributes, "classes": widget.attrs.get("class", "")}
    value = bound.value()
    params["value"] = "" if value is None else str(value)
    if autocomplete:
        params["autocomplete"] = autocomplete
    if isinstance(widget, forms.NumberInput):
        params |= {"inputmode": "decimal", "classes": "govuk-input--width-5"}
        params["attributes"] = {}
    return Component("input", params)


def _textarea(bound: forms.BoundField, params: dict[str, Any]) -> Component:
    params |= {"value": bound.value() or "", "rows": str(bound.field.widget.attrs.get("rows", 5))}
    limit = getattr(bound.field, "max_length", None)
    if limit:
        return Component("character_count", params | {"maxlength": limit})
    return Component("textarea", params)


def _select(bound: forms.BoundField, params: dict[str, Any]) -> Component:
    chosen = "" if bound.value() is None else str(bound.value())
    items = [
        {"value": str(value), "text": str(text), "selected": str(value) == chosen}
        for value, text in _flat(bound.field.choices)
    ]
    return Component("select", params | {"items": items})


def _choices(bound: forms.BoundField, params: dict[str, Any]) -> dict[str, Any]:
    value = bound.value()
    chosen = {str(item) for item in value} if isinstance(value, list | tuple | set) else {str(value)}
    items = [
        {"value": str(key), "text": str(text), "checked": str(key) in chosen}
        for key, text in _flat(bound.field.choices)
    ]
    label = params.pop("label")
    params.pop("id")
    given = bound.field.widget.attrs
    hidden = "govuk-visually-hidden" if given.get("legend") == "hidden" else "govuk-fieldset__legend--s"
    legend = {"text": label["text"], "classes": hidden}
    if len(items) > MANY:
        params |= {"classes": "govuk-checkboxes--small app-choices-many"}
    if "class" in given:
        params |= {"classes": given["class"]}
    return params | {"idPrefix": bound.auto_id, "fieldset": {"legend": legend}, "items": items}


def _single_checkbox(bound: forms.BoundField, params: dict[str, Any]) -> Component:
    item = {"value": "on", "text": params.pop("label")["text"], "checked": bool(bound.value()), "id": bound.auto_id}
    if "hint" in params:
        item["hint"] = params.pop("hint")
    params.pop("id")
    return Component("checkboxes", params | {"idPrefix": bound.auto_id, "items": [item]})


def _date(bound: forms.BoundField, params: dict[str, Any]) -> Component:
    value = bound.value()
    if isinstance(value, datetime.date):
        value = (str(value.day), str(value.month), str(value.year))
    parts = value or ("", "", "")
    label = params.pop("label")
    widths = {"day": 2, "month": 2, "year": 4}
    error = " govuk-input--error" if bound.errors else ""
    items = [
        {
            "name": part,
            "label": part.capitalize(),
            "id": f"{bound.auto_id}-{part}",
            "value": parts[i],
            "classes": f"govuk-input--width-{widths[part]}{error}",
        }
        for i, part in enumerate(widths)
    ]
    params |= {"namePrefix": params.pop("name"), "items": items}
    return Component(
        "date", params | {"fieldset": {"legend": {"text": label["text"], "classes": "govuk-fieldset__legend--s"}}}
    )


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    rows: list[tuple[Any, Any]] = []
    for value, text in choices:
        if isinstance(text, list | tuple):
            rows += list(text)
        else:
            rows.append((value, text))
    return rows
