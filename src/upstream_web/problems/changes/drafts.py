"""Drafts: what is typed and not yet saved. They are nobody else's and no part of the plan, so they are not audited."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.audit.retention import kept_for
from upstream_web.people.models import User
from upstream_web.problems.models import Draft


def keep_draft(*, by: User, form: str, data: Mapping[str, Any]) -> Draft:
    """Keep what was typed in a form."""
    row, _ = Draft.objects.update_or_create(
        user=by, form=form, defaults={"data": dict(data), "saved_at": timezone.now()}
    )
    return row


def drop_draft(*, by: User, form: str) -> None:
    """Forget it, once it is saved."""
    Draft.objects.filter(user=by, form=form).delete()


@transaction.atomic
def forget_drafts(*, by: Any) -> int:
    """Delete drafts that nobody went on with; how many. What they said goes with them and stands nowhere else."""
    count, _ = Draft.objects.filter(saved_at__lt=timezone.now() - kept_for("drafts")).delete()
    if count:
        record(
            by=by,
            action="draft.forgotten",
            of=Draft(user=User(name="everybody"), form="drafts"),
            details={"drafts": count},
        )
    return count
