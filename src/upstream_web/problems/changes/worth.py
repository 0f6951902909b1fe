"""What the worth of a plan is to assume."""

from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.people.models import User
from upstream_web.problems.changes.versions import locked
from upstream_web.problems.models import Plan, WorthAssumed

KEPT_OUT = ("id", "plan", "made_at", "made_by")


@transaction.atomic
def assume_worth(*, plan: Plan, by: User, **values: Any) -> WorthAssumed:
    """Say what the worth is to assume; what was said before stays. What was found does not change, nor the plan's own
    words, so it gets no new version."""
    plan = locked(Plan.objects, plan.pk)
    held = plan.worth_assumed.first()
    row = WorthAssumed.objects.create(plan=plan, made_at=timezone.now(), made_by=by, **values)
    before = _said(held) if held else {}
    record(by=by, action="plan.worth_assumed", of=row, parent=plan, before=before, after=_said(row))
    return row


def _said(row: WorthAssumed) -> dict[str, Any]:
    """What a row says, its parts in words so that the history can show them."""
    parts = {
        "cashable": [f"{bearer} {share:g}" for bearer, share in row.cashable.items()],
        "unit_parts": [f"{bearer} {pounds:g}" for bearer, pounds in row.unit_parts.items()],
        "beside": list(row.beside),
    }
    return model_to_dict(row, exclude=KEPT_OUT) | parts
