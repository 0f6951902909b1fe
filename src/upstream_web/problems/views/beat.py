"""The one page of a beat plan."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import posted
from upstream_web.problems.access import own_draft, plan_for_editing
from upstream_web.problems.changes import drafts
from upstream_web.problems.changes.beat import save_beat
from upstream_web.problems.changes.versions import Clash, EditClash
from upstream_web.problems.forms.beat import ASSESSMENT, OBJECTIVE, RESPONSE, BeatForm
from upstream_web.problems.models import Plan
from upstream_web.problems.presenters import draft_is_kept
from upstream_web.problems.queries import places_offered
from upstream_web.problems.questions import help_with, questions_of_one_page
from upstream_web.problems.views.plan import page


def beat(request: HttpRequest, pk: int) -> HttpResponse:
    """A whole plan on one page, until it is sent to the supervisor."""
    plan, access = plan_for_editing(request.user, pk, Plan.Stage.SCANNING)
    if not access.whole or not plan.is_on_one_page:
        return redirect("problems:overview", pk)
    draft = own_draft(request.user, _draft_of(plan))
    initial = _held(plan) | (draft.data if draft else {})
    form = BeatForm(posted(request), questions=questions_of_one_page(), places=places_offered(plan), initial=initial)
    clashes: tuple[Clash, ...] = ()
    if request.method == "POST":
        answer, clashes = _sent(request, plan, form)
        if answer is not None:
            return answer
    context = page(request, plan, access, "overview") | {
        "title": "The whole plan on one page",
        "form": form,
        "draft": draft,
        "clashes": [(_field(form, clash.field), clash) for clash in clashes],
        "versions": _versions(form, clashes),
        "help": help_with("beat"),
    }
    return render(request, "problems/beat.jinja", context)


def _sent(request: HttpRequest, plan: Plan, form: BeatForm) -> tuple[HttpResponse | None, tuple[Clash, ...]]:
    """Keep or save what was typed: where to go next, or nowhere and what somebody else saved meanwhile."""
    if "draft" in request.POST:
        drafts.keep_draft(by=request.user, form=_draft_of(plan), data=_typed(form))
        messages.success(request, draft_is_kept())
        return redirect("problems:beat", plan.pk), ()
    if not form.is_valid():
        return None, ()
    try:
        _save(plan, request, form)
    except EditClash as clash:
        drafts.keep_draft(by=request.user, form=_draft_of(plan), data=_typed(form))
        return None, clash.clashes
    drafts.drop_draft(by=request.user, form=_draft_of(plan))
    messages.success(request, "Saved")
    if "send" in request.POST:
        return redirect("problems:step", plan.pk, "submit"), ()
    return redirect("problems:overview", plan.pk), ()


def _draft_of(plan: Plan) -> str:
    return f"plan-{plan.pk}-beat"


def _save(plan: Plan, request: HttpRequest, form: BeatForm) -> None:
    save_beat(
        plan=plan,
        by=request.user,
        answers=form.answers(),
        objective=form.part(OBJECTIVE),
        response=form.part(RESPONSE),
        assessment=form.part(ASSESSMENT),
        based_on=form.based_on(),
    )


def _held(plan: Plan) -> dict[str, Any]:
    """The page as it is saved."""
    found: dict[str, Any] = {}
    for answer in plan.answers.all():
        found |= {f"{answer.question}-text": answer.text, f"{answer.question}-version": answer.version}
    rows = (
        ("objective", plan.objectives.first(), OBJECTIVE),
        ("response", plan.responses.first(), RESPONSE),
        ("", plan.named_assessments.first(), ASSESSMENT),
    )
    for name, row, fields in rows:
        if row is not None:
            found |= {field: getattr(row, field) for field in fields}
            found |= {f"{name}-version": row.version} if name else {}
    return found


def _typed(form: BeatForm) -> dict[str, Any]:
    """What stands in the fields, right or wrong, as the fields take it again."""
    return {bound.name: bound.value() for bound in form}


def _field(form: BeatForm, name: str) -> Any:
    return form[name if name in form.fields else f"{name}-text"]


def _versions(form: BeatForm, clashes: tuple[Clash, ...]) -> dict[str, Any]:
    """The versions that the page goes out with; after a clash those of what is saved now, for the person sees it."""
    found = {bound.name: bound.value() or 0 for bound in form if bound.name.endswith("-version")}
    for clash in clashes:
        of = "objective" if clash.field in OBJECTIVE else "response" if clash.field in RESPONSE else clash.field
        found[f"{of}-version"] = clash.version
    return found
