"""What is asked of a patrol plan, and stops as they are written down: one by one, or from a file."""

import csv
import datetime as dt
import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from upstream_web.design.forms import DateField
from upstream_web.needs.changes import NewVisit
from upstream_web.needs.engine.patrols import TYPES
from upstream_web.needs.models import LONGEST_VISIT, MOST_TEAMS, STOP, PatrolPlan, PatrolSpot
from upstream_web.places.models import Area

MOST_DAYS = 31
MOST_ROWS = 500
MOST_BYTES = 100_000
COLUMNS = ("place", "start", "minutes")
_CLOCK = {"invalid": "Give the time on the 24-hour clock, for example 18:00."}


class PatrolForm(forms.Form):
    """Which area and crimes, on which days, with how many teams."""

    says_optional = True
    title = forms.CharField(label="What to call it", max_length=120)
    area = forms.TypedChoiceField(label="Area", coerce=int)
    types = forms.MultipleChoiceField(
        label="Crime types", choices=[(name, name) for name in TYPES], widget=forms.CheckboxSelectMultiple
    )
    places = forms.IntegerField(label="Places, at most", min_value=1, max_value=20, initial=8)
    first = DateField(label="First day")
    last = DateField(label="Last day")
    begins = forms.TimeField(
        label="Patrols begin at", required=False, input_formats=["%H:%M"], error_messages=_CLOCK,
        help_text="On the 24-hour clock, such as 18:00. Leave it empty for the hours in which most happened.",
    )  # fmt: skip
    minutes = forms.IntegerField(label="Minutes of a patrol", min_value=60, max_value=600, initial=240)
    teams = forms.IntegerField(label="Teams", min_value=1, max_value=MOST_TEAMS, initial=2)
    stop = forms.IntegerField(
        label="Minutes of a stop", min_value=STOP[0], max_value=STOP[1], initial=15,
        help_text="10 to 16: the range in which one study found that hot spots stayed quiet longest (Koper 1995).",
    )  # fmt: skip

    def __init__(self, *args: Any, areas: Mapping[int, tuple[Area, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.areas = areas
        self.fields["area"].choices = [(pk, area.name) for pk, (area, _) in areas.items()]

    def clean(self) -> dict[str, Any]:
        """Days in order, and not too many."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not 0 <= (last - first).days < MOST_DAYS:
            self.add_error("last", f"Give a day from the first on, at most {MOST_DAYS} days in all.")
        return data

    @property
    def asked(self) -> dict[str, Any]:
        """The question as a run keeps it."""
        given = self.cleaned_data
        begins = given["begins"]
        plain = {name: given[name] for name in ("title", "area", "types", "places", "minutes", "teams", "stop")}
        return plain | {
            "key": str(uuid.uuid4()), "code": self.areas[given["area"]][1], "first": given["first"].isoformat(),
            "last": given["last"].isoformat(), "begins": f"{begins:%H:%M}" if begins else "",
        }  # fmt: skip


class VisitForm(forms.Form):
    """A stop that was made, or a file of several."""

    says_optional = True
    place = forms.TypedChoiceField(label="Place", coerce=int, required=False, empty_value=None)
    on = DateField(label="Day", required=False)
    at = forms.TimeField(
        label="Came at", required=False, input_formats=["%H:%M"], error_messages=_CLOCK,
        help_text="On the 24-hour clock, such as 18:05.",
    )  # fmt: skip
    minutes = forms.IntegerField(label="Minutes there", min_value=1, max_value=LONGEST_VISIT, required=False)
    note = forms.CharField(
        label="Note", max_length=200, required=False, help_text="No names. What was seen or done, in a few words."
    )
    file = forms.FileField(
        label="Or a CSV file of several stops", required=False,
        help_text="Columns place (its number), start (2026-11-27 18:05), minutes, and note if there is one.",
    )  # fmt: skip

    def __init__(self, *args: Any, plan: PatrolPlan, spots: Sequence[PatrolSpot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan, self.spots = plan, {spot.number: spot for spot in spots}
        self.fields["place"].choices = [("", "Choose a place"), *((spot.number, str(spot)) for spot in spots)]

    def clean(self) -> dict[str, Any]:
        """Either one stop, whole, or a file."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        if data.get("file"):
            self.visits = self._from_file(data["file"])
            return data
        for name in ("place", "on", "at", "minutes"):
            if data.get(name) is None:
                self.add_error(name, "This needs an answer, or choose a file.")
        if not self.errors:
            moment = dt.datetime.combine(data["on"], data["at"])
            self.visits = [self._visit(data["place"], moment, data["minutes"], data["note"])]
        return data

    def _visit(self, place: int, moment: dt.datetime, minutes: int, note: str) -> NewVisit:
        if place not in self.spots:
            raise ValidationError(f"There is no place {place}. Places: 1 to {len(self.spots)}.")
        if not self.plan.first <= moment.date() <= self.plan.last + dt.timedelta(days=1):
            raise ValidationError(f"{moment:%-d %B %Y} is no day of this patrol: {self.plan.first:%-d %B %Y} to "
                                  f"{self.plan.last:%-d %B %Y}.")  # fmt: skip
        when = timezone.make_aware(moment)
        if when > timezone.now():
            raise ValidationError(f"{moment:%H:%M on %-d %B %Y} is still to come. Write down what was done.")
        if not 1 <= minutes <= LONGEST_VISIT:
            raise ValidationError(f"{minutes} minutes cannot be. Give 1 to {LONGEST_VISIT}.")
        return self.spots[place], when, minutes, note

    def _from_file(self, file: Any) -> list[NewVisit]:
        if file.size > MOST_BYTES:
            raise ValidationError("The file is too large: stops of one patrol plan are a few kilobytes.")
        try:
            reader = csv.DictReader(io.StringIO(file.read().decode("utf-8-sig")), restval="")
            rows = list(reader)
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValidationError("The file is no CSV in UTF-8.") from error
        lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if lacking or not rows or len(rows) > MOST_ROWS:
            raise ValidationError(f"The file needs columns {', '.join(COLUMNS)} and 1 to {MOST_ROWS} rows.")
        return [self._from_row(row, line) for line, row in enumerate(rows, 2)]

    def _from_row(self, row: Mapping[str, str], line: int) -> NewVisit:
        try:
            place, minutes = int(row["place"]), int(row["minutes"])
            moment = dt.datetime.fromisoformat(row["start"].strip()).replace(tzinfo=None, second=0, microsecond=0)
            return self._visit(place, moment, minutes, (row.get("note") or "")[:200])
        except ValidationError as error:
            raise ValidationError(f"Line {line}: {error.messages[0]}") from error
        except (TypeError, ValueError) as error:
            raise ValidationError(
                f"Line {line}: whole numbers in place and minutes, and a start such as 2026-11-27 18:05, are needed."
            ) from error
