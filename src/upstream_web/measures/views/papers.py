"""Choosing measures for a meeting."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.measures import changes, queries
from upstream_web.measures.access import Open
from upstream_web.measures.forms import PaperForm
from upstream_web.measures.presenters import pages
from upstream_web.measures.presenters import papers as presenter
from upstream_web.measures.views.pages import of_a_month


@of_a_month
def paper(request: HttpRequest, opened: Open) -> HttpResponse:
    """Choose measures; a worker makes the slides or the Word file."""
    groups = presenter.groups(opened)
    choices = [(one["value"], one["text"]) for group in groups for one in group["items"]]
    form = PaperForm(request.POST or None, choices=choices, initial=presenter.start(opened))
    if request.method == "POST" and form.is_valid():
        run = changes.ask_for_paper(month=opened.month, by=request.user, **form.cleaned_data)
        return redirect("runs:run", run.pk)
    chosen = set(form["keys"].value() or ())
    context = pages.frame(opened, "Measures for a meeting", queries.months_ready())
    context |= {"form": form, "groups": groups, "chosen": chosen}
    return render(request, "measures/paper.jinja", context, status=422 if form.errors else 200)
