"""Who had on their screen what is marked OFFICIAL-SENSITIVE: written before the page is shown."""

from collections.abc import Iterable

from upstream_web.audit.changes import Reading, record_readings
from upstream_web.people.models import User
from upstream_web.problems.models import Action, Marking, Note, Plan


def note_page(*, plan: Plan, by: User, shown: Iterable[Note | Action] = ()) -> None:
    """Record the plan when it is marked, and the notes and actions shown that are."""
    marked = [Reading("plan.read", plan)] if plan.marking == Marking.SENSITIVE else []
    marked += [_of_part(part, {}) for part in shown if part.marking == Marking.SENSITIVE]
    record_readings(by=by, readings=marked)


def note_plan_by_program(*, plan: Plan, by: User, program: str) -> None:
    """Record that a program read a plan that is marked."""
    if plan.marking == Marking.SENSITIVE:
        record_readings(by=by, readings=[Reading("plan.read", plan, details={"program": program})])


def note_actions_by_program(*, actions: Iterable[Action], by: User, program: str) -> None:
    """Record the actions that a program read: those that are marked, or whose plan is."""
    marked = [one for one in actions if Marking.SENSITIVE in (one.marking, one.plan.marking)]
    record_readings(by=by, readings=[_of_part(one, {"program": program}) for one in marked])


def _of_part(part: Note | Action, details: dict[str, str]) -> Reading:
    return Reading("note.read" if isinstance(part, Note) else "action.read", part, part.plan, details)
