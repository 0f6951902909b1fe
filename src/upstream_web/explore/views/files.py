"""What a page shows, as a file for other programs; one with small counts is recorded before it is sent."""

from django.http import Http404, HttpRequest, HttpResponse

from upstream_web.design.sending import file_to_save
from upstream_web.explore import changes
from upstream_web.explore.access import (
    analysis_for_reading,
    look_for_reading,
    places_for_reading,
    records_for_exploring,
)
from upstream_web.explore.engine.files import PARTS, file_of, has_part
from upstream_web.explore.engine.places import as_file
from upstream_web.explore.forms import AskForm
from upstream_web.explore.models import Analysis
from upstream_web.explore.place_forms import FORMS, ExplorerForm

LOOKED_AT = ("csv", "json", "geojson", "parquet")


def look(request: HttpRequest, ending: str) -> HttpResponse:
    """The figures of the explorer."""
    of = records_for_exploring(request.user)
    form = ExplorerForm(request.GET, areas=of.areas, force=of.force)
    if ending not in LOOKED_AT or not form.is_valid():
        raise Http404
    found = look_for_reading(request.user, **form.look)
    if found.small_numbers:
        changes.note_look(asked=form.look, ending=ending, by=request.user)
    made = as_file(found.seen, f".{ending}", small_numbers=found.small_numbers)
    return file_to_save(made, f"places-{form.cleaned_data['last']}.{ending}")


def kept(request: HttpRequest, kind: str, ending: str) -> HttpResponse:
    """An answer that is kept, or a part of it."""
    of, part = records_for_exploring(request.user), request.GET.get("part", "")
    form = (
        FORMS[kind](request.GET, areas=of.areas, force=of.force) if kind in FORMS
        else AskForm(request.GET, kind=kind, of=of)
    )  # fmt: skip
    if ending not in PARTS[Analysis.Kind(kind)].get(part, ()) or not form.is_valid():
        raise Http404
    read = places_for_reading if kind in FORMS else analysis_for_reading
    found = read(request.user, kind, form.asked)
    if found is None or not has_part(kind, found.analysis.answer, part, records=found.small_numbers):
        raise Http404
    if found.small_numbers:
        changes.note_file(analysis=found.analysis, part=part, ending=ending, by=request.user)
    made = file_of(kind, found.analysis.answer, part, ending, small_numbers=found.small_numbers)
    name = "-".join(one for one in (kind.replace("_", "-"), part) if one)
    return file_to_save(made, f"{name}.{ending}")
