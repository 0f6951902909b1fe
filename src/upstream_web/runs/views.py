"""Pages of long work: how far it is, what came of it."""

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.runs import access, changes, presenters

PAGE = 25


def index(request: HttpRequest) -> HttpResponse:
    """Work that the person asked for or may see."""
    page = Paginator(access.runs_for_reading(request.user), PAGE).get_page(request.GET.get("page"))
    rows = [presenters.line(run) for run in page]
    return render(request, "runs/index.jinja", {"title": "Work in progress", "rows": rows, "page": page})


def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run; what came of it once it has ended."""
    found = access.run_for_reading(request.user, pk)
    own = found.asked_by == request.user and access.may_still_ask(request.user, found)
    return render(request, "runs/run.jinja", {"title": found.title, **presenters.shown(found, own=own)})


def file(request: HttpRequest, pk: int) -> FileResponse:
    """The file that came of it, for whoever asked."""
    found = access.own_run(request.user, pk)
    if not found.file:
        raise Http404
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.file_name)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the same work once more."""
    made = changes.repeat(run=access.own_run(request.user, pk), by=request.user)
    return redirect("runs:run", made.pk)
