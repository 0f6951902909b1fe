"""What a problem profile may be asked of: crime types, an area or small areas of it, and months."""

import re
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError

from upstream_web.explore.engine.profiles import USUAL_MONTHS, small_area_names
from upstream_web.explore.place_forms import TypesForm

MOST_SMALL_AREAS = 60


class ProfileForm(TypesForm):
    """Types, an area or small areas of it, and months."""

    small = forms.CharField(label="Small areas, by code", required=False, max_length=MOST_SMALL_AREAS * 12)
    field_order = ("type", "area", "small", "first", "last")
    usual_months = USUAL_MONTHS

    def __init__(self, data: Any, **kwargs: Any) -> None:
        given = data.copy()
        if hasattr(given, "getlist"):  # a link may give each code by itself
            given["small"] = " ".join(given.getlist("small"))
        super().__init__(given, **kwargs)

    def clean_small(self) -> list[str]:
        """Codes that the look-up of places has, each once."""
        codes = sorted({code.upper() for code in re.split(r"[\s,;]+", self.cleaned_data["small"]) if code})
        unknown = [code for code in codes if code not in small_area_names()]
        if unknown:
            raise ValidationError(f"No small area {unknown[0]} is known. Give codes such as E01000001, with spaces.")
        if len(codes) > MOST_SMALL_AREAS:
            raise ValidationError(f"Give at most {MOST_SMALL_AREAS} small areas, or a whole policing area.")
        return codes

    @property
    def asked(self) -> dict[str, Any]:
        """The question as it is kept."""
        of = self.cleaned_data
        months = {"first": str(of["first"]), "last": str(of["last"])}
        return {"type": sorted(of["type"]), "area": of["area"], "small": of["small"]} | months

    @property
    def query(self) -> str:
        """The address of this profile."""
        return urlencode(self.asked, doseq=True)
