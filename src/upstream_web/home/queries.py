"""What needs somebody's attention, from what they may see."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.utils import timezone

from upstream_web.measures import access as measures_access
from upstream_web.measures import queries as measures
from upstream_web.measures.presenters.pages import outside_limits
from upstream_web.people.access import Standing, standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import visible_actions, visible_plans
from upstream_web.problems.models import Action, Plan
from upstream_web.reports.access import reports_for_reading
from upstream_web.reports.models import Report
from upstream_web.reports.presenters import row, waiting_for
from upstream_web.signals.access import visible_signals
from upstream_web.signals.models import State

SHOWN = 10
SOON = datetime.timedelta(days=7)
PLAN_WORK = (Permission.PLAN_START, Permission.PLAN_SUPERVISE, Permission.PLAN_HUB)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rows that wait, cut at SHOWN, and how many there are."""

    rows: list[Any]
    count: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on a person's desk.

    actions : open actions of theirs, and of their organisation where nobody is named, by the day they are due
    late, soon : how many of those are overdue, and due within a week
    returned, drafts, overdue : their own plans that came back, are not sent yet, or whose review is late
    to_approve : plans sent to them as supervisor
    late_reviews : plans of others, in the area they answer for, whose review is late
    to_score : open plans that nobody has scored; empty for whoever is not the hub
    signals : new signals, for whoever decides on signals
    """

    actions: Waiting
    late: int
    soon: int
    returned: Waiting
    drafts: Waiting
    overdue: Waiting
    to_approve: Waiting
    late_reviews: Waiting
    to_score: Waiting
    signals: Waiting

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all waits."""
        lists = (self.actions, self.returned, self.drafts, self.overdue, self.to_approve, self.late_reviews)
        return not any(one.count for one in (*lists, self.to_score, self.signals))


def desk(user: User, every_action: bool = False) -> Desk:
    """The desk of a person; their actions cut at SHOWN, or all of them."""
    who, plans, today = standing(user), visible_plans(user), timezone.localdate()
    mine, related = plans.filter(owner=user).select_related("area"), plans.select_related("area", "owner")
    actions = list(_actions(user, who, today)[: None if every_action else SHOWN])
    every, late, soon = (actions[0].every, actions[0].late, actions[0].soon) if actions else (0, 0, 0)
    supervised = _within(related, who.paths(Permission.PLAN_SUPERVISE))
    led = _within(related.unscored().exclude(status=Plan.Status.DRAFT), who.paths(Permission.PLAN_HUB))
    return Desk(
        actions=Waiting(actions, every),
        late=late,
        soon=soon,
        returned=_waiting(mine.filter(status=Plan.Status.RETURNED)),
        drafts=_waiting(mine.filter(status=Plan.Status.DRAFT)),
        overdue=_waiting(mine.overdue().order_by("next_review_on")),
        to_approve=_waiting(supervised.filter(status=Plan.Status.SUBMITTED).order_by("opened_on", "id")),
        late_reviews=_waiting(supervised.overdue().exclude(owner=user).order_by("next_review_on", "id")),
        to_score=_waiting(led.order_by("opened_on", "id")),
        signals=_new_signals(user, who),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures that lie outside their limits, for whoever reads measures and works on no plans."""

    month: str
    label: str
    outside: list[dict[str, str]]


def figures_for(user: User) -> Figures | None:
    """What the newest figures ask attention for; `None` where there are none or plans are the person's work."""
    who = standing(user)
    if not who.allows(Permission.MEASURE_READ) or any(who.allows(one) for one in PLAN_WORK):
        return None
    newest = measures.newest_calculation()
    opened = measures_access.figures_for_reading(user, newest.month) if newest is not None else None
    if opened is None:
        return None
    return Figures(opened.month, opened.figures.month.label, outside_limits(opened)[:SHOWN])


def reports_for(user: User) -> dict[str, list[dict[str, Any]]]:
    """Reports that wait for the person, and the newest that are published."""
    newest = reports_for_reading(user).filter(state=Report.State.PUBLISHED).order_by("-month", "-id")[:3]
    return {"waiting": waiting_for(user), "newest": [row(one) for one in newest]}


def _new_signals(user: User, who: Standing) -> Waiting:
    if not who.allows(Permission.SIGNAL_DECIDE):
        return Waiting([], 0)
    return _waiting(visible_signals(user).filter(state=State.NEW).order_by("-harm_days", "id"))


def _actions(user: User, who: Standing, today: datetime.date) -> QuerySet[Action]:
    """Their open actions, each saying how many there are in all, late and soon: one query, however many are shown."""
    theirs = Q(owner__isnull=True, owner_email="", organisation__in=who.organisation_ids) & ~Q(
        organisation=F("plan__lead")
    )
    rows = visible_actions(user).open().filter(Q(owner=user) | theirs)
    counted = rows.annotate(
        every=Window(Count("pk")),
        late=Window(Count("pk", filter=Q(due_on__lt=today))),
        soon=Window(Count("pk", filter=Q(due_on__range=(today, today + SOON)))),
    )
    return counted.select_related("plan").order_by("due_on", "id")


def _waiting(plans: QuerySet[Any]) -> Waiting:
    rows = list(plans[: SHOWN + 1])
    return Waiting(rows[:SHOWN], plans.count() if len(rows) > SHOWN else len(rows))


def _within(plans: QuerySet[Plan], paths: tuple[str, ...]) -> QuerySet[Plan]:
    if not paths:
        return plans.none()
    below = Q()
    for path in paths:
        below |= Q(area__path__startswith=path)
    return plans.filter(below)
