"""Words, tags and links for the pages of plans: data, never HTML."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from upstream.reports.document import Document, Facts, Section
from upstream.reports.spreadsheet import as_plain_text
from upstream_web.audit.retention import kept_for
from upstream_web.measures.presenters.blocks import block
from upstream_web.notices.subjects import Subject
from upstream_web.people.models import User
from upstream_web.problems.access import PlanAccess, visible_actions, visible_plans
from upstream_web.problems.models import Action, Answer, Plan
from upstream_web.problems.queries import Extent
from upstream_web.problems.questions import GROUPS, Question, questions_for
from upstream_web.problems.transitions import Transition, steps_from

STATUS_TAGS = {
    "draft": "govuk-tag--grey",
    "submitted": "govuk-tag--blue",
    "returned": "govuk-tag--orange",
    "active": "govuk-tag--green",
    "assessing": "govuk-tag--teal",
    "closed": "govuk-tag--grey",
    "withdrawn": "govuk-tag--grey",
}
COLOUR_TAGS = {"red": "govuk-tag--red", "amber": "govuk-tag--orange", "green": "govuk-tag--green"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A coloured word."""

    text: str
    classes: str


def status_tag(plan: Plan) -> Tag:
    """The status of a plan."""
    return Tag(plan.get_status_display(), STATUS_TAGS[plan.status])


def colour_tag(plan: Plan) -> Tag:
    """The colour of its score, with what caps it; "Not scored" is said, never left blank."""
    if not plan.colour:
        return Tag("Not scored", "govuk-tag--grey")
    return Tag(plan.get_colour_display(), COLOUR_TAGS[plan.colour])


ACTION_TAGS = {
    "to_do": "govuk-tag--blue",
    "blocked": "govuk-tag--red",
    "done": "govuk-tag--green",
    "dropped": "govuk-tag--grey",
}


def action_tag(action: Action) -> Tag:
    """The state of an action; overdue is said before anything else."""
    if action.is_overdue:
        return Tag("Overdue" if action.state == Action.State.TO_DO else "Blocked, overdue", "govuk-tag--red")
    return Tag(action.get_state_display(), ACTION_TAGS[action.state])


def tabs(plan: Plan, access: PlanAccess, here: str) -> list[dict[str, Any]]:
    """The pages of a plan that the person may open."""
    rows = [("overview", "Overview"), *((stage, label) for stage, label in Plan.Stage.choices if stage in access.reads)]
    if access.whole:
        rows += [("sharing", "People and sharing"), ("history", "History")]
    return [
        {"text": text, "href": reverse(f"problems:{name}", args=[plan.pk]), "active": name == here}
        for name, text in rows
    ]


def steps(plan: Plan, access: PlanAccess) -> list[Transition]:
    """The steps that this person may take with the plan now; those that go on come before those that turn back."""
    allowed = [
        transition
        for transition in steps_from(plan.status)
        if access.supervisor or (transition.who == "team" and access.team)
    ]
    return sorted(allowed, key=lambda one: one.comment_needed)


def also(plan: Plan, access: PlanAccess) -> list[dict[str, str]]:
    """What else this person may do with the plan: links."""
    begun, approved = plan.status != Plan.Status.DRAFT, plan.status in (Plan.Status.ACTIVE, Plan.Status.ASSESSING)
    rows = [
        ("review", "Write a review", access.supervisor and approved),
        ("score", "Score the plan", begun and (access.team or access.supervisor or access.hub)),
        ("nominate", "Put it forward for an award", begun and plan.is_open and (access.team or access.supervisor)),
    ]
    return [{"text": text, "href": reverse(f"problems:{name}", args=[plan.pk])} for name, text, may in rows if may]


NOT_BEGUN, UNDER_WAY, WRITTEN = (
    Tag("Not begun", "govuk-tag--grey"),
    Tag("Under way", "govuk-tag--blue"),
    Tag("Written", "govuk-tag--green"),
)


def progress(plan: Plan, access: PlanAccess, extent: Extent) -> list[dict[str, Any]]:
    """How far each stage that the person may read has come, in words and as a tag."""
    rows = []
    for stage, label in Plan.Stage.choices:
        if stage in access.reads:
            words, tag = _stage_in_words(plan, stage, extent)
            rows.append(
                {"text": label, "href": reverse(f"problems:{stage}", args=[plan.pk]), "words": words, "tag": tag}
            )
    return rows


def _stage_in_words(plan: Plan, stage: str, extent: Extent) -> tuple[str, Tag]:
    asked = [question.key for question in questions_for(stage, plan.size)]
    answered = sum(1 for key in asked if key in extent.answered)
    said = [f"{answered} of {len(asked)} questions answered"] if asked else []
    if stage == Plan.Stage.ASSESSMENT:
        said += ["named" if extent.named else "not named yet", "result written" if extent.result else "no result yet"]
        begun, whole = extent.named, extent.result
    elif stage == Plan.Stage.RESPONSE:
        late = f", {extent.overdue} overdue" if extent.overdue else ""
        said = [
            _counted(extent.objectives, "objective"),
            _counted(extent.responses, "response"),
            _counted(extent.actions, "action") + late,
        ]
        begun = bool(extent.objectives or extent.responses or extent.actions)
        whole = bool(extent.objectives and extent.responses and extent.actions)
    else:
        if extent.hypotheses and stage == Plan.Stage.ANALYSIS:
            said.append(_counted(extent.hypotheses, "hypothesis", "hypotheses"))
        begun, whole = answered > 0, answered == len(asked)
    words = ", ".join(said)
    return words[:1].upper() + words[1:], WRITTEN if whole else UNDER_WAY if begun else NOT_BEGUN


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions that stand together on a page, each with its answer or none."""

    key: str
    title: str
    rows: tuple[tuple[Question, Answer | None], ...]

    @property
    def answered(self) -> int:
        """How many have an answer."""
        return sum(1 for _, answer in self.rows if answer and (answer.text or answer.yes is not None))


def question_groups(plan: Plan, stage: str) -> list[QuestionGroup]:
    """The questions of a stage with the plan's answers."""
    answers = {answer.question: answer for answer in plan.answers.all()}
    groups: dict[str, list[tuple[Question, Answer | None]]] = {}
    for question in questions_for(stage, plan.size):
        groups.setdefault(question.group, []).append((question, answers.get(question.key)))
    return [QuestionGroup(key, GROUPS[key], tuple(rows)) for key, rows in groups.items()]


CSV_COLUMNS = (
    "ref", "title", "area", "place", "team", "owner", "lead", "kind", "size", "stage", "status", "score",
    "held back by", "marking", "opened", "review due", "ended",
)  # fmt: skip


def plans_as_csv(plans: Iterable[Plan]) -> str:
    """Plans as CSV text, a line each."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for plan in plans:
        writer.writerow([as_plain_text(cell) for cell in plan_cells(plan)])
    return out.getvalue()


def plan_cells(plan: Plan) -> list[str]:
    """What a list that is taken out says of a plan, by `CSV_COLUMNS`."""
    days = (plan.opened_on, plan.next_review_on, plan.closed_on)
    return [
        plan.ref, plan.title, plan.area.name, plan.place, plan.team.name, plan.owner.name, plan.lead.name,
        plan.get_kind_display(), plan.get_size_display(), plan.get_stage_display(), plan.get_status_display(),
        plan.get_colour_display() if plan.colour else "Not scored", plan.capped_by, plan.get_marking_display(),
        *(one.isoformat() if one else "" for one in days),
    ]  # fmt: skip


def draft_is_kept() -> str:
    """What somebody is told whose draft is kept."""
    days = kept_for("drafts").days
    return f"Your draft is kept on the server for {days} days. Nobody else sees it until you save."


def paper_parts(document: Document) -> dict[str, Any]:
    """A paper as a page shows it: its title, facts and sections as plain data."""

    def section(of: Section) -> dict[str, Any]:
        return {
            "id": of.id,
            "title": of.title,
            "blocks": [block(one, lambda _: "") for one in of.blocks],
            "sections": [section(one) for one in of.sections],
        }

    return {
        "title": document.title,
        "document": document,
        "marking": document.marking,
        "facts": block(Facts(document.facts), lambda _: ""),
        "sections": [section(one) for one in document.sections],
    }


def plans_as_subjects(user: User, ids: Iterable[int]) -> dict[int, Subject]:
    """Plans that notices are about, those that the person may see."""
    plans = visible_plans(user).filter(pk__in=ids).only("ref", "title")
    return {plan.pk: Subject(str(plan), reverse("problems:overview", args=[plan.pk])) for plan in plans}


def actions_as_subjects(user: User, ids: Iterable[int]) -> dict[int, Subject]:
    """Actions that notices are about, those that the person may see."""
    actions = visible_actions(user).filter(pk__in=ids).select_related("plan")
    return {
        action.pk: Subject(f"{action.title} ({action.plan.ref})", reverse("problems:action", args=[action.pk]))
        for action in actions
    }
