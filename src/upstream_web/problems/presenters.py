"""Words, tags and links for the pages of plans: data, never HTML."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from upstream.reports.document import Document, Facts, Section
from upstream.reports.spreadsheet import as_plain_text
from upstream_web.measures.presenters.blocks import block
from upstream_web.notices.subjects import Subject
from upstream_web.people.models import User
from upstream_web.problems.access import PlanAccess, visible_actions, visible_plans
from upstream_web.problems.models import Action, Answer, Marking, Plan
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
    """The steps that this person may take with the plan now."""
    return [
        transition
        for transition in steps_from(plan.status)
        if access.supervisor or (transition.who == "team" and access.team)
    ]


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


def compared(old: dict[str, Any], new: dict[str, Any], *, sensitive: bool) -> list[dict[str, Any]]:
    """What differs between two versions, part by part; sensitive lines only for those who may see them."""
    rows = []
    for part in new:
        before, after = old.get(part, {}), new[part]
        if part == "plan":
            before, after = {"": before}, {"": after}
        for key in sorted({*before, *after}):
            was, now = before.get(key) or {}, after.get(key) or {}
            if not sensitive and Marking.SENSITIVE in (was.get("marking"), now.get("marking")):
                continue
            for name in sorted({*was, *now}):
                if was.get(name) != now.get(name):
                    rows.append({"part": part, "key": key, "field": name, "old": was.get(name), "new": now.get(name)})
    return rows


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
