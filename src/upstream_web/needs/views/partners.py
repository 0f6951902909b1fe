"""Violence that partners see beside recorded violence: a page, and its figures as files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import error_list
from upstream_web.design.sending import file_to_save
from upstream_web.needs import changes
from upstream_web.needs.access import COMPARE, reads_needs, sees_small_counts
from upstream_web.needs.engine import CannotExplore
from upstream_web.needs.engine.overlay import PARTS, kept_overlay, overlay_file, partners_held
from upstream_web.needs.forms import OverlayForm
from upstream_web.needs.presenters import overlay_page
from upstream_web.people.access import only


@only(COMPARE)
def overlay(request: HttpRequest) -> HttpResponse:
    """How much of a partner's violence the police do not know; a post asks for it to be worked out."""
    partners = partners_held()
    sent = request.POST if request.method == "POST" else request.GET
    form = OverlayForm(sent or None, partners=partners)
    asked = form.cleaned_data if form.is_valid() else None
    if request.method == "POST" and asked:
        return redirect("runs:run", changes.ask_to_compare(by=request.user, **asked).pk)
    found = kept_overlay(**asked) if asked else None
    context = {
        "title": "Violence that partners see", "form": form, "partners": partners, "asked": asked, "found": found,
        "errors": error_list(form) if form.is_bound else [], "small_numbers": sees_small_counts(request.user),
        "parts": PARTS, "reads_needs": reads_needs(request.user),
    }  # fmt: skip
    return render(request, "needs/overlay.jinja", context | overlay_page(found, context["small_numbers"]))


@only(COMPARE)
def overlay_part(request: HttpRequest, part: str, ending: str) -> HttpResponse:
    """Its shares, or its small areas, as a file; one with small counts is recorded before it is sent."""
    form = OverlayForm(request.GET, partners=partners_held())
    small_numbers = sees_small_counts(request.user)
    found = kept_overlay(**form.cleaned_data) if form.is_valid() and ending in PARTS.get(part, ()) else None
    if found is None:
        raise Http404
    try:
        made = overlay_file(found, part, ending, small_numbers=small_numbers)
    except CannotExplore as error:
        raise Http404 from error
    if small_numbers:
        changes.note_overlay_file(**form.cleaned_data, part=part, ending=ending, by=request.user)
    return file_to_save(made, f"partner-violence-{part}.{ending}")
