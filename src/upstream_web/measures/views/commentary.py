"""Writing commentary: the editor, its preview, its versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.measures import access, changes, drafts, queries
from upstream_web.measures.access import Open
from upstream_web.measures.engine.commentary import as_commentary
from upstream_web.measures.engine.words import bound
from upstream_web.measures.forms import CommentaryForm
from upstream_web.measures.models import CommentaryDraft
from upstream_web.measures.presenters import commentary as presenter
from upstream_web.measures.presenters import pages
from upstream_web.measures.views.pages import of_a_month


@of_a_month
def edit(request: HttpRequest, opened: Open, key: str) -> HttpResponse:
    """The editor: a draft is kept at every step, and nothing is put on the page that the figures do not back."""
    key = access.may_write(opened, key)
    if request.method == "POST":
        return _typed(request, opened, key)
    start = queries.starting_words(request.user, key, opened.month, request.GET.get("from", ""))
    form = CommentaryForm(initial={**start.words, "base": start.base})
    return _editor(request, opened, key, form, start.draft)


def _typed(request: HttpRequest, opened: Open, key: str) -> HttpResponse:
    """Keep what was typed, then do what was asked: show it, leave it, drop it, or put it on the page."""
    wanted = request.POST.get("do", "preview")
    if wanted == "drop":
        drafts.drop(measure=key, month=opened.month, by=request.user)
        messages.success(request, "Your draft is gone; the page is as it was.")
        return redirect("measures:measure", opened.month, key)
    form = CommentaryForm(request.POST)
    valid, draft = form.is_valid(), _kept(request, opened, key, form)
    if wanted == "save":
        messages.success(request, "Your draft is kept. Only you see it.")
        return redirect("measures:measure", opened.month, key)
    if wanted == "publish":
        problems = bound(opened.figures, key, as_commentary(draft)).problems
        form.refuse(problems)
        if valid and not problems:
            return _published(request, opened, key, form, draft)
    return _editor(request, opened, key, form, draft, status=422 if wanted == "publish" else 200)


def _kept(request: HttpRequest, opened: Open, key: str, form: CommentaryForm) -> CommentaryDraft:
    base = form.cleaned_data.get("base") or 0
    return drafts.keep(measure=key, month=opened.month, words=form.words, base=base, by=request.user)


def _published(
    request: HttpRequest, opened: Open, key: str, form: CommentaryForm, draft: CommentaryDraft
) -> HttpResponse:
    try:
        changes.publish_commentary(
            figures=opened.figures, measure=key, words=form.words, base=draft.base, by=request.user
        )
    except changes.Overtaken:
        theirs = queries.commentary_on(key, opened.month)
        again = CommentaryForm(initial={**draft.written, "base": theirs.number if theirs else 0})
        extra = {"theirs": theirs, "clash": presenter.clash(draft, theirs) if theirs else []}
        return _editor(request, opened, key, again, draft, status=409, **extra)
    messages.success(request, "Your words are on the page.")
    return redirect("measures:measure", opened.month, key)


def _editor(
    request: HttpRequest,
    opened: Open,
    key: str,
    form: CommentaryForm,
    draft: CommentaryDraft | None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    title = f"Commentary: {opened.figures.bindings[key].definition.title}"
    context = pages.frame(opened, title, queries.months_ready()) | presenter.editor(opened, key)
    context |= {"form": form, "draft": draft, "earlier": queries.earlier_commentary(key, opened.month), **extra}
    if draft is not None:
        context |= presenter.preview(opened, key, draft)
    return render(request, "measures/commentary.jinja", context, status=status)


@require_POST
@of_a_month
def preview(request: HttpRequest, opened: Open, key: str) -> HttpResponse:
    """What is typed, as it would stand on the page: for the script that shows it beside the editor."""
    key = access.may_write(opened, key)
    form = CommentaryForm(request.POST)
    form.is_valid()
    context = presenter.preview(opened, key, _kept(request, opened, key, form))
    return render(request, "measures/preview.jinja", context)


@of_a_month
def versions(request: HttpRequest, opened: Open, key: str) -> HttpResponse:
    """Every version of the words on a measure's page, with what changed."""
    key = access.measure_for_reading(opened, key)
    title = f"Versions: {opened.figures.bindings[key].definition.title}"
    rows = presenter.versions(queries.commentary_versions(key, opened.month))
    context = pages.frame(opened, title, queries.months_ready()) | presenter.editor(opened, key) | {"rows": rows}
    return render(request, "measures/versions.jinja", context)
