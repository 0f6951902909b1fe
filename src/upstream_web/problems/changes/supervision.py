"""Reviews, scores and nominations."""

import datetime
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.people.models import User
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.changes.telling import settle_review
from upstream_web.problems.changes.versions import locked
from upstream_web.problems.models import AwardNomination, Plan, Review, Score
from upstream_web.problems.rubrics import judge


@transaction.atomic
def review(*, plan: Plan, by: User, text: str, next_on: datetime.date | None = None) -> Review:
    """Hold a review; the next is due after the plan's own number of days unless a day is set."""
    plan = locked(Plan.objects, plan.pk)
    today = timezone.localdate()
    next_on = next_on or today + datetime.timedelta(days=plan.review_every_days)
    row = Review.objects.create(plan=plan, due_on=plan.next_review_on, held_on=today, text=text, next_on=next_on, by=by)
    record(
        by=by,
        action="plan.reviewed",
        of=row,
        parent=plan,
        before={"next review": plan.next_review_on},
        after={"next review": next_on},
    )
    plan.next_review_on = next_on
    plan.save(update_fields=["next_review_on"])
    settle_review(plan=plan)
    return row


@transaction.atomic
def score(
    *, plan: Plan, by: User, access: PlanAccess, scorer: str, marks: Mapping[str, int], notes: Mapping[str, str]
) -> Score:
    """Score a plan. The plan shows the colour of the latest score by the hub or a supervisor, else its owner's own."""
    allowed = {
        Score.Scorer.SELF: access.team,
        Score.Scorer.SUPERVISOR: access.supervisor,
        Score.Scorer.HUB: access.hub,
    }
    if not allowed[Score.Scorer(scorer)]:
        raise PermissionDenied
    plan = locked(Plan.objects, plan.pk)
    found = judge(plan.kind, marks)
    row = Score.objects.create(
        plan=plan,
        rubric=plan.kind,
        scorer=scorer,
        marks=dict(marks),
        notes=dict(notes),
        total=found.total,
        colour=found.colour,
        capped_by=found.capped_by,
        at=timezone.now(),
        by=by,
    )
    others = plan.scores.exclude(scorer=Score.Scorer.SELF)
    shown = others.first() or row
    record(
        by=by,
        action="plan.scored",
        of=row,
        parent=plan,
        before={"colour": plan.colour},
        after={"colour": shown.colour},
        details={"by": scorer, "total": found.total},
    )
    plan.colour, plan.capped_by = shown.colour, shown.capped_by
    plan.save(update_fields=["colour", "capped_by"])
    return row


@transaction.atomic
def nominate(*, plan: Plan, by: User, award: str, summary: str, case: str) -> AwardNomination:
    """Put a plan forward for an award."""
    row = AwardNomination.objects.create(plan=plan, award=award, summary=summary, case=case, at=timezone.now(), by=by)
    record(by=by, action="plan.nominated", of=row, parent=plan, details={"award": award})
    return row
