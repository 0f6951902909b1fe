"""Papers taken out of the platform: who took which, and when."""

from django.db import transaction

from upstream_web.audit.changes import record
from upstream_web.people.models import User
from upstream_web.places.models import Area
from upstream_web.problems.models import Plan


@transaction.atomic
def note_paper(*, plan: Plan, by: User, kind: str, marking: str) -> None:
    """Note that a paper of a plan was taken out as a file."""
    record(by=by, action="plan.paper_taken", of=plan, details={"paper": kind, "marking": marking})


@transaction.atomic
def note_meeting_sheet(*, area: Area, by: User) -> None:
    """Note that the sheet of a partnership meeting was taken out as a file."""
    record(by=by, action="plan.meeting_sheet_taken", of=area)


@transaction.atomic
def note_list(*, by: User, kind: str, plans: int, marked: int) -> None:
    """Note that a list of plans was taken out as a file, and how much of it is marked OFFICIAL-SENSITIVE."""
    whole = Plan(title="List of plans")
    record(by=by, action="plan.list_taken", of=whole, details={"as": kind, "plans": plans, "marked": marked})
