"""The steps of a plan from status to status."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.people.models import User
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.changes.telling import tell_of_step
from upstream_web.problems.changes.versions import keep_version, locked
from upstream_web.problems.models import Plan, StatusRecord
from upstream_web.problems.queries import extent_of
from upstream_web.problems.questions import CHEERS
from upstream_web.problems.transitions import BY_KEY

Status = Plan.Status


@transaction.atomic
def take_step(*, plan: Plan, by: User, access: PlanAccess, step: str, comment: str = "") -> Plan:
    """Move a plan by a step of the table; refused, in words, when it is not one from here or the plan is not ready."""
    transition = BY_KEY[step]
    plan = locked(Plan.objects, plan.pk)
    if plan.status not in transition.sources:
        raise ValidationError(
            f"The plan is “{plan.get_status_display()}” now, so it cannot take the step “{transition.words}”."
        )
    allowed = access.supervisor or (transition.who == "team" and access.team)
    if not allowed:
        raise PermissionDenied
    if transition.comment_needed and not comment.strip():
        raise ValidationError("Say why, so that whoever reads it next understands.")
    missing = missing_for(plan, step)
    if missing:
        raise ValidationError([need.words for need in missing])
    before = plan.status
    plan.status = transition.target
    changed = _dates(plan, step, timezone.localdate())
    plan.save(update_fields=["status", *changed])
    StatusRecord.objects.create(
        plan=plan, transition=step, from_status=before, to_status=plan.status, comment=comment, at=timezone.now(), by=by
    )
    if step == "approve":
        plan.named_assessments.filter(locked_at__isnull=True).update(locked_at=timezone.now())
    record(
        by=by,
        action=f"plan.{step}",
        of=plan,
        before={"status": before},
        after={"status": plan.status},
        details=_said(comment),
    )
    tell_of_step(plan=plan, by=by, step=step)
    keep_version(plan=plan, by=by, why=transition.words)
    return plan


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a plan still needs before a step.

    words : what, as a sentence
    stage : the stage whose page has it
    """

    words: str
    stage: str


def missing_for(plan: Plan, step: str) -> list[Need]:
    """What a plan still needs before it may take the step; empty when it is ready."""
    needs: list[tuple[bool, str, str]] = []
    held = extent_of(plan, sensitive=True)
    if step in ("submit", "approve"):
        empty = len(set(CHEERS) - held.answered)
        needs = [
            (empty > 0, "scanning", f"Answer all six CHEERS questions: {empty} {'is' if empty == 1 else 'are'} empty."),
            ("why" not in held.answered, "analysis", "Say why it happens here: the analysis has no cause yet."),
            (not held.objectives, "response", "Add an objective: what will change, for whom, by when."),
            (not held.responses, "response", "Add a response: what will be done about a cause."),
            (
                not held.named,
                "assessment",
                "Name the assessment: the measure and comparison it will be judged by.",
            ),
        ]
    if step == "close":
        needs = [(not held.result, "assessment", "Write the result first: what happened, and the lesson.")]
    return [Need(words, stage) for needed, stage, words in needs if needed]


def _dates(plan: Plan, step: str, today: datetime.date) -> list[str]:
    if step == "approve":
        plan.approved_on = today
    if step in ("approve", "reopen", "adapt"):
        plan.next_review_on = today + datetime.timedelta(days=plan.review_every_days)
    plan.closed_on = today if plan.status in Plan.ENDED else None
    return ["approved_on", "next_review_on", "closed_on"]


def _said(comment: str) -> dict[str, Any]:
    return {"comment": comment} if comment else {}
