"""Adding, changing and taking out the lines of a plan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.evidence.queries import cards_to_cite
from upstream_web.problems.access import (
    PlanAccess,
    action_for_showing,
    organisations_on,
    part_for_editing,
    people_on,
    plan_for_editing,
    plan_for_reading,
    plan_for_sharing,
    plan_for_supervising,
    response_for_editing,
)
from upstream_web.problems.changes import actions, assessment, parts, supervision
from upstream_web.problems.changes.versions import EditClash
from upstream_web.problems.forms import parts as part_forms
from upstream_web.problems.models import Plan
from upstream_web.problems.queries import places_offered
from upstream_web.problems.questions import help_with
from upstream_web.problems.rubrics import rubric
from upstream_web.problems.views.plan import page

SHORT = 60
"""Characters of a line that its form's title has."""


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of line: on which stage it stands, its form and who saves it."""

    name: str
    stage: str
    form: Callable[..., forms.Form]
    save: Callable[..., Any]


PARTS = {
    "hypothesis": Part("hypothesis", "analysis", part_forms.HypothesisForm, parts.save_hypothesis),
    "objective": Part("objective", "response", part_forms.ObjectiveForm, parts.save_objective),
    "response": Part("response", "response", part_forms.ResponseForm, parts.save_response),
}


def edit_part(request: HttpRequest, pk: int, kind: str, part: int | None = None) -> HttpResponse:
    """Add a line, or change one."""
    what = PARTS[kind]
    plan, access, row = part_for_editing(request.user, pk, what.stage, kind, part)
    held = {name: getattr(row, name) for name in what.form.base_fields} if row else {}
    form = what.form(
        posted(request), initial=_ids(held) or {"organisation": plan.lead_id}, **_choices(kind, plan, access)
    )
    clashes = ()
    if request.method == "POST" and form.is_valid():
        try:
            what.save(plan=plan, by=request.user, row=row, based_on=_version(request), **form.cleaned_data)
        except EditClash as clash:
            clashes = clash.clashes
        else:
            messages.success(request, f"{what.name.capitalize()} saved")
            return redirect(f"problems:{what.stage}", pk)
    version = clashes[0].version if clashes else row.version if row else 0
    title = _named(row, what.name)
    context = page(request, plan, access, what.stage) | {
        "title": title,
        "form": form,
        "clashes": clashes,
        "version": version,
        "row": row,
        "kind": kind,
        "help": help_with("response_form" if kind == "response" else kind),
    }
    return render(request, "problems/part_form.jinja", context)


@require_POST
def remove_part(request: HttpRequest, pk: int, kind: str, part: int) -> HttpResponse:
    """Take a line out."""
    what = PARTS[kind]
    *_, row = part_for_editing(request.user, pk, what.stage, kind, part)
    parts.remove_part(row=row, by=request.user)
    messages.success(request, f"{what.name.capitalize()} taken out. Earlier versions keep it.")
    return redirect(f"problems:{what.stage}", pk)


def add_delivery(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Write down some of the dose as delivered."""
    plan, access, response = response_for_editing(request.user, pk, part)
    form = part_forms.DeliveryForm(posted(request))
    if request.method == "POST" and form.is_valid():
        parts.add_delivery(response=response, by=request.user, **form.cleaned_data)
        return redirect("problems:response", pk)
    lead = (
        f"{response.title}: {response.dose_planned:g} {response.dose_unit} planned"
        if response.dose_planned
        else response.title
    )
    return _plan_form(
        request, plan, access, "response", f"Write down what was delivered: {response}", form, "delivery", lead
    )


def edit_action(request: HttpRequest, pk: int, part: int | None = None) -> HttpResponse:
    """Add an action, or change one."""
    plan, access = plan_for_editing(request.user, pk, "response")
    row = plan.actions.filter(pk=part).first() if part else None
    if part and (row is None or not access.sees(row.marking)):
        raise Http404
    initial = (
        _ids({name: getattr(row, name) for name in part_forms.ActionForm.base_fields})
        if row
        else {"organisation": plan.lead_id}
    )
    form = part_forms.ActionForm(
        posted(request), initial=initial, plan=plan, organisations=organisations_on(plan), people=people_on(plan)
    )
    clashes = ()
    if request.method == "POST" and form.is_valid():
        try:
            if row:
                actions.change_action(action=row, by=request.user, based_on=_version(request), **form.cleaned_data)
            else:
                actions.add_action(plan=plan, by=request.user, **form.cleaned_data)
        except EditClash as clash:
            clashes = clash.clashes
        else:
            messages.success(request, "Action saved")
            return redirect("problems:response", pk)
    version = clashes[0].version if clashes else row.version if row else 0
    title = _named(row, "action")
    context = page(request, plan, access, "response", [row] if row else []) | {
        "title": title,
        "form": form,
        "clashes": clashes,
        "version": version,
        "help": help_with("action"),
    }
    return render(request, "problems/part_form.jinja", context)


def action(request: HttpRequest, pk: int) -> HttpResponse:
    """One action and how it goes: what its owner needs, wherever they work."""
    row, access, may_update = action_for_showing(request.user, pk)
    if request.method == "POST" and not may_update:
        raise PermissionDenied
    form = part_forms.ActionUpdateForm(posted(request), initial=part_forms.as_it_stands(row))
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_action(action=row, by=request.user, **form.cleaned_data)
        except EditClash as refused:
            form.overtaken(*refused.clashes)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Action {row.number}: saved")
            return redirect("problems:action", pk)
    context = page(request, row.plan, access, "response", [row]) | {
        "title": row.title,
        "action": row,
        "form": form if may_update else None,
        "update_help": help_with("action_update"),
        "updates": row.updates.select_related("by"),
    }
    return render(request, "problems/action.jinja", context)


def name_assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """Name how the plan will be judged."""
    plan, access = plan_for_editing(request.user, pk, "assessment")
    held = plan.named_assessments.first()
    initial = {name: getattr(held, name) for name in part_forms.NamedAssessmentForm.base_fields} if held else {}
    form = part_forms.NamedAssessmentForm(
        posted(request), places=places_offered(plan), initial={**initial, "reason": ""}
    )
    if request.method == "POST" and form.is_valid():
        try:
            assessment.name_assessment(plan=plan, by=request.user, area=plan.area, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The assessment is named")
            return redirect("problems:assessment", pk)
    lead = "At approval this is locked. It can be changed later, with a reason that everybody sees."
    return _plan_form(request, plan, access, "assessment", "Name the assessment", form, "name_assessment", lead)


def write_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what came of the plan."""
    plan, access = plan_for_editing(request.user, pk, "assessment")
    held = plan.results.first()
    initial = {name: getattr(held, name) for name in part_forms.ResultForm.base_fields} if held else {}
    form = part_forms.ResultForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            assessment.write_result(plan=plan, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The result is written, and the evidence cards it cites have it")
            return redirect("problems:assessment", pk)
    return _plan_form(request, plan, access, "assessment", "Write the result", form, "result")


def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold a review."""
    plan, access = plan_for_supervising(request.user, pk)
    form = part_forms.ReviewForm(posted(request))
    if request.method == "POST" and form.is_valid():
        supervision.review(plan=plan, by=request.user, **form.cleaned_data)
        messages.success(request, "Review written")
        return redirect("problems:overview", pk)
    return _plan_form(request, plan, access, "overview", "Write a review", form, "review")


def score(request: HttpRequest, pk: int) -> HttpResponse:
    """Score a plan on its rubric."""
    plan, access = plan_for_reading(request.user, pk)
    scorers = [(key.value, key.label) for key, capacity in part_forms.SCORERS.items() if getattr(access, capacity)]
    if not scorers:
        raise PermissionDenied
    latest = plan.scores.first()
    initial = {"scorer": scorers[-1][0], **({key: str(mark) for key, mark in latest.marks.items()} if latest else {})}
    form = part_forms.ScoreForm(posted(request), initial=initial, items=rubric(plan.kind), scorers=scorers)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["scorer"]
        supervision.score(
            plan=plan, by=request.user, access=access, scorer=given, marks=form.marks(), notes=form.notes()
        )
        messages.success(request, f"Scored {sum(form.marks().values())} of 24")
        return redirect("problems:overview", pk)
    lead = "Eight items of 0 to 3. The lowest item holds the plan back, and is named beside its colour."
    return _plan_form(request, plan, access, "overview", "Score the plan", form, "score", lead)


def nominate(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the plan forward for an award."""
    plan, access = plan_for_sharing(request.user, pk)
    form = part_forms.NominationForm(posted(request), initial={"summary": plan.public_summary})
    if request.method == "POST" and form.is_valid():
        supervision.nominate(plan=plan, by=request.user, **form.cleaned_data)
        messages.success(request, "The nomination is kept")
        return redirect("problems:overview", pk)
    return _plan_form(request, plan, access, "overview", "Put forward for an award", form, "nominate")


def _plan_form(
    request: HttpRequest,
    plan: Plan,
    access: Any,
    here: str,
    title: str,
    form: forms.Form,
    help_key: str,
    lead: str = "",
) -> HttpResponse:
    context = page(request, plan, access, here)
    context |= {"title": title, "form": form, "lead": lead, "help": help_with(help_key)}
    return render(request, "problems/plan_form.jinja", context)


def _choices(kind: str, plan: Plan, access: PlanAccess) -> dict[str, Any]:
    """What a form offers; causes stand on the analysis, which a partner who writes responses need not see."""
    if kind != "response":
        return {}
    causes = plan.hypotheses.all() if Plan.Stage.ANALYSIS in access.reads else None
    return {"causes": causes, "cards": cards_to_cite(), "organisations": organisations_on(plan)}


def _named(row: Any, name: str) -> str:
    """The title of a line's form; a line that is there is called by its words, so no two pages share a title."""
    if row is None:
        return f"Add {'an' if name[0] in 'aeiou' else 'a'} {name}"
    words = str(row)
    return f"Change the {name}: {words if len(words) < SHORT else words[:SHORT].rsplit(' ', 1)[0] + ' …'}"


def _ids(values: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "pk", value) for name, value in values.items()}


def _version(request: HttpRequest) -> int:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdigit() else 0
