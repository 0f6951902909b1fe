"""The steps a plan may take, as one table."""

from dataclasses import dataclass

from upstream_web.problems.models import Plan

Status = Plan.Status


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from some statuses to another.

    key, words : its name and the words on its button
    sources : statuses it starts from
    target : status it ends in
    who : "team" (the plan's own team, or its supervisor) or "supervisor"
    comment_needed : whether it must say why
    """

    key: str
    words: str
    sources: tuple[str, ...]
    target: str
    who: str
    comment_needed: bool = False


TRANSITIONS = (
    Transition("submit", "Send to the supervisor", (Status.DRAFT, Status.RETURNED), Status.SUBMITTED, "team"),
    Transition(
        "return", "Return with comments", (Status.SUBMITTED,), Status.RETURNED, "supervisor", comment_needed=True
    ),
    Transition("approve", "Approve", (Status.SUBMITTED,), Status.ACTIVE, "supervisor"),
    Transition("assess", "Begin the assessment", (Status.ACTIVE,), Status.ASSESSING, "team"),
    Transition("adapt", "Adapt and go on", (Status.ASSESSING,), Status.ACTIVE, "supervisor", comment_needed=True),
    Transition("close", "Close", (Status.ASSESSING,), Status.CLOSED, "supervisor"),
    Transition("reopen", "Reopen", (Status.CLOSED, Status.WITHDRAWN), Status.ACTIVE, "supervisor", comment_needed=True),
    Transition(
        "withdraw",
        "Withdraw",
        (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.ACTIVE),
        Status.WITHDRAWN,
        "supervisor",
        comment_needed=True,
    ),
)
BY_KEY = {transition.key: transition for transition in TRANSITIONS}


def steps_from(status: str) -> tuple[Transition, ...]:
    """The steps that a plan in a status may take."""
    return tuple(transition for transition in TRANSITIONS if status in transition.sources)
