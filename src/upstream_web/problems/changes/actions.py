"""Actions: adding, changing, doing them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.forms.models import model_to_dict
from django.utils import timezone

from upstream_web.audit.changes import System, record
from upstream_web.people.links import Holder
from upstream_web.people.models import User
from upstream_web.problems import tasks
from upstream_web.problems.changes.telling import settle_action, tell_of_action, tell_of_answer
from upstream_web.problems.changes.versions import Clash, EditClash, keep_version, locked, refuse_clash
from upstream_web.problems.models import Action, ActionUpdate, Plan
from upstream_web.search.changes import index

State = Action.State


@transaction.atomic
def add_action(*, plan: Plan, by: User, **values: Any) -> Action:
    """Add an action to a plan."""
    plan = locked(Plan.objects, plan.pk)
    number = (plan.actions.aggregate(last=Max("number"))["last"] or 0) + 1
    action = Action.objects.create(plan=plan, number=number, **values)
    index(of=action, texts=action.searched())
    record(by=by, action="plan.action_added", of=action, parent=plan, after=_values(action))
    tell_of_action(action=action, by=by)
    keep_version(plan=plan, by=by, why=f"Action {number} added")
    return action


@transaction.atomic
def change_action(*, action: Action, by: User, based_on: int, **values: Any) -> Action:
    """Change what an action says; refused when somebody else changed it meanwhile."""
    plan = locked(Plan.objects, action.plan_id)
    action = locked(Action.objects, action.pk)
    before = _values(action)
    if action.version != based_on:
        refuse_clash(action, values)
    for name, value in values.items():
        setattr(action, name, value)
    action.version += 1
    action.save()
    index(of=action, texts=action.searched())
    record(by=by, action="plan.action_changed", of=action, parent=plan, before=before, after=_values(action))
    if action.owner_id != before["owner"]:
        tell_of_action(action=action, by=by)
    keep_version(plan=plan, by=by, why=f"Action {action.number} changed")
    return action


@transaction.atomic
def update_action(
    *,
    action: Action,
    by: User | Holder | System,
    text: str,
    state: str,
    by_name: str = "",
    blocker: str = "",
    based_on: int | None = None,
) -> ActionUpdate:
    """Say how an action goes. Somebody without an account, who came by an e-mailed link, is named in `by_name`.

    based_on : the version that the writer saw; when it is no longer the newest, nothing is written (`EditClash`)
    """
    plan = locked(Plan.objects, action.plan_id)
    action = locked(Action.objects, action.pk)
    if based_on is not None and action.version != based_on:
        raise EditClash((Clash("state", action.state, state, action.version),))
    if state == State.BLOCKED and not blocker.strip():
        raise ValidationError({"blocker": "Say what stands in the way, so that somebody can move it."})
    if not plan.is_open:
        raise ValidationError("The plan has ended, so its actions can no longer change.")
    before = _values(action)
    action.state = state
    action.blocker = blocker if state == State.BLOCKED else ""
    action.done_on = timezone.localdate() if state == State.DONE else None
    action.version += 1
    action.save()
    update = ActionUpdate.objects.create(
        action=action,
        text=text,
        state=state,
        at=timezone.now(),
        by=by if isinstance(by, User) else None,
        by_name=by_name or by.name,
    )
    record(
        by=by,
        action="plan.action_updated",
        of=action,
        parent=plan,
        before=before,
        after=_values(action),
        details={"said": text},
    )
    if state in (State.DONE, State.DROPPED):
        settle_action(action=action)
    if by.pk is None:
        tell_of_answer(action=action)
    keep_version(
        plan=plan, by=by if isinstance(by, User) else None, why=f"Action {action.number}: {action.get_state_display()}"
    )
    return update


@transaction.atomic
def send_action_link(*, action: Action, by: User) -> None:
    """E-mail a one-time link to whoever does the action and has no account."""
    if not action.takes_links:
        raise ValidationError(
            "No link opens this action: it needs an e-mail address of somebody without an account, an open plan, "
            "and neither plan nor action marked OFFICIAL-SENSITIVE."
        )
    record(by=by, action="plan.action_link_sent", of=action, parent=action.plan, details={"to": action.owner_email})
    transaction.on_commit(lambda: tasks.send_action_link.enqueue(action.pk, by.pk))


def _values(action: Action) -> dict[str, Any]:
    return model_to_dict(action, exclude=["id", "plan", "version", "reminded_on"])
