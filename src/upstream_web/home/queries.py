"""What needs somebody's attention, from the plans that they may see."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import visible_plans
from upstream_web.problems.models import Action, Plan

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on a person's desk, each list cut at SHOWN rows.

    actions : open actions of theirs, by the day they are due
    returned, overdue : their own plans that came back or whose review is late
    to_approve : plans sent to them as supervisor
    to_score : open plans that the hub has not scored; empty for others
    """

    actions: list[Action]
    returned: list[Plan]
    overdue: list[Plan]
    to_approve: list[Plan]
    to_score: list[Plan]


def desk(user: User) -> Desk:
    """The desk of a person."""
    who, plans = standing(user), visible_plans(user)
    mine = plans.filter(owner=user).select_related("area")
    related = plans.select_related("area", "owner")
    actions = Action.objects.open().filter(owner=user, plan__in=plans).select_related("plan").order_by("due_on", "id")
    supervised = _within(related.filter(status=Plan.Status.SUBMITTED), who.paths(Permission.PLAN_SUPERVISE))
    unscored = _within(related.unscored().exclude(status=Plan.Status.DRAFT), who.paths(Permission.PLAN_HUB))
    return Desk(
        actions=list(actions[:SHOWN]),
        returned=list(mine.filter(status=Plan.Status.RETURNED)[:SHOWN]),
        overdue=list(mine.overdue().order_by("next_review_on")[:SHOWN]),
        to_approve=supervised,
        to_score=unscored,
    )


def _within(plans: QuerySet[Plan], paths: tuple[str, ...]) -> list[Plan]:
    if not paths:
        return []
    below = Q()
    for path in paths:
        below |= Q(area__path__startswith=path)
    return list(plans.filter(below).order_by("opened_on", "id")[:SHOWN])
