"""What the public may read of a plan: approved by a supervisor, withdrawn at any time."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.people.models import User
from upstream_web.problems.changes.versions import locked
from upstream_web.problems.models import Marking, Plan, PublicSummary
from upstream_web.problems.public_words import told_by
from upstream_web.problems.queries import names_on


@transaction.atomic
def approve_summary(*, plan: Plan, by: User, title: str, text: str) -> PublicSummary:
    """Publish a title and summary in place of the ones before; refused where they tell too much."""
    plan = locked(Plan.objects, plan.pk)
    if plan.status not in PublicSummary.PUBLISHABLE or plan.marking != Marking.OFFICIAL:
        raise ValidationError("Only an approved plan that is marked OFFICIAL can have a public summary.")
    told = told_by(f"{title}\n{text}", names_on(plan))
    if told:
        raise ValidationError(
            [f"It has {one}. Say it so that nobody can be told from another: a few, some, the area." for one in told]
        )
    _withdraw(plan, by)
    row = PublicSummary.objects.create(plan=plan, title=title, text=text, approved_at=timezone.now(), approved_by=by)
    record(by=by, action="plan.public_summary_approved", of=row, parent=plan, after={"title": title, "text": text})
    return row


@transaction.atomic
def withdraw_summary(*, plan: Plan, by: User) -> None:
    """Take what the public reads off again."""
    plan = locked(Plan.objects, plan.pk)
    for row in _withdraw(plan, by):
        record(by=by, action="plan.public_summary_withdrawn", of=row, parent=plan)


def _withdraw(plan: Plan, by: User) -> list[PublicSummary]:
    rows = list(plan.public_summaries.filter(withdrawn_at__isnull=True))
    for row in rows:
        row.withdrawn_at, row.withdrawn_by = timezone.now(), by
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return rows
