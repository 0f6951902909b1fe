"""The pages of one plan: overview, a page a stage, people and sharing, history."""

import datetime
from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.evidence.queries import technique_names
from upstream_web.files.presenters import as_download
from upstream_web.people.access import recently_signed_in
from upstream_web.people.queries import bodies_but
from upstream_web.problems.access import (
    PlanAccess,
    file_for_reading,
    history_open_to,
    invitation_for_ending,
    marked_parts,
    own_draft,
    plan_for_editing,
    plan_for_reading,
    plan_for_sharing,
    readings_open_to,
    signal_behind,
)
from upstream_web.problems.assessed import found_on
from upstream_web.problems.changes import drafts, plans, readings, sharing
from upstream_web.problems.changes.steps import missing_for, take_step
from upstream_web.problems.changes.versions import EditClash
from upstream_web.problems.forms.plans import AnswersForm, DetailsForm, FileForm, InvitationForm, NoteForm, StepForm
from upstream_web.problems.in_words import compared, history_in_words, known_of
from upstream_web.problems.models import Action, Note, Plan, PlanFile
from upstream_web.problems.presenters import (
    action_tag,
    also,
    colour_tag,
    draft_is_kept,
    progress,
    question_groups,
    status_tag,
    steps,
    tabs,
)
from upstream_web.problems.queries import actions_of, extent_of
from upstream_web.problems.questions import help_with
from upstream_web.problems.slices import records_on
from upstream_web.problems.transitions import BY_KEY

DETAIL_FIELDS = (
    "title", "problem", "place", "small_areas", "crime_types", "period_from", "period_to", "priority", "size",
    "marking", "review_every_days", "public_summary",
)  # fmt: skip


def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the plan is about, how far it has come, what is next."""
    plan, access = plan_for_reading(request.user, pk)
    unsent = plan.status in (Plan.Status.DRAFT, Plan.Status.RETURNED) and "scanning" in access.writes
    missing = missing_for(plan, "submit") if unsent and access.whole else []
    notes = [note for note in plan.notes.select_related("by") if access.whole and access.sees(note.marking)]
    open_actions = (
        [action for action in actions_of(plan).open() if access.sees(action.marking)][:6]
        if "response" in access.reads
        else []
    )
    context = page(request, plan, access, "overview", [*notes, *open_actions]) | {
        "steps": [one for one in steps(plan, access) if not (missing and one.key == "submit")],
        "missing": missing,
        "also": also(plan, access),
        "progress": progress(plan, access, extent_of(plan, sensitive=access.sensitive)),
        "notes": notes,
        "records": plan.status_records.select_related("by")[:5] if access.whole else [],
        "note_form": NoteForm(),
        "note_help": help_with("note"),
        "files": [row for row in plan.files.select_related("file") if access.whole and access.sees(row.marking)],
        "scores": plan.scores.select_related("by")[:3] if access.whole else [],
        "reviews": plan.reviews.select_related("by")[:3] if access.whole else [],
        "open_actions": open_actions,
        "action_tag": action_tag,
        "signal": signal_behind(request.user, plan) if access.whole else None,
    }
    return render(request, "problems/overview.jinja", context)


def stage(request: HttpRequest, pk: int, stage: str) -> HttpResponse:
    """One stage of SARA as it stands."""
    plan, access = plan_for_reading(request.user, pk)
    if stage not in access.reads:
        raise Http404
    lines = lines_of(plan, access, stage)
    context = page(request, plan, access, stage, lines.get("actions", ())) | lines
    context |= {"groups": question_groups(plan, stage), "may_write": writable(plan, access, stage)}
    context |= records_on(plan, access, stage) | found_on(plan, access, stage) | {"help": help_with(stage)}
    return render(request, f"problems/{stage}.jinja", context)


def edit_answers(request: HttpRequest, pk: int, stage: str, group: str) -> HttpResponse:
    """Answer the questions of a group; what is typed is kept on the server even when it cannot be saved yet."""
    plan, access = plan_for_editing(request.user, pk, stage)
    chosen = next((one for one in question_groups(plan, stage) if one.key == group), None)
    if chosen is None:
        raise Http404
    questions = tuple(question for question, _ in chosen.rows)
    draft_name = f"plan-{pk}-{stage}-{group}"
    draft = own_draft(request.user, draft_name)
    form = AnswersForm(posted(request), questions=questions, initial=_held(chosen) | (draft.data if draft else {}))
    clashes = ()
    if request.method == "POST" and form.is_valid():
        if "draft" in request.POST:
            drafts.keep_draft(by=request.user, form=draft_name, data=form.cleaned_data)
            messages.success(request, draft_is_kept())
            return redirect("problems:edit_answers", pk, stage, group)
        try:
            resolved = "resolved" in request.POST
            plans.save_answers(
                plan=plan, by=request.user, answers=form.answers(), based_on=form.based_on(), resolved=resolved
            )
        except EditClash as clash:
            clashes = clash.clashes
            drafts.keep_draft(by=request.user, form=draft_name, data=form.cleaned_data)
        else:
            drafts.drop_draft(by=request.user, form=draft_name)
            messages.success(request, f"Saved: {chosen.title}")
            return redirect(f"problems:{stage}", pk)
    context = page(request, plan, access, stage) | {
        "title": chosen.title,
        "help": help_with(stage),
        "stage": stage,
        "form": form,
        "group": chosen,
        "draft": draft,
        "clashes": {clash.field: clash for clash in clashes},
    }
    return render(request, "problems/edit_answers.jinja", context)


def edit_details(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the plan says of itself."""
    plan, access = plan_for_editing(request.user, pk, Plan.Stage.SCANNING)
    if not access.whole:
        raise PermissionDenied
    held = {name: getattr(plan, name) for name in DETAIL_FIELDS}
    form = DetailsForm(posted(request), initial={**held, "version": plan.version})
    clashes = ()
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in DETAIL_FIELDS}
        try:
            plans.change_details(
                plan=plan,
                by=request.user,
                based_on=form.cleaned_data["version"],
                before=_seen(plan, form, held),
                **given,
            )
        except EditClash as clash:
            clashes = clash.clashes
        else:
            messages.success(request, "Details saved")
            return redirect("problems:overview", pk)
    context = page(request, plan, access, "overview") | {
        "title": "Details of the plan",
        "form": form,
        "clashes": clashes,
        "help": help_with("details"),
    }
    return render(request, "problems/edit_details.jinja", context)


def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take a step: a page that says what it does, then the step itself."""
    plan, access = plan_for_reading(request.user, pk)
    transition = next((one for one in steps(plan, access) if one.key == step), None)
    if transition is None:
        raise PermissionDenied if step in BY_KEY else Http404
    form = StepForm(posted(request), comment_needed=transition.comment_needed)
    if request.method == "POST" and form.is_valid():
        try:
            take_step(plan=plan, by=request.user, access=access, step=step, comment=form.cleaned_data["comment"])
        except ValidationError as error:
            form.add_error("comment" if transition.comment_needed else None, error)
        else:
            messages.success(request, f"{plan.ref}: {transition.words.lower()}. Done.")
            return redirect("problems:overview", pk)
    context = page(request, plan, access, "overview") | {
        "title": transition.words,
        "form": form,
        "transition": transition,
        "help": help_with("step"),
    }
    return render(request, "problems/step.jinja", context)


@require_POST
def add_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note on the plan."""
    plan, access = plan_for_reading(request.user, pk)
    if not (access.team or access.supervisor or access.hub):
        raise PermissionDenied
    form = NoteForm(request.POST)
    if form.is_valid():
        sharing.add_note(plan=plan, by=request.user, **form.cleaned_data)
        messages.success(request, "Note added")
    else:
        messages.error(request, "The note is empty. Type something, then add it.")
    return redirect("problems:overview", pk)


def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a file with the plan."""
    plan, access = plan_for_sharing(request.user, pk)
    form = FileForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sharing.add_file(plan=plan, by=request.user, **form.cleaned_data)
        messages.success(request, "The file is kept")
        return redirect("problems:overview", pk)
    context = page(request, plan, access, "overview") | {
        "title": "Add a file",
        "form": form,
        "button": "Add the file",
        "help": help_with("file"),
    }
    return render(request, "problems/plan_form.jinja", context)


def download(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """A file of the plan, to be saved; before a sensitive one whoever signed in long ago shows again who they are."""
    row = file_for_reading(request.user, pk, file)
    return _sensitive_file(request, row) if row.is_sensitive else as_download(row.file)


@recently_signed_in
def _sensitive_file(request: HttpRequest, row: PlanFile) -> HttpResponse:
    sharing.note_reading(file=row, by=request.user)
    return as_download(row.file)


def people_and_sharing(request: HttpRequest, pk: int) -> HttpResponse:
    """Who works on the plan and who is invited, and to what."""
    plan, access = plan_for_reading(request.user, pk)
    if not access.whole:
        raise Http404
    invitations = plan.invitations.current().select_related("organisation", "invited_by")
    context = page(request, plan, access, "sharing") | {
        "invitations": invitations,
        "may_write": writable(plan, access, "response"),
    }
    return render(request, "problems/sharing.jinja", context)


def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite an organisation."""
    plan, access = plan_for_sharing(request.user, pk)
    others = bodies_but(plan.lead_id)
    form = InvitationForm(posted(request), organisations=others)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        extents = {stage: given[stage] for stage in Plan.Stage.values}
        sharing.invite(
            plan=plan,
            by=request.user,
            organisation=given["organisation"],
            purpose=given["purpose"],
            extents=extents,
            sensitive=given["sensitive"],
            valid_to=given["valid_to"],
        )
        messages.success(request, f"{given['organisation']} is invited")
        return redirect("problems:sharing", pk)
    context = page(request, plan, access, "sharing") | {
        "title": "Invite an organisation",
        "form": form,
        "button": "Invite",
        "help": help_with("invite"),
    }
    return render(request, "problems/plan_form.jinja", context)


@require_POST
def end_invitation(request: HttpRequest, pk: int, invitation: int) -> HttpResponse:
    """End an invitation."""
    row = invitation_for_ending(request.user, pk, invitation)
    sharing.end_invitation(invitation=row, by=request.user)
    messages.success(request, f"{row.organisation} no longer sees the plan")
    return redirect("problems:sharing", pk)


def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who did what, latest first, and every version."""
    plan, access = plan_for_reading(request.user, pk)
    if not access.whole:
        raise Http404
    events = Paginator(history_open_to(plan, access), 50).get_page(request.GET.get("page"))
    context = page(request, plan, access, "history", marked_parts(plan, access)) | {
        "events": events,
        "happened": history_in_words(events.object_list),
        "versions": plan.versions.select_related("by").defer("content")[:100],
    }
    return render(request, "problems/history.jinja", context)


def readers(request: HttpRequest, pk: int) -> HttpResponse:
    """Who read what is marked on the plan, and who took papers of it out, latest first."""
    plan, access = plan_for_reading(request.user, pk)
    if not access.whole:
        raise Http404
    return _readers(request, plan, access)


@recently_signed_in
def _readers(request: HttpRequest, plan: Plan, access: PlanAccess) -> HttpResponse:
    context = page(request, plan, access, "history") | {
        "title": "Who read this",
        "events": Paginator(readings_open_to(plan, access), 50).get_page(request.GET.get("page")),
    }
    context["rows"] = history_in_words(context["events"])
    return render(request, "problems/readers.jinja", context)


def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed between two versions."""
    plan, access = plan_for_reading(request.user, pk)
    if not access.whole:
        raise Http404
    numbers = [int(request.GET[name]) if request.GET.get(name, "").isdigit() else 0 for name in ("old", "new")]
    held = {version.number: version for version in plan.versions.filter(number__in=numbers)}
    if set(numbers) != set(held):
        raise Http404
    old, new = (held[number] for number in sorted(numbers))
    context = page(request, plan, access, "history", marked_parts(plan, access)) | {
        "title": f"Versions {old.number} and {new.number} compared",
        "old": old,
        "new": new,
        "rows": compared(old.content, new.content, sensitive=access.sensitive),
    }
    return render(request, "problems/compare.jinja", context)


def page(
    request: HttpRequest, plan: Plan, access: PlanAccess, here: str, shown: Iterable[Note | Action] = ()
) -> dict[str, object]:
    """What every page of a plan shows. Who reads what is marked is in the audit log before it is shown."""
    readings.note_page(plan=plan, by=request.user, shown=shown)
    return {
        "title": plan.title,
        "plan": plan,
        "access": access,
        "tabs": tabs(plan, access, here),
        "status": status_tag(plan),
        "colour": colour_tag(plan),
        "marking": plan.get_marking_display(),
    }


def lines_of(plan: Plan, access: PlanAccess, stage: str) -> dict[str, object]:
    """The lines that stand on a stage's page, each with what the page shows of it read at once."""
    if stage == Plan.Stage.ANALYSIS:
        return {"hypotheses": plan.hypotheses.all()}
    if stage == Plan.Stage.RESPONSE:
        responses = plan.responses.select_related("card", "organisation", "hypothesis")
        return {
            "objectives": plan.objectives.all(),
            "responses": responses.annotate(delivered=Sum("deliveries__amount")),
            "techniques": technique_names(),
            "actions": [action for action in actions_of(plan) if access.sees(action.marking)],
            "action_tag": action_tag,
        }
    if stage == Plan.Stage.ASSESSMENT:
        named = plan.named_assessments.select_related("area", "made_by").prefetch_related("places__area")
        known = {row.pk: known_of(row) for row in named}
        return {"named": named, "known": known, "results": plan.results.select_related("made_by")}
    return {}


def writable(plan: Plan, access: PlanAccess, stage: str) -> bool:
    """Whether the person may write at a stage now."""
    return plan.is_open and stage in access.writes


def _held(group: object) -> dict[str, object]:
    initial: dict[str, object] = {}
    for question, answer in group.rows:
        initial |= {
            f"{question.key}-text": answer.text if answer else "",
            f"{question.key}-evidence": answer.evidence if answer else "",
            f"{question.key}-yes": {True: "yes", False: "no"}.get(answer.yes, "") if answer else "",
            f"{question.key}-version": answer.version if answer else 0,
        }
    return initial


def _seen(plan: Plan, form: DetailsForm, held: dict[str, object]) -> dict[str, object]:
    """The values the person saw: those of the version they began from."""
    version = plan.versions.filter(number=form.cleaned_data["version"]).first()
    if version is None:
        return held
    was = version.content["plan"]
    return {name: _date(was[name]) if name in ("period_from", "period_to") else was[name] for name in held}


def _date(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
