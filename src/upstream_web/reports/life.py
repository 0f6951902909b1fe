"""The life of a report: every legal step, who may take it, and what stands in its way."""

from dataclasses import dataclass

from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.reports.models import Report

State = Report.State


@dataclass(frozen=True, slots=True)
class Move:
    """A step from one state to another.

    says : whether a reason must be given
    """

    action: str
    label: str
    from_state: State
    to_state: State
    permission: Permission
    says: bool = False


MOVES = (
    Move("submit", "Send for review", State.DRAFT, State.IN_REVIEW, Permission.COMMENTARY_WRITE),
    Move("return", "Return to draft", State.IN_REVIEW, State.DRAFT, Permission.REPORT_REVIEW, says=True),
    Move("agree", "Agree, as reviewer", State.IN_REVIEW, State.IN_REVIEW, Permission.REPORT_REVIEW),
    Move("sign_off", "Sign off", State.IN_REVIEW, State.SIGNED_OFF, Permission.REPORT_PUBLISH),
    Move("reopen", "Return to draft", State.SIGNED_OFF, State.DRAFT, Permission.REPORT_PUBLISH, says=True),
    Move("publish", "Publish", State.SIGNED_OFF, State.PUBLISHED, Permission.REPORT_PUBLISH),
    Move("supersede", "Withdraw", State.PUBLISHED, State.SUPERSEDED, Permission.REPORT_PUBLISH, says=True),
)
DONE = {
    "begin": "Begun",
    "submit": "Sent for review",
    "return": "Returned to draft",
    "agree": "Agreed, as reviewer",
    "sign_off": "Signed off",
    "reopen": "Returned to draft",
    "publish": "Published",
    "supersede": "Superseded",
}


def move(action: str) -> Move | None:
    """The step of that name."""
    return next((one for one in MOVES if one.action == action), None)


def moves_of(report: Report, person: User) -> list[Move]:
    """The steps that the person's roles allow from here."""
    own = standing(person)
    return [one for one in MOVES if one.from_state == report.state and own.allows(one.permission)]


def obstacles(report: Report, person: User, chosen: Move) -> list[str]:
    """What stands in the way of a step that the person's roles allow; empty when they may take it."""
    checks = {"submit": _to_submit, "agree": _to_agree, "sign_off": _to_sign_off}
    return checks[chosen.action](report, person) if chosen.action in checks else []


def _round(report: Report, action: str) -> list[int]:
    """Who took a step since the report was last sent for review."""
    steps = list(report.steps.all())
    last = max((place for place, step in enumerate(steps) if step.action == "submit"), default=0)
    return [step.by_id for step in steps[last:] if step.action == action]


def _to_submit(report: Report, person: User) -> list[str]:
    return [] if report.digest else ["Its files have not been made yet."]


def _to_agree(report: Report, person: User) -> list[str]:
    found = []
    if person.pk in _round(report, "submit"):
        found.append("You sent it for review: another person reviews it.")
    if person.pk in _round(report, "agree"):
        found.append("You have agreed already.")
    return found


def _to_sign_off(report: Report, person: User) -> list[str]:
    found = []
    reviewers = _round(report, "agree")
    if not reviewers:
        found.append("No reviewer has agreed yet.")
    elif set(reviewers) == {person.pk}:
        found.append("You reviewed it: another person signs it off.")
    waiting = sum(1 for finding in report.findings.all() if not finding.answer)
    if waiting:
        found.append(
            f"{waiting} finding{'s' if waiting > 1 else ''} of the check {'are' if waiting > 1 else 'is'} not answered."
        )
    return found
