"""Plans and actions for programs: the same access as the pages."""

import datetime
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import ConfigDict, Field, StringConstraints

from upstream_web.places.queries import areas_with_plans
from upstream_web.problems.access import (
    action_for_reading,
    action_for_working,
    plan_for_reading,
    visible_actions,
    visible_plans,
)
from upstream_web.problems.changes.actions import update_action
from upstream_web.problems.changes.readings import note_actions_by_program, note_plan_by_program
from upstream_web.problems.changes.versions import EditClash
from upstream_web.problems.models import Action, Plan
from upstream_web.problems.queries import PlanFilter, filtered
from upstream_web.programs.errors import REFUSALS, Problem
from upstream_web.programs.models import Scope
from upstream_web.programs.paging import PageOf, Paging, paged
from upstream_web.programs.preconditions import etag, version_in
from upstream_web.programs.tokens import TokenFor

plans_router, actions_router = Router(tags=["Plans"]), Router(tags=["Actions"])
NO_VERSION = "Say which version of the action you read: here, or its ETag in the header If-Match."
OVERTAKEN = "Somebody changed the action since you read it. Nothing was written; it stands as in “present”."
MOST = 2**31 - 1
Id = Annotated[int, Field(ge=1, le=MOST)]
Line = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]
IfMatch = Annotated[str, StringConstraints(max_length=500)]
Text = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]


class PlanRow(Schema):
    """A plan as lists show it."""

    id: int
    ref: str
    title: str
    area: str
    area_name: str
    place: str
    team: str
    owner: str
    lead: str
    kind: Plan.Kind
    size: Plan.Size
    stage: Plan.Stage
    status: Plan.Status
    marking: str
    colour: str
    capped_by: str
    opened_on: datetime.date
    approved_on: datetime.date | None
    closed_on: datetime.date | None
    next_review_on: datetime.date | None
    overdue: bool
    version: int
    changed_at: datetime.datetime


class PlanWhole(PlanRow):
    """A plan as its first page shows it."""

    problem: str
    crime_types: list[str]
    period_from: datetime.date | None
    period_to: datetime.date | None
    priority: str
    public_summary: str
    review_every_days: int
    reads: list[str]


class PlanPage(PageOf):
    rows: list[PlanRow]


class ActionRow(Schema):
    """An action."""

    id: int
    plan: int
    plan_ref: str
    number: int
    title: str
    details: str
    organisation: str
    owner: str
    due_on: datetime.date
    state: Action.State
    overdue: bool
    blocker: str
    done_on: datetime.date | None
    marking: str
    version: int


class ActionPage(PageOf):
    rows: list[ActionRow]


class ActionUpdateIn(Schema):
    """How an action goes."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[
        Id | None,
        Field(description="The action's version that you read; an older one is refused. Or send If-Match."),
    ] = None
    state: Action.State
    text: Annotated[Text, Field(description="What happened.")] = ""
    blocker: Annotated[Text, Field(description="What stands in the way; needed when it is blocked.")] = ""


class Overtaken(Problem):
    """Somebody changed the action since it was read; nothing was written."""

    present: ActionRow


class PlansAsked(Paging):
    show: Literal["open", "overdue", "unscored", "closed", "all"] = "open"
    area: Annotated[Line, Field(description="Code of an area; those below it count too.")] = ""
    status: Plan.Status | None = None
    stage: Plan.Stage | None = None
    colour: Plan.Colour | None = None
    kind: Plan.Kind | None = None
    words: Annotated[Line, Field(description="All of them in title, reference, place or problem.")] = ""


class ActionsAsked(Paging):
    show: Literal["open", "overdue", "all"] = "open"
    mine: Annotated[bool, Field(description="Only those of the token's owner.")] = False


@plans_router.get("", response={200: PlanPage, **REFUSALS}, auth=TokenFor(Scope.PLANS_READ), summary="List plans")
def list_plans(request: HttpRequest, asked: Query[PlansAsked]) -> dict[str, Any]:
    """The plans that are open to the token's owner, newest first."""
    area = areas_with_plans().filter(code=asked.area).first() if asked.area else None
    if asked.area and area is None:
        raise HttpError(404, f"No area has the code “{asked.area}”.")
    narrowed = {name: getattr(asked, name) or "" for name in ("status", "stage", "colour", "kind")}
    by = PlanFilter(show=asked.show, area=area, words=asked.words, **narrowed)
    found = paged(request, filtered(visible_plans(request.user), by), asked)
    return found | {"rows": [_plan(plan) for plan in found["rows"]]}


@plans_router.get(
    "/{id}", response={200: PlanWhole, **REFUSALS}, auth=TokenFor(Scope.PLANS_READ), summary="Read a plan"
)
def read_plan(
    request: HttpRequest,
    response: HttpResponse,
    id: Id,  # noqa: A002  the name in the address
) -> dict[str, Any]:
    """One plan. `reads` names the stages that are open to the token's owner."""
    plan, access = plan_for_reading(request.user, id)
    note_plan_by_program(plan=plan, by=request.user, program=request.auth.name)
    fields = (
        "problem", "crime_types", "period_from", "period_to", "priority", "public_summary", "review_every_days",
    )  # fmt: skip
    body = _plan(plan) | {name: getattr(plan, name) for name in fields} | {"reads": sorted(access.reads)}
    response["ETag"] = etag(body)
    return body


@plans_router.get(
    "/{id}/actions",
    response={200: ActionPage, **REFUSALS},
    auth=TokenFor(Scope.ACTIONS_READ),
    summary="List the actions of a plan",
)
def list_actions_of_plan(request: HttpRequest, id: Id, asked: Query[Paging]) -> dict[str, Any]:  # noqa: A002
    """Every action of a plan that is open to the token's owner, by the day it is due."""
    plan, _ = plan_for_reading(request.user, id)
    return _actions(request, visible_actions(request.user).filter(plan=plan), asked)


@actions_router.get(
    "", response={200: ActionPage, **REFUSALS}, auth=TokenFor(Scope.ACTIONS_READ), summary="List actions"
)
def list_actions(request: HttpRequest, asked: Query[ActionsAsked]) -> dict[str, Any]:
    """The actions that are open to the token's owner, by the day they are due."""
    rows = visible_actions(request.user)
    rows = {"open": rows.open, "overdue": rows.overdue, "all": rows.all}[asked.show]()
    return _actions(request, rows.filter(owner=request.user) if asked.mine else rows, asked)


@actions_router.get(
    "/{id}", response={200: ActionRow, **REFUSALS}, auth=TokenFor(Scope.ACTIONS_READ), summary="Read an action"
)
def read_action(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:  # noqa: A002
    """One action."""
    return _read(request, response, id)


@actions_router.post(
    "/{id}/updates",
    response={201: ActionRow, 409: Overtaken, 412: Overtaken, **REFUSALS},
    auth=TokenFor(Scope.ACTIONS_WRITE),
    summary="Say how an action goes",
)
def add_update(
    request: HttpRequest,
    response: HttpResponse,
    id: Id,  # noqa: A002
    said: ActionUpdateIn,
    if_match: Annotated[IfMatch | None, Header(alias="If-Match")] = None,
) -> Status:
    """Write an update under the name of the token's owner; the answer is the action as it then stands.

    Name the version that you read: its number in `version`, or the action's ETag in the header If-Match. When somebody
    changed the action since, nothing is written: the answer is 409 (412 by If-Match), with the action as it stands in
    `present`. Look at it, and send again with its version if the update still holds.
    """
    action, _ = action_for_working(request.user, id)
    name = f"{request.user.name}, by the program “{request.auth.name}”"[:120]
    sent = said.dict(exclude={"version"})
    named = {said.version, None if if_match is None else version_in(if_match, action.version)} - {None}
    if not named:
        raise ValidationError({"version": NO_VERSION})
    try:
        update_action(
            action=action, by=request.user, by_name=name, based_on=named.pop() if len(named) == 1 else 0, **sent
        )
    except EditClash:
        present = _read(request, response, id)
        return Status(409 if if_match is None else 412, {"title": OVERTAKEN, "faults": [], "present": present})
    return Status(201, _read(request, response, id))


def _actions(request: HttpRequest, rows: Any, asked: Paging) -> dict[str, Any]:
    found = paged(request, rows.select_related("plan", "organisation", "owner").order_by("due_on", "id"), asked)
    note_actions_by_program(actions=found["rows"], by=request.user, program=request.auth.name)
    return found | {"rows": [_action(action) for action in found["rows"]]}


def _read(request: HttpRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    action = action_for_reading(request.user, pk)
    note_actions_by_program(actions=[action], by=request.user, program=request.auth.name)
    body = _action(action)
    response["ETag"] = etag(body)
    return body


def _plan(plan: Plan) -> dict[str, Any]:
    same = (
        "id", "ref", "title", "place", "kind", "size", "stage", "status", "marking", "colour", "capped_by",
        "opened_on", "approved_on", "closed_on", "next_review_on", "version", "changed_at",
    )  # fmt: skip
    return {name: getattr(plan, name) for name in same} | {
        "area": plan.area.code,
        "area_name": plan.area.name,
        "team": plan.team.name,
        "owner": plan.owner.name,
        "lead": plan.lead.name,
        "overdue": plan.is_overdue,
    }


def _action(action: Action) -> dict[str, Any]:
    same = ("id", "number", "title", "details", "due_on", "state", "blocker", "done_on", "marking", "version")
    return {name: getattr(action, name) for name in same} | {
        "plan": action.plan_id,
        "plan_ref": action.plan.ref,
        "organisation": action.organisation.name,
        "owner": action.owner.name if action.owner else action.owner_name,
        "overdue": action.is_overdue,
    }
