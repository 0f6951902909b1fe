"""Versions of the index: kept as they stand, and set beside each other."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import error_list, posted
from upstream_web.design.sending import file_to_save
from upstream_web.needs import changes, engine
from upstream_web.needs.access import COUNT, READ, may_count, versions_seen_by
from upstream_web.needs.engine.versions import as_it_stands, moved, moves_file
from upstream_web.needs.forms import MovesForm, VersionForm
from upstream_web.needs.presenters import moves_page
from upstream_web.needs.views import USUAL_TOP, weights_form
from upstream_web.people.access import only


@only(READ)
def versions(request: HttpRequest) -> HttpResponse:
    """Versions that are kept; two of them compared."""
    kept = versions_seen_by(request.user).select_related("made_by")
    form = MovesForm(request.GET or None, versions=versions_seen_by(request.user))
    context = {"title": "Versions of the index", "kept": list(kept), "form": form,
               "may_keep": may_count(request.user), "errors": error_list(form) if form.is_bound else []}  # fmt: skip
    if form.is_valid():
        before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        context |= moves_page(moved(before.content, after.content)) | {"before": before, "after": after}
    return render(request, "needs/versions.jinja", context)


@only(READ)
def moves_table(request: HttpRequest) -> HttpResponse:
    """What moved, as a CSV."""
    form = MovesForm(request.GET, versions=versions_seen_by(request.user))
    if not form.is_valid():
        raise Http404
    made = moved(form.cleaned_data["before"].content, form.cleaned_data["after"].content)
    return file_to_save(moves_file(made), "index-moves.csv")


@only(COUNT)
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the index as it stands, with the weights in the address."""
    counted, weights = engine.held(engine.INDEX), weights_form(request)
    if counted is None or not weights.is_valid():
        raise Http404
    form = VersionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        top = weights.cleaned_data["top"] or USUAL_TOP
        try:
            content, digest = as_it_stands(counted, weights.weights(), top)
        except engine.CannotExplore as error:
            raise Http404 from error
        row = changes.keep_version(content=content, digest=digest, words=form.cleaned_data["words"], by=request.user)
        messages.success(request, f"Kept as “{row.words}”")
        return redirect("needs:versions")
    context = {"title": "Keep the index as it stands", "form": form, "query": request.GET.urlencode()}
    return render(request, "needs/keep_version.jinja", context)
