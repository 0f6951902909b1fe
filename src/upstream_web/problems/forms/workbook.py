"""Forms for bringing plans in from a workbook: the file, and which column holds what."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from upstream_web.files.checks import checked
from upstream_web.intake.mapping import Part

KINDS = (".xlsx", ".csv")


class WorkbookForm(forms.Form):
    """The file."""

    upload = forms.FileField(
        label="Workbook",
        help_text="An Excel workbook (.xlsx) or a CSV file, up to 25 MB and 5,000 rows a sheet. "
        "Nothing is brought in until you have seen what would become of every row.",
        error_messages={"required": "Choose a workbook."},
    )

    def clean_upload(self) -> UploadedFile:
        """Only what can be read as a sheet."""
        upload = self.cleaned_data["upload"]
        if PurePath(upload.name).suffix.lower() not in KINDS:
            raise ValidationError(f"“{upload.name}” is neither of {' and '.join(KINDS)}. Save it as one of them.")
        checked(upload)
        return upload


class ColumnsForm(forms.Form):
    """For each field of each part the column that holds it."""

    save_as = forms.CharField(
        label="Keep these columns under a name (optional)",
        max_length=80,
        required=False,
        help_text="For the next workbook of the same kind.",
    )

    def __init__(self, *args: Any, parts: Mapping[Part, Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        for part, headers in parts.items():
            choices = [("", "Not in the workbook"), *((header, header) for header in headers)]
            for field in part.fields:
                self.fields[f"{part.key}-{field.key}"] = forms.ChoiceField(
                    label=field.label, choices=choices, required=field.needed, help_text=field.hint
                )
                if field.needed:
                    words = f"Choose the column that holds “{field.label}” of the {part.label.lower()}."
                    self.fields[f"{part.key}-{field.key}"].error_messages["required"] = words

    def bound_fields(self, part: Part) -> list[forms.BoundField]:
        """The fields of a part, in order."""
        return [self[f"{part.key}-{field.key}"] for field in part.fields]

    def columns(self) -> dict[str, dict[str, str]]:
        """Header by field, by part; fields without a column are left out."""
        given = self.cleaned_data
        return {
            part.key: {f.key: given[f"{part.key}-{f.key}"] for f in part.fields if given[f"{part.key}-{f.key}"]}
            for part in self.parts
        }

    def clean(self) -> dict[str, Any]:
        """No column stands for two things."""
        for part in self.parts:
            chosen: dict[str, str] = {}
            for field in part.fields:
                header = self.cleaned_data.get(f"{part.key}-{field.key}")
                if header and header in chosen:
                    words = f"Column “{header}” is chosen for “{chosen[header]}” already."
                    self.add_error(f"{part.key}-{field.key}", words)
                elif header:
                    chosen[header] = field.label
        return self.cleaned_data
