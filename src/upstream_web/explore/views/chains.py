"""One chain of near repeats: which events it joins, and for a purpose that is kept, which records."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from upstream_web.explore import changes
from upstream_web.explore.access import chain_for_reading, records_for_exploring
from upstream_web.explore.engine import chain_records
from upstream_web.explore.forms import AskForm
from upstream_web.explore.models import Analysis
from upstream_web.explore.presenters import chain_table, query_of, record_table, title_of
from upstream_web.measures.forms import PurposeForm
from upstream_web.people.access import only, recently_signed_in
from upstream_web.people.permissions import Permission

KIND = Analysis.Kind.NEAR_REPEATS


@only(Permission.MEASURE_READ)
@only(Permission.MEASURE_RECORDS)
@recently_signed_in
def chain(request: HttpRequest, chain: int) -> HttpResponse:
    """The events; their references after a purpose is given and kept."""
    of = records_for_exploring(request.user)
    ask = AskForm(request.GET, kind=KIND, of=of)
    if not ask.is_valid():
        raise Http404
    found, form = chain_for_reading(request.user, ask.asked, chain), PurposeForm(request.POST or None)
    context = {
        "title": f"Chain {chain}", "of_what": title_of(KIND, ask.asked, of.areas, of.force),
        "query": query_of(ask.asked), "found": found, "form": form, "events": chain_table(found, chain),
    }  # fmt: skip
    if request.method == "POST" and form.is_valid() and not found.stale:
        purpose = form.cleaned_data["purpose"]
        changes.note_reading(analysis=found.analysis, chain=chain, purpose=purpose, by=request.user)
        analysis = found.analysis
        read = chain_records(analysis.asked, analysis.answer, chain, who=request.user.name, purpose=purpose)
        context["records"] = record_table(read, of.areas)
    return render(request, "explore/chain.jinja", context, status=422 if form.errors else 200)
