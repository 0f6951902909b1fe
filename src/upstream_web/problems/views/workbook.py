"""Plans from a workbook: upload, columns, preview, what became of it, undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import posted
from upstream_web.design.sending import file_to_save
from upstream_web.intake import changes as intake
from upstream_web.intake.access import batch_for_reading, own_batches
from upstream_web.intake.engine import Sheet, read, sheet_names
from upstream_web.intake.judged import Judged, counted
from upstream_web.intake.mapping import Columns, Part, best_sheet, fit, guessed
from upstream_web.intake.models import Batch, Row
from upstream_web.intake.presenters import quarantine_as_csv
from upstream_web.intake.queries import quarantine, saved_mappings
from upstream_web.people.access import require
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import visible_plans
from upstream_web.problems.changes.workbooks import bring_in, changed_since, take_back
from upstream_web.problems.forms.workbook import ColumnsForm, WorkbookForm
from upstream_web.problems.workbook import ACTIONS, KIND, PARTS, PLANS, judged

PAGE = 50
REFUSED_SHOWN = 200
WITHOUT = "-"
"""In place of a worksheet: the workbook has none of the part."""


def index(request: HttpRequest) -> HttpResponse:
    """The person's own workbooks, and the form for another."""
    require(request.user, Permission.PLAN_IMPORT)
    form = WorkbookForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        batch = intake.keep_workbook(kind=KIND, upload=form.cleaned_data["upload"], by=request.user)
        return redirect("problems:workbook_columns", batch.pk)
    batches = Paginator(own_batches(request.user, KIND), PAGE).get_page(request.GET.get("page"))
    context = {"title": "Plans from a workbook", "form": form, "batches": batches}
    return render(request, "problems/workbooks.jinja", context)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The worksheets of a workbook, which of them holds what part, and the headers there."""

    names: tuple[str, ...]
    sheets: Mapping[str, str]
    headers: Mapping[Part, Sequence[str]]


def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which sheet and column holds what: guessed, put right by the person."""
    batch = _own(request, pk)
    if batch.state != Batch.State.WAITING:
        return redirect("problems:workbook", pk)
    try:
        chosen = _chosen(batch, request.GET)
    except ValidationError as error:
        return render(request, "problems/workbook_unreadable.jinja", {"title": batch.name, "reasons": error.messages})
    saved = saved_mappings(KIND)
    form = ColumnsForm(posted(request), parts=chosen.headers, initial=_guess(chosen, saved, request.GET.get("saved")))
    if request.method == "POST" and form.is_valid():
        save_as = form.cleaned_data["save_as"]
        given = {"sheets": chosen.sheets, "columns": form.columns(), "save_as": save_as}
        intake.map_columns(batch=batch, by=request.user, **given)
        return redirect("problems:workbook_preview", pk)
    context = {"title": "Which column holds what", "batch": batch, "form": form, "saved": saved, "chosen": chosen}
    return render(request, "problems/workbook_columns.jinja", context | {"parts": PARTS, "without": WITHOUT})


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What would become of every row; sent, it happens, unless it is not what the person saw."""
    batch = _own(request, pk)
    if batch.state != Batch.State.WAITING or not batch.columns:
        return redirect("problems:workbook_columns", pk)
    rows = _judged(request, batch)
    count = counted(rows)
    if request.method == "POST":
        if request.POST.get("seen") == str(count):
            return _brought_in(request, batch, rows)
        messages.info(request, "Something changed since you looked: see again what would become of the rows.")
    refused = [row for row in rows if row.fate == Row.Fate.QUARANTINED]
    others = [row for row in rows if row.fate != Row.Fate.QUARANTINED]
    context = {
        "title": "What would become of it",
        "batch": batch,
        "count": count,
        "refused": refused[:REFUSED_SHOWN],
        "page": Paginator(others, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "problems/workbook_preview.jinja", context)


def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of a workbook that is brought in."""
    batch = _own(request, pk)
    if batch.state == Batch.State.WAITING:
        return redirect("problems:workbook_columns", pk)
    plans = visible_plans(request.user).filter(pk__in=batch.held_keys.values("object_id")).order_by("ref")
    context = {
        "title": batch.name,
        "batch": batch,
        "page": Paginator(plans, PAGE).get_page(request.GET.get("page")),
        "refused": quarantine(batch)[:REFUSED_SHOWN],
    }
    return render(request, "problems/workbook_result.jinja", context)


def download_quarantine(request: HttpRequest, pk: int) -> HttpResponse:
    """The quarantined rows with their reasons, as CSV."""
    batch = _own(request, pk)
    return file_to_save(quarantine_as_csv(quarantine(batch)), f"quarantine-{batch.pk}.csv")


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a workbook back while nobody has worked on its plans."""
    batch = _own(request, pk)
    if batch.state != Batch.State.HELD:
        return redirect("problems:workbook", pk)
    if request.method == "POST":
        try:
            take_back(batch=batch, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"{batch.name} is undone: its plans and actions are gone")
            return redirect("problems:workbook", pk)
    visible = visible_plans(request.user).filter(pk__in=batch.held_keys.values("object_id"))
    context = {"title": f"Undo {batch.name}", "batch": batch, "changed": changed_since(batch, visible)}
    return render(request, "problems/workbook_undo.jinja", context)


def _own(request: HttpRequest, pk: int) -> Batch:
    require(request.user, Permission.PLAN_IMPORT)
    return batch_for_reading(request.user, KIND, pk)


def _chosen(batch: Batch, given: Mapping[str, str]) -> Chosen:
    names = sheet_names(batch.file.content, batch.name)
    headers = {name: _sheet(batch, name, {}).headers for name in names}
    plans = given.get("plans", best_sheet(PLANS, headers))
    plans = plans if plans in names else names[0]
    others = {name: found for name, found in headers.items() if name != plans}
    actions = given.get("actions", best_sheet(ACTIONS, others) or WITHOUT)
    sheets = {"plans": plans} | ({"actions": actions} if actions in others else {})
    return Chosen(names, sheets, {part: headers[sheets[part.key]] for part in PARTS if part.key in sheets})


def _sheet(batch: Batch, name: str, columns: Columns) -> Sheet:
    expected = set(columns.values()) or {word for part in PARTS for word in part.expected}
    return read(batch.file.content, batch.name, name, expected)


def _guess(chosen: Chosen, saved: Sequence, wanted: str | None) -> dict[str, str]:
    """Columns of the saved mapping asked for, or of the latest that fits, or by the words of the headers."""
    initial = {}
    asked = [one for one in saved if str(one.pk) == wanted] or list(saved)
    for part, headers in chosen.headers.items():
        fits = [found for one in asked if (found := fit(part, one.columns.get(part.key, {}), headers))]
        columns = fits[0] if fits else guessed(part, headers)
        initial |= {f"{part.key}-{key}": header for key, header in columns.items()}
    return initial


def _judged(request: HttpRequest, batch: Batch) -> list[Judged]:
    sheets = {key: _sheet(batch, name, batch.columns[key]) for key, name in batch.sheets.items()}
    return judged(request.user, sheets, batch.columns)


def _brought_in(request: HttpRequest, batch: Batch, rows: list[Judged]) -> HttpResponse:
    try:
        bring_in(batch=batch, by=request.user, rows=rows)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except IntegrityError:  # two people brought the same plans in at one moment: the second sees them as held
        messages.error(request, "Somebody brought some of these plans in meanwhile. See what is left.")
        return redirect("problems:workbook_preview", batch.pk)
    return redirect("problems:workbook", batch.pk)
