"""What passes on when somebody moves: the open plans and actions that they own.

Whoever hands work over sees numbers, not titles: keeping people and teams opens no plan.
"""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from upstream_web.people.handover import Item
from upstream_web.people.models import User
from upstream_web.problems.access import access_to, visible_actions
from upstream_web.problems.changes.actions import change_action
from upstream_web.problems.changes.sharing import give_to
from upstream_web.problems.models import Action, Plan


class OwnedPlans:
    """Open plans of which the person is the owner."""

    key = "plans"

    def listed(self, *, user: User) -> Sequence[Item]:
        """The plans by number."""
        return [
            Item("Owner of a plan", plan.ref, reverse("problems:overview", args=[plan.pk])) for plan in _plans(user)
        ]

    def refusal(self, *, user: User, to: User) -> str:
        """An owner works on the plan, so it must be open to them: their team's, their area's, their organisation's."""
        closed = [plan.ref for plan in _plans(user) if not access_to(to, plan).writes]
        return f"{to} could not work on {', '.join(closed)}: put them in a team that may first." if closed else ""

    def pass_on(self, *, user: User, to: User, by: User) -> int:
        """Each plan gets its new owner."""
        rows = list(_plans(user))
        for plan in rows:
            give_to(plan=plan, owner=to, by=by)
        return len(rows)


class OwnedActions:
    """Open actions that the person is to do."""

    key = "actions"

    def listed(self, *, user: User) -> Sequence[Item]:
        """The actions by the day they are due."""
        rows = _actions(user)
        return [
            Item("Owner of an action", f"{row.plan.ref}/{row.number}", reverse("problems:action", args=[row.pk]))
            for row in rows
        ]

    def refusal(self, *, user: User, to: User) -> str:
        """An action must be open to whoever is to do it, once the plans have passed on."""
        plans = {plan.pk for plan in _plans(user)}
        seen = set(visible_actions(to).filter(pk__in=_actions(user)).values_list("pk", flat=True))
        closed = sum(1 for row in _actions(user) if row.pk not in seen and row.plan_id not in plans)
        return (
            f"{to} could not see {closed} of the actions: invite their organisation, or choose another."
            if closed
            else ""
        )

    def pass_on(self, *, user: User, to: User, by: User) -> int:
        """Each action gets its new owner."""
        rows = list(_actions(user))
        for row in rows:
            change_action(action=row, by=by, based_on=row.version, owner=to)
        return len(rows)


def _plans(user: User) -> QuerySet[Plan]:
    return Plan.objects.open().filter(owner=user).select_related("area", "team").order_by("ref")


def _actions(user: User) -> QuerySet[Action]:
    return Action.objects.open().filter(owner=user).select_related("plan").order_by("due_on", "id")
