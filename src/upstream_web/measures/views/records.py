"""From a number to its records, for those whose role allows it and who say why."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from upstream_web.design.sending import file_to_save
from upstream_web.measures import access, changes, queries
from upstream_web.measures.access import Open
from upstream_web.measures.engine import records as engine
from upstream_web.measures.forms import PurposeForm
from upstream_web.measures.presenters import pages
from upstream_web.measures.presenters import records as presenter
from upstream_web.measures.views.pages import of_a_month
from upstream_web.people.access import only, recently_signed_in
from upstream_web.people.permissions import Permission


@only(Permission.MEASURE_READ)
@only(Permission.MEASURE_RECORDS)
@recently_signed_in
@of_a_month
def records(request: HttpRequest, opened: Open, key: str, area: str) -> HttpResponse:
    """Ask for the purpose, then show the records; every reading is in the audit log before anything is shown."""
    areas = access.records_for_reading(opened, key, area)
    if engine.why_not(opened.figures, key) is not None:
        raise Http404
    form = PurposeForm(request.POST or None)
    context = pages.frame(opened, presenter.title(opened, key), queries.months_ready())
    context |= presenter.about(opened, key, area, areas) | {"form": form}
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "measures/records.jinja", context, status=422 if form.errors else 200)
    purpose = form.cleaned_data["purpose"]
    table = engine.table_of(opened.figures, key)
    changes.note_reading(
        calculation=opened.calculation, measure=key, area=area, table=table, purpose=purpose, by=request.user
    )
    as_file = request.POST.get("do") == "csv"
    most = engine.IN_A_FILE if as_file else engine.SHOWN
    found = engine.read(opened.figures, key, area, who=request.user.name, purpose=purpose, areas=areas, most=most)
    if as_file:
        return file_to_save(engine.as_csv(found), f"{table}-{opened.month}-{area}.csv")
    return render(request, "measures/records.jinja", context | presenter.rows(found))
