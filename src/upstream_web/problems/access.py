"""Who may see and change which plan, and which part of it.

A plan is open to its team, to supervisors, the hub and readers of its area, and to organisations invited to it, each to
an extent by stage. What is marked OFFICIAL-SENSITIVE needs the permission too, or an invitation that says so. Absent
and forbidden look the same.
"""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from upstream_web.audit.models import AuditEvent
from upstream_web.audit.queries import READINGS, history_of
from upstream_web.people.access import Standing, path_covers, standing
from upstream_web.people.models import Membership, Organisation, Role, User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.places.queries import areas_with_plans
from upstream_web.problems.models import (
    Action,
    ActionUpdate,
    Draft,
    Invitation,
    Marking,
    Note,
    Plan,
    PlanFile,
    PublicSummary,
    Response,
    Slice,
)
from upstream_web.search.queries import Readable
from upstream_web.signals.access import visible_signals
from upstream_web.signals.models import Signal

STAGES = tuple(Plan.Stage.values)
READERS = (Permission.PLAN_SUPERVISE, Permission.PLAN_HUB, Permission.PLAN_SEE_AREA)


@dataclass(frozen=True, slots=True)
class PlanAccess:
    """What one person may do with one plan.

    reads, writes : stages that the person may read and write
    sensitive : whether the person sees what is marked OFFICIAL-SENSITIVE on it
    team, supervisor, hub : in which capacity; a partner is none of them
    partner : whether an invitation alone opens the plan, whatever its extent
    """

    reads: frozenset[str] = field(default_factory=frozenset)
    writes: frozenset[str] = field(default_factory=frozenset)
    sensitive: bool = False
    team: bool = False
    supervisor: bool = False
    hub: bool = False
    partner: bool = False

    @property
    def whole(self) -> bool:
        """Whether the person sees the whole plan, its history included: everybody but partners, even those who are
        invited to every stage."""
        return self.reads == frozenset(STAGES) and not self.partner

    def sees(self, marking: str) -> bool:
        """Whether the person may see something with this marking."""
        return self.sensitive or marking != Marking.SENSITIVE


def visible_plans(user: User) -> QuerySet[Plan]:
    """The plans that a person may see at all; every list, count and search starts from here."""
    who = standing(user)
    return Plan.objects.filter(_own(user, who) | _as_guest(who)) if who.memberships else Plan.objects.none()


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The plans of which a person sees what came of them.

    plans : all of them
    whole : those that the person reads whole; of the others they see no words and no small numbers
    """

    plans: QuerySet[Plan]
    whole: QuerySet[Plan]


def sees_results(user: User) -> bool:
    """Whether the person may open the portfolio: whoever works on plans, reads those of an area, or their results."""
    return any(standing(user).allows(one) for one in (*READERS, Permission.PLAN_START, Permission.PLAN_RESULTS))


def portfolio_open_to(user: User) -> Portfolio:
    """What came of plans: of those that the person reads whole, and of those of areas whose results they may see."""
    who = standing(user)
    whole = Plan.objects.filter(_own(user, who)) if who.memberships else Plan.objects.none()
    if not sees_results(user):
        raise PermissionDenied
    results = who.paths(Permission.PLAN_RESULTS)
    own = _own(user, who)
    for path in results:
        own |= Q(area__path__startswith=path) & ~Q(marking=Marking.SENSITIVE)
    return Portfolio(Plan.objects.filter(own), whole)


def plans_to_search(user: User) -> Readable:
    """The plans that a person reads whole, and by stage those that an invitation opens."""
    who = standing(user)
    if not who.memberships:
        return Readable(Plan.objects.none())
    parts = {stage: Plan.objects.filter(_as_guest(who, stage)) for stage in ("", *STAGES)}
    return Readable(Plan.objects.filter(_own(user, who)), parts)


def visible_actions(user: User) -> QuerySet[Action]:
    """The actions that a person may see: of plans whose response stage is open to them, as markings allow."""
    who = standing(user)
    if not who.memberships:
        return Action.objects.none()
    own = _own(user, who, "plan__")
    if not who.allows(Permission.SENSITIVE_READ):
        own &= ~Q(marking=Marking.SENSITIVE)
    return Action.objects.filter(own | _as_guest(who, Plan.Stage.RESPONSE, "plan__"))


def _own(user: User, who: Standing, of: str = "") -> Q:
    """Plans that a person reads whole: of their team, their own, of an area they read. `of` leads to the plan."""
    own = Q(**{f"{of}team__in": who.team_ids}) | Q(**{f"{of}owner": user.pk})
    for path in _reader_paths(who):
        own |= Q(**{f"{of}area__path__startswith": path})
    return own if who.allows(Permission.SENSITIVE_READ) else own & ~Q(**{f"{of}marking": Marking.SENSITIVE})


def _as_guest(who: Standing, stage: str = "", of: str = "") -> Q:
    """Plans that an invitation opens, at the stage where one is given; what is marked, by one that says so."""
    invited = Invitation.objects.current().filter(organisation__in=who.organisation_ids)
    if stage:
        invited = invited.exclude(**{stage: Invitation.Extent.NONE})
    plain = ~Q(marking=Marking.SENSITIVE) & ~Q(**{f"{of}marking": Marking.SENSITIVE})
    cleared = Q(**{f"{of}pk__in": invited.filter(sensitive=True).values("plan")})
    return cleared | (Q(**{f"{of}pk__in": invited.values("plan")}) & plain)


def _reader_paths(who: Standing) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for permission in READERS for path in who.paths(permission)))


def access_to(user: User, plan: Plan) -> PlanAccess:
    """What the person may do with the plan; an empty access where nothing."""
    who = standing(user)
    if not who.memberships:
        return PlanAccess()
    team = plan.team_id in who.team_ids or plan.owner_id == user.pk
    supervisor, hub, reader = (_covers(who, permission, plan) for permission in READERS)
    sensitive = who.allows(Permission.SENSITIVE_READ)
    if (team or supervisor or hub or reader) and (sensitive or plan.marking != Marking.SENSITIVE):
        writes = frozenset(STAGES) if team or supervisor else frozenset()
        return PlanAccess(frozenset(STAGES), writes, sensitive, team, supervisor, hub)
    return _as_partner(who, plan)


def plan_for_reading(user: User, pk: int) -> tuple[Plan, PlanAccess]:
    """A plan and what the person may do with it; 404 when it is absent or not open to them."""
    plan = Plan.objects.select_related("area", "owner", "team", "lead").filter(pk=pk).first()
    access = access_to(user, plan) if plan else PlanAccess()
    if plan is None or not access.reads:
        raise Http404
    return plan, access


def plan_for_editing(user: User, pk: int, stage: str) -> tuple[Plan, PlanAccess]:
    """The same for writing at a stage; refused with 403 when the person may only read it or the plan has ended."""
    plan, access = plan_for_reading(user, pk)
    if stage not in access.writes or not plan.is_open:
        raise PermissionDenied
    return plan, access


def plan_for_supervising(user: User, pk: int) -> tuple[Plan, PlanAccess]:
    """The same for those who answer for the plan's area."""
    plan, access = plan_for_reading(user, pk)
    if not access.supervisor:
        raise PermissionDenied
    return plan, access


def action_for_reading(user: User, pk: int) -> Action:
    """An action that the person may see."""
    action = visible_actions(user).select_related("plan", "organisation", "owner").filter(pk=pk).first()
    if action is None:
        raise Http404
    return action


def action_for_showing(user: User, pk: int) -> tuple[Action, PlanAccess, bool]:
    """An action that the person may see, and whether they may update it: one of a plan they write, their own, or one
    of their organisation where that is invited. Whoever only reads the plans of an area updates none of them."""
    action = Action.objects.select_related("plan__area", "plan__team", "organisation", "owner").filter(pk=pk).first()
    if action is None:
        raise Http404
    access = access_to(user, action.plan)
    if not access.reads or not access.sees(action.marking) or Plan.Stage.RESPONSE not in access.reads:
        raise Http404
    mine = action.owner_id == user.pk or _invited_to_work_on(action, standing(user))
    return action, access, mine or Plan.Stage.RESPONSE in access.writes


def _invited_to_work_on(action: Action, who: Standing) -> bool:
    if action.organisation_id not in who.organisation_ids:
        return False
    invited = action.plan.invitations.current().filter(organisation=action.organisation_id)
    return invited.exclude(response=Invitation.Extent.NONE).exists()


def action_for_working(user: User, pk: int) -> tuple[Action, PlanAccess]:
    """An action that the person may update."""
    action, access, may_update = action_for_showing(user, pk)
    if not may_update:
        raise PermissionDenied
    return action, access


def supervisors_of(plan: Plan) -> list[User]:
    """Who may approve the plan: whoever supervises its area today and may read its marking."""
    roles = [role.pk for role in Role.objects.all() if Permission.PLAN_SUPERVISE in role.permissions]
    rows = Membership.objects.current().filter(role__in=roles, user__is_active=True)
    users = {row.user_id: row.user for row in rows.select_related("user", "area", "team__area") if _reaches(row, plan)}
    return [user for user in users.values() if access_to(user, plan).supervisor]


def _reaches(row: Membership, plan: Plan) -> bool:
    return row.responsible_for is None or path_covers(row.responsible_for.path, plan.area)


def action_for_sending(user: User, pk: int) -> Action:
    """An action whose link the person may send: one of their own team's plan, or of a plan they supervise."""
    action, access = action_for_working(user, pk)
    if not (access.team or access.supervisor):
        raise PermissionDenied
    return action


def action_by_link(pk: int | str, email: str = "") -> Action | None:
    """An action that one-time links open, and that is still in the hands of whoever reads this address."""
    action = Action.objects.select_related("plan", "organisation").filter(pk=pk).first()
    if action is None or not action.takes_links or (email and email != action.owner_email.lower()):
        return None
    return action


def _covers(who: Standing, permission: Permission, plan: Plan) -> bool:
    return any(path_covers(path, plan.area) for path in who.paths(permission))


def _as_partner(who: Standing, plan: Plan) -> PlanAccess:
    rows = [
        row
        for row in plan.invitations.current().filter(organisation__in=who.organisation_ids)
        if row.sensitive or plan.marking != Marking.SENSITIVE
    ]
    reads = {stage for row in rows for stage in STAGES if getattr(row, stage) != Invitation.Extent.NONE}
    writes = {stage for row in rows for stage in STAGES if getattr(row, stage) == Invitation.Extent.WRITE}
    sensitive = any(row.sensitive for row in rows)
    return PlanAccess(frozenset(reads), frozenset(writes), sensitive=sensitive, partner=True)


def plan_for_sharing(user: User, pk: int) -> tuple[Plan, PlanAccess]:
    """The same for inviting partners: the plan's own team or its supervisor, while it is open."""
    plan, access = plan_for_reading(user, pk)
    if not (access.team or access.supervisor) or not plan.is_open:
        raise PermissionDenied
    return plan, access


def invitation_for_ending(user: User, plan_pk: int, pk: int) -> Invitation:
    """An invitation that the person may end."""
    plan, _ = plan_for_sharing(user, plan_pk)
    row = plan.invitations.current().select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def file_for_reading(user: User, plan_pk: int, pk: int) -> PlanFile:
    """A file of a plan that the person may read: whoever sees the whole plan, as far as its marking allows."""
    plan, access = plan_for_reading(user, plan_pk)
    row = plan.files.select_related("file").filter(pk=pk).first()
    if row is None or not access.whole or not access.sees(row.marking):
        raise Http404
    return row


def plan_for_counting(user: User, pk: int) -> tuple[Plan, PlanAccess]:
    """A plan whose records the person may have counted: its team or supervisor while it is open, never a partner."""
    plan, access = plan_for_reading(user, pk)
    if not access.whole or Plan.Stage.ANALYSIS not in access.writes or not plan.is_open:
        raise PermissionDenied
    return plan, access


def plan_for_assessing(user: User, pk: int) -> tuple[Plan, PlanAccess]:
    """A plan that the person may have assessed from records: its team or supervisor while it is open."""
    plan, access = plan_for_reading(user, pk)
    if not access.whole or Plan.Stage.ASSESSMENT not in access.writes or not plan.is_open:
        raise PermissionDenied
    return plan, access


def slice_for_reading(user: User, plan_pk: int, pk: int) -> tuple[Plan, PlanAccess, Slice]:
    """What was counted earlier, for those who see the whole plan; partners see the newest on the plan's own pages."""
    plan, access = plan_for_reading(user, plan_pk)
    row = plan.slices.select_related("made_by").filter(pk=pk).first()
    if row is None or not access.whole:
        raise Http404
    return plan, access, row


def history_open_to(plan: Plan, access: PlanAccess) -> QuerySet[AuditEvent]:
    """What was done to a plan; to its sensitive notes, files and actions only for those who may see them."""
    return _open_to(history_of(plan).exclude(READINGS), plan, access)


def readings_open_to(plan: Plan, access: PlanAccess) -> QuerySet[AuditEvent]:
    """Who read what of a plan, or took it out; the same of what."""
    return _open_to(history_of(plan).filter(READINGS), plan, access)


def marked_parts(plan: Plan, access: PlanAccess) -> list[Note | Action]:
    """The notes and actions marked OFFICIAL-SENSITIVE whose words the history and versions show the person."""
    notes = plan.notes.filter(marking=Marking.SENSITIVE) if access.sensitive else ()
    return [*notes, *marked_actions(plan, access)]


def marked_actions(plan: Plan, access: PlanAccess) -> list[Action]:
    """The actions marked OFFICIAL-SENSITIVE that a paper shows the person."""
    return list(plan.actions.filter(marking=Marking.SENSITIVE)) if access.sensitive else []


def _open_to(events: QuerySet[AuditEvent], plan: Plan, access: PlanAccess) -> QuerySet[AuditEvent]:
    if access.sensitive:
        return events
    hidden = Q()
    for rows in (plan.notes, plan.files, plan.actions):
        keys = [str(key) for key in rows.filter(marking=Marking.SENSITIVE).values_list("pk", flat=True)]
        hidden |= Q(object_type=rows.model._meta.label_lower, object_id__in=keys)
    files = plan.files.filter(marking=Marking.SENSITIVE).values_list("file_id", flat=True)
    hidden |= Q(object_type="files.storedfile", object_id__in=[str(key) for key in files])
    updates = ActionUpdate.objects.filter(action__plan=plan, action__marking=Marking.SENSITIVE)
    hidden |= Q(
        object_type="problems.actionupdate", object_id__in=[str(key) for key in updates.values_list("pk", flat=True)]
    )
    return events.exclude(hidden)


def area_for_meeting(user: User, code: str, *, must: bool = False) -> Area | None:
    """The area of a meeting's sheet; none where none is chosen. Whoever sees plans may make one of what they see."""
    if not standing(user).memberships:
        raise PermissionDenied
    area = areas_with_plans().filter(code=code).first() if code else None
    if area is None and (code or must):
        raise Http404
    return area


def published_summaries() -> QuerySet[PublicSummary]:
    """What anybody may read: approved, not withdrawn, of a plan that still may be public."""
    shown = PublicSummary.objects.filter(withdrawn_at__isnull=True, plan__marking=Marking.OFFICIAL)
    return (
        shown.filter(plan__status__in=PublicSummary.PUBLISHABLE)
        .select_related("plan__area")
        .order_by("-approved_at", "-id")
    )


def summary_for_public(ref: str) -> PublicSummary:
    """The public summary of a plan by its reference; 404 when there is none, whatever the reason."""
    row = published_summaries().filter(plan__ref=ref).first()
    if row is None:
        raise Http404
    return row


def signal_behind(user: User, plan: Plan) -> Signal | None:
    """The signal that the plan started from, where the person may read it."""
    if plan.started_from != Plan.StartedFrom.SIGNAL or not plan.started_from_ref.isdecimal():
        return None
    return visible_signals(user).filter(pk=int(plan.started_from_ref)).first()


def own_draft(user: User, form: str) -> Draft | None:
    """What the person typed in a form and has not saved."""
    return Draft.objects.filter(user=user, form=form).first()


def part_for_editing(user: User, pk: int, stage: str, kind: str, part: int | None) -> tuple[Plan, PlanAccess, Any]:
    """A line of a plan that the person may change; no line where a new one is to be added."""
    plan, access = plan_for_editing(user, pk, stage)
    if part is None:
        return plan, access, None
    rows = {"hypothesis": plan.hypotheses, "objective": plan.objectives, "response": plan.responses}[kind]
    row = rows.filter(pk=part).first()
    if row is None:
        raise Http404
    return plan, access, row


def response_for_editing(user: User, pk: int, part: int) -> tuple[Plan, PlanAccess, Response]:
    """A response of a plan that the person may change."""
    return part_for_editing(user, pk, Plan.Stage.RESPONSE, "response", part)


def organisations_on(plan: Plan) -> QuerySet[Organisation]:
    """The organisations that may have work in the plan: the lead and those invited today."""
    invited = plan.invitations.current().values("organisation")
    return Organisation.objects.filter(Q(pk=plan.lead_id) | Q(pk__in=invited)).order_by("name")


def people_on(plan: Plan) -> QuerySet[User]:
    """People with an account who may own an action: of the plan's team and of the organisations invited."""
    today = Membership.objects.current()
    invited = plan.invitations.current().values("organisation")
    members = today.filter(Q(team=plan.team) | Q(team__organisation__in=invited)).values("user")
    return User.objects.filter(is_active=True, pk__in=members).order_by("name")
