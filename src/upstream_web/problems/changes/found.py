"""What the engine made of the records is kept with its plan: one way for counts, designs and assessments."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import System, record
from upstream_web.people.models import User
from upstream_web.problems.changes.versions import locked
from upstream_web.problems.engine import Counted
from upstream_web.problems.models import Assessed, Design, Plan, Slice

Row = TypeVar("Row", Slice, Design, Assessed)


@transaction.atomic
def keep_found(
    *, kind: type[Row], plan: Plan, by: User | System, found: Counted, action: str,
    told: Mapping[str, Any] | None = None, **more: Any,
) -> Row:  # fmt: skip
    """Keep it as a new row; what was kept before stays. The plan's own words do not change, so it gets no new version.

    told : what the log says of the question; all of it unless given
    more : further fields of the row
    """
    plan = locked(Plan.objects, plan.pk)
    row = kind.objects.create(
        plan=plan,
        made_at=timezone.now(),
        made_by=by if isinstance(by, User) else None,
        asked=found.asked,
        data_versions=found.data_versions,
        engine_version=found.engine_version,
        **{"result": found.result, **found.summary, **more},
    )
    details = {"asked": found.asked, "versions": found.data_versions} if told is None else told
    record(by=by, action=action, of=row, parent=plan, details=details)
    return row
