"""Pages of reports: made, reviewed, signed off, published; the public ones for everybody."""

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.sending import KINDS
from upstream_web.measures import queries as measures
from upstream_web.people.access import require
from upstream_web.people.middleware import open_to_all
from upstream_web.people.permissions import Permission
from upstream_web.reports import access, changes, presenters, queries
from upstream_web.reports.forms import CommentForm, ReportForm
from upstream_web.reports.models import ReportFile

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-downloads; frame-ancestors 'none'"
)
"""A report's own page has its styles in it and no script; it runs in nobody's name."""


def index(request: HttpRequest) -> HttpResponse:
    """Reports that the person may read."""
    rows = [presenters.row(one) for one in access.reports_for_reading(request.user)]
    context = {"title": "Reports", "rows": rows, "maker": access.is_maker(request.user)}
    return render(request, "reports/index.jinja", context)


def new(request: HttpRequest) -> HttpResponse:
    """Begin a report."""
    require(request.user, Permission.COMMENTARY_WRITE)
    form = ReportForm(request.POST or None, months=measures.months_ready())
    if request.method == "POST" and form.is_valid():
        made = changes.begin_report(by=request.user, **form.cleaned_data)
        return redirect("runs:run", queries.with_everything(made).run_id)
    context = {"title": "Begin a report", "form": form, "has_records": measures.has_records()}
    return render(request, "reports/new.jinja", context | {"button": "Begin and make it"})


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: its files, the check, what people said, what comes next."""
    return _page(request, pk, CommentForm())


def _page(request: HttpRequest, pk: int, form: CommentForm, wrong: str = "", status: int = 200) -> HttpResponse:
    found = queries.with_everything(access.report_for_reading(request.user, pk))
    context = {"title": found.title, "form": form, "wrong": wrong, **presenters.shown(found, request.user)}
    return render(request, "reports/report.jinja", context, status=status)


@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft's files anew."""
    try:
        run = changes.make_files(report=access.report_for_making(request.user, pk), by=request.user)
    except changes.NotAllowed as error:
        return _page(request, pk, CommentForm(), str(error), status=409)
    return redirect("runs:run", run.pk)


@require_POST
def step(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Take a step of its life."""
    found = access.report_for_making(request.user, pk)
    try:
        changes.take_step(report=found, action=action, words=request.POST.get("words", ""), by=request.user)
    except changes.NotAllowed as error:
        return _page(request, pk, CommentForm(), str(error), status=409)
    return redirect("reports:report", pk)


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something about it."""
    found, form = access.report_for_making(request.user, pk), CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    try:
        changes.comment(report=found, text=form.cleaned_data["text"], by=request.user)
    except changes.NotAllowed as error:
        return _page(request, pk, form, str(error), status=409)
    return redirect("reports:report", pk)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer findings of the check, one or all of a rule."""
    found = access.report_for_making(request.user, pk)
    chosen = [int(one) for one in request.POST.getlist("finding") if one.isdigit()]
    try:
        count = changes.answer_findings(
            report=found, finding_ids=chosen, answer=request.POST.get("answer", ""), by=request.user
        )
    except changes.NotAllowed as error:
        return _page(request, pk, CommentForm(), str(error), status=409)
    messages.success(request, f"{count} answered.")
    return redirect("reports:report", pk)


def file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """One of its files."""
    return _sent(request, access.file_of(access.report_for_reading(request.user, pk), kind))


@open_to_all
def public_index(request: HttpRequest) -> HttpResponse:
    """Published reports, for everybody."""
    rows = [presenters.row(one) for one in queries.public_reports()]
    return render(request, "reports/public_index.jinja", {"title": "Published reports", "rows": rows})


@open_to_all
def public_report(request: HttpRequest, pk: int) -> HttpResponse:
    """A published report, for everybody."""
    found = access.public_report(pk)
    context = {"title": found.title, **presenters.row(found), "files": presenters.files(found, "reports:public_file")}
    return render(request, "reports/public_report.jinja", context)


@open_to_all
def public_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A file of a published report, for everybody."""
    return _sent(request, access.file_of(access.public_report(pk), kind))


def _sent(request: HttpRequest, row: ReportFile) -> HttpResponse:
    """The file, when it is still the one that was made."""
    with row.file.open("rb") as opened:
        content = opened.read()
    if hashlib.sha256(content).hexdigest() != row.sha256:
        text = "The file on disk is not the one that was made. It is not shown; tell an operator."
        return render(request, "design/error.jinja", {"title": "The file is damaged", "text": text}, status=500)
    sent = HttpResponse(content, content_type=KINDS[row.kind])
    if row.kind == "html":
        sent["Content-Security-Policy"] = PAGE_POLICY
    how = "inline" if row.kind in ("html", "pdf") else "attachment"
    sent["Content-Disposition"] = f'{how}; filename="report-{row.report.month}.{row.kind}"'
    return sent
