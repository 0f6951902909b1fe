"""Papers about plans: to read, to print, to take along."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream.errors import UpstreamError
from upstream.reports.document import Document
from upstream.reports.pdf import render_pdf
from upstream_web.design.sending import file_to_save
from upstream_web.people.access import recently_signed_in
from upstream_web.places.queries import areas_with_plans
from upstream_web.problems.access import (
    PlanAccess,
    area_for_meeting,
    marked_actions,
    plan_for_reading,
    visible_actions,
    visible_plans,
)
from upstream_web.problems.assessment_paper import assessed_bundle, assessed_paper
from upstream_web.problems.changes.papers import note_meeting_sheet, note_paper
from upstream_web.problems.changes.readings import note_page
from upstream_web.problems.models import Marking, Plan
from upstream_web.problems.papers import brief, meeting_sheet, plan_paper
from upstream_web.problems.presenters import paper_parts
from upstream_web.problems.queries import meeting_of

PAPERS = {"paper": plan_paper, "brief": brief, "assessed": assessed_paper}


def paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A paper of the plan as a page, made to be printed."""
    plan, access = plan_for_reading(request.user, pk)
    document = PAPERS[kind](plan, access)
    note_page(plan=plan, by=request.user, shown=marked_actions(plan, access))
    context = paper_parts(document) | {"plan": plan, "kind": kind}
    return render(request, "problems/paper.jinja", context)


def paper_pdf(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The same as a PDF; that it was taken out is recorded."""
    plan, access = plan_for_reading(request.user, pk)
    document = PAPERS[kind](plan, access)
    take = _take_marked if document.marking == Marking.SENSITIVE.label else _take
    return take(request, plan, kind, document)


def _take(request: HttpRequest, plan: Plan, kind: str, document: Document) -> HttpResponse:
    note_paper(plan=plan, by=request.user, kind=kind, marking=document.marking)
    return as_pdf(document, f"{plan.ref}-{kind}")


_take_marked = recently_signed_in(_take)


def bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """Data, definition and figures of the plan's assessment, to count again; that it was taken out is recorded."""
    plan, access = plan_for_reading(request.user, pk)
    take = _take_marked_bundle if plan.marking == Marking.SENSITIVE else _take_bundle
    return take(request, plan, access)


def _take_bundle(request: HttpRequest, plan: Plan, access: PlanAccess) -> HttpResponse:
    rounded = request.GET.get("for") == "anybody"
    try:
        made = assessed_bundle(plan, access, for_anybody=rounded)
    except UpstreamError as why:
        messages.error(request, f"No bundle can be made: {why}")
        return redirect("problems:assessment", plan.pk)
    note_paper(plan=plan, by=request.user, kind="bundle, rounded" if rounded else "bundle", marking=plan.marking)
    return file_to_save(made, f"{plan.ref}-assessment.zip")


_take_marked_bundle = recently_signed_in(_take_bundle)


def meeting(request: HttpRequest) -> HttpResponse:
    """Choose an area; its agenda and action sheet."""
    area = area_for_meeting(request.user, request.GET.get("area", ""))
    context = {"title": "Partnership meeting", "areas": areas_with_plans(), "area": area, "document": None}
    if area:
        found = meeting_of(area, visible_plans(request.user), visible_actions(request.user))
        context |= paper_parts(meeting_sheet(found)) | {"title": f"Partnership meeting, {area.name}"}
    return render(request, "problems/meeting.jinja", context)


def meeting_pdf(request: HttpRequest, area: str) -> HttpResponse:
    """The sheet as a PDF."""
    place = area_for_meeting(request.user, area, must=True)
    document = meeting_sheet(meeting_of(place, visible_plans(request.user), visible_actions(request.user)))
    note_meeting_sheet(area=place, by=request.user)
    return as_pdf(document, f"partnership-meeting-{place.code}")


def as_pdf(document: Document, name: str) -> HttpResponse:
    """A document as a PDF to be saved."""
    return file_to_save(render_pdf(document), f"{name}.pdf")
