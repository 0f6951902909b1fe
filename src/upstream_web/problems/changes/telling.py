"""Who is told of what happens to a plan. Called inside changes: a notice and its cause are one transaction."""

import datetime
from collections.abc import Iterable, Iterator

from django.db import transaction

from upstream_web.audit.changes import System, record
from upstream_web.notices.changes import notice, notify, settle
from upstream_web.notices.models import Notice
from upstream_web.people.models import User
from upstream_web.problems.access import access_to, supervisors_of
from upstream_web.problems.models import Action, Plan

Kind = Notice.Kind
DUE_WITHIN = datetime.timedelta(days=3)
"""How long before its day an action or a review is reminded of."""

OF_STEP = {"return": Kind.PLAN_RETURNED, "approve": Kind.PLAN_APPROVED}


def tell_of_step(*, plan: Plan, by: User, step: str) -> None:
    """A plan was submitted: its supervisors learn of it; it came back or was approved: its owner does."""
    if step == "submit":
        notify(notice(to=one, kind=Kind.PLAN_SUBMITTED, subject=plan) for one in _others(supervisors_of(plan), by))
    if step in (*OF_STEP, "withdraw"):
        settle(subject=plan, kinds=[Kind.PLAN_SUBMITTED])
    if step in OF_STEP:
        notify(notice(to=one, kind=OF_STEP[step], subject=plan) for one in _others([plan.owner], by))


def tell_new_owner(*, plan: Plan, by: User) -> None:
    """A plan was given to somebody."""
    notify(notice(to=one, kind=Kind.PLAN_GIVEN, subject=plan) for one in _others([plan.owner], by))


def tell_of_action(*, action: Action, by: User) -> None:
    """An action was given to somebody with an account."""
    owner = [action.owner] if action.owner else []
    notify(notice(to=one, kind=Kind.ACTION_GIVEN, subject=action) for one in _others(owner, by))


def tell_of_answer(*, action: Action) -> None:
    """Somebody without an account answered: the plan's owner learns of it."""
    notify([notice(to=action.plan.owner, kind=Kind.ACTION_ANSWERED, subject=action)])


def settle_action(*, action: Action) -> None:
    """An action is done or dropped: nobody need be reminded of it."""
    settle(subject=action, kinds=[Kind.ACTION_GIVEN, Kind.ACTION_DUE, Kind.ACTION_OVERDUE])


def settle_review(*, plan: Plan) -> None:
    """A review was held."""
    settle(subject=plan, kinds=[Kind.REVIEW_DUE])


def remind(*, on: datetime.date, by: System) -> int:
    """Remind people of what falls due and what is late, each of each once; how many notices that made.

    Safe to run twice: a notice has a key with the day that it reminds of, and the database keeps one of each.
    """
    had = set(Notice.objects.exclude(once="").values_list("once", flat=True))
    rows = [*_of_actions(on, had), *_of_reviews(on, had)]
    if rows:
        with transaction.atomic():
            notify(rows)
            record(by=by, action="notices.reminded", of=Notice(), details={"day": on, "notices": len(rows)})
    return len(rows)


def _of_actions(on: datetime.date, had: set[str]) -> Iterator[Notice]:
    due = Action.objects.open().filter(due_on__lte=on + DUE_WITHIN, owner__is_active=True)
    for action in due.exclude(plan__status__in=Plan.ENDED).select_related("owner", "plan__area"):
        late = action.due_on < on
        kind, word = (Kind.ACTION_OVERDUE, "overdue") if late else (Kind.ACTION_DUE, "due")
        once = f"action {action.pk} {word} {action.due_on}"
        if once in had:
            continue
        access = access_to(action.owner, action.plan)
        if Plan.Stage.RESPONSE in access.reads and access.sees(action.marking):
            yield notice(to=action.owner, kind=kind, subject=action, once=once)


def _of_reviews(on: datetime.date, had: set[str]) -> Iterator[Notice]:
    due = Plan.objects.filter(
        status__in=(Plan.Status.ACTIVE, Plan.Status.ASSESSING), next_review_on__lte=on + DUE_WITHIN
    )
    for plan in due.select_related("owner", "area"):
        once = f"review {plan.pk} due {plan.next_review_on}"
        if once in had:
            continue
        people = {one.pk: one for one in [*supervisors_of(plan), plan.owner] if one.is_active}
        for one in people.values():
            yield notice(to=one, kind=Kind.REVIEW_DUE, subject=plan, once=once)


def _others(people: Iterable[User], by: User) -> list[User]:
    return [one for one in people if one.pk != by.pk and one.is_active]
