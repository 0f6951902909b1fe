"""Reads shaped for the pages of plans. Each takes the plans that the person may see: nothing hidden is counted."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Count, Exists, F, Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.forms.models import model_to_dict
from django.utils import timezone

from upstream_web.people.models import Membership, Organisation, Team, User
from upstream_web.places.models import Area
from upstream_web.places.queries import places_to_compare
from upstream_web.problems.models import (
    Action,
    Assessed,
    Hypothesis,
    Marking,
    NamedAssessment,
    Objective,
    Plan,
    Response,
    Result,
    WorthAssumed,
)


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a list of plans is narrowed to; empty fields narrow nothing.

    show : "open", "overdue", "drifting", "unscored", "mine", "closed" or "all"
    team : whose plans are shown
    person : whose plans "mine" are
    """

    show: str = "open"
    area: Area | None = None
    team: Team | None = None
    status: str = ""
    stage: str = ""
    colour: str = ""
    kind: str = ""
    words: str = ""
    person: User | None = None


def filtered(plans: QuerySet[Plan], by: PlanFilter) -> QuerySet[Plan]:
    """The plans that a filter leaves, newest first."""
    shown = {
        "open": plans.open,
        "overdue": plans.overdue,
        "mine": lambda: plans.open().filter(owner=by.person),
        "drifting": lambda: plans.open().filter(changed_at__lt=_drift()),
        "unscored": plans.unscored,
        "closed": lambda: plans.filter(status__in=Plan.ENDED),
        "all": plans.all,
    }[by.show]()
    if by.area:
        shown = shown.filter(area__path__startswith=by.area.path)
    for name in ("team", "status", "stage", "colour", "kind"):
        if getattr(by, name):
            shown = shown.filter(**{name: getattr(by, name)})
    for word in by.words.split()[:8]:
        shown = shown.filter(
            Q(title__icontains=word) | Q(ref__icontains=word) | Q(place__icontains=word) | Q(problem__icontains=word)
        )
    return shown.select_related("area", "team", "owner", "lead").order_by("-opened_on", "-id")


def similar_plans(plans: QuerySet[Plan], *, area: Area, crime_types: Iterable[str], title: str) -> list[Plan]:
    """Up to eight plans like a new one, ended ones and failures included: crime types, words of the title, near by.

    Each has `likeness`, the words for why it is shown.
    """
    wanted, words = set(crime_types), {word.lower() for word in title.split() if len(word) > 3}
    rows = []
    for plan in plans.select_related("area", "team").order_by("-opened_on", "-id")[:2000]:
        reasons = []
        shared = wanted & set(plan.crime_types)
        if shared:
            reasons.append(f"same crime type: {', '.join(sorted(shared))}")
        alike = words & {word.lower() for word in f"{plan.title} {plan.place}".split()}
        if alike:
            reasons.append(f"same words: {', '.join(sorted(alike))}")
        if not reasons:
            continue
        near = plan.area.path.startswith(area.path) or area.path.startswith(plan.area.path)
        if near:
            reasons.append("same area")
        plan.likeness = "; ".join(reasons)
        rows.append((2 * len(shared) + len(alike) + near, plan))
    rows.sort(key=lambda row: -row[0])
    return [plan for _, plan in rows[:8]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How open plans of a place or team stand.

    name : of the area or team, "All" for the whole
    code : what a list of plans is narrowed to it by; empty for the whole
    open, red, amber, green, unscored, overdue, drifting : counts of plans; drifting is unchanged for DRIFT_DAYS
    """

    name: str
    code: str | int
    open: int
    red: int
    amber: int
    green: int
    unscored: int
    overdue: int
    drifting: int


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a plan is written.

    answered : questions answered in words, by key
    hypotheses, objectives, responses, actions, overdue : counts; actions only those that the person may see
    named, result : whether the assessment is named, and its result written
    """

    answered: frozenset[str]
    hypotheses: int
    objectives: int
    responses: int
    actions: int
    overdue: int
    named: bool
    result: bool


def extent_of(plan: Plan, *, sensitive: bool) -> Extent:
    """How much of a plan is written; sensitive actions are counted only for those who may see them."""
    actions = Action.objects.all() if sensitive else Action.objects.exclude(marking=Marking.SENSITIVE)
    counts = {
        "hypotheses": _number_of(Hypothesis.objects.all()),
        "objectives": _number_of(Objective.objects.all()),
        "responses": _number_of(Response.objects.all()),
        "actions": _number_of(actions),
        "overdue": _number_of(actions.overdue()),
        "named": Exists(NamedAssessment.objects.filter(plan=OuterRef("pk"))),
        "result": Exists(Result.objects.filter(plan=OuterRef("pk"))),
    }
    # the plan has fields of some of these names already
    row = Plan.objects.filter(pk=plan.pk).values(**{f"of_{name}": count for name, count in counts.items()}).get()
    answers = plan.answers.values_list("question", "text")
    answered = frozenset(question for question, text in answers if text.strip())
    return Extent(answered=answered, **{name: row[f"of_{name}"] for name in counts})


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many of some rows a plan has."""
    of_plan = rows.filter(plan=OuterRef("pk")).order_by().values("plan").annotate(number=Count("pk"))
    return Coalesce(Subquery(of_plan.values("number")), 0)


DRIFT_DAYS = 42
"""A plan that nobody touched for a review and a half is drifting."""


def tallies(plans: QuerySet[Plan], by: str, today: datetime.date) -> list[Tally]:
    """Open plans by "area" (as the source prints them) or "team", with a line for all of them first."""
    counts = {
        "open": Count("id"),
        "red": Count("id", filter=Q(colour=Plan.Colour.RED)),
        "amber": Count("id", filter=Q(colour=Plan.Colour.AMBER)),
        "green": Count("id", filter=Q(colour=Plan.Colour.GREEN)),
        "unscored": Count("id", filter=Q(colour="")),
        "overdue": Count("id", filter=Q(next_review_on__lt=today)),
        "drifting": Count("id", filter=Q(changed_at__lt=_drift())),
    }
    name, code = (F("area__name"), F("area__code")) if by == "area" else (F("team__name"), F("team_id"))
    order = "area__path" if by == "area" else "team__name"
    shown = plans.open().order_by()
    rows = shown.values(order, name=name, code=code).annotate(**counts).order_by(order, "code")
    whole = shown.aggregate(**counts)
    found = [Tally(**{key: value for key, value in row.items() if key in Tally.__slots__}) for row in rows]
    return [Tally(name="All", code="", **whole), *found]


def teams_with(plans: QuerySet[Plan]) -> QuerySet[Team]:
    """The teams of some plans: no other team is offered to narrow them by."""
    return Team.objects.filter(pk__in=plans.order_by().values("team")).order_by("name", "pk")


def _drift() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=DRIFT_DAYS)


def names_of(wanted: Mapping[type[Model], Iterable[int]]) -> dict[tuple[type[Model], int], str]:
    """What some rows are called, by kind and number; one question a kind."""
    return {(model, pk): str(row) for model, keys in wanted.items() for pk, row in model.objects.in_bulk(keys).items()}


def actions_of(plan: Plan) -> QuerySet[Action]:
    """The actions of a plan in the order they are due, open ones first by state and day."""
    return plan.actions.select_related("organisation", "owner", "response").order_by("due_on", "id")


def refs_held(refs: Iterable[str]) -> dict[str, int]:
    """Of some references those that plans here have, in lower case, with the plan; hidden plans among them: no two
    plans may stand for one."""
    upper = {ref.upper() for ref in refs}
    return {ref.lower(): pk for ref, pk in Plan.objects.filter(ref__in=upper).values_list("ref", "pk")}


def actions_held(plans: Mapping[str, int]) -> frozenset[tuple[str, str, datetime.date]]:
    """Reference, title in lower case and day of the actions of some plans, given by reference."""
    rows = Action.objects.filter(plan__in=set(plans.values())).values_list("plan", "title", "due_on")
    of_plan: dict[int, list[tuple[str, datetime.date]]] = {}
    for plan, title, due in rows:
        of_plan.setdefault(plan, []).append((title.lower(), due))
    return frozenset((ref, *action) for ref, pk in plans.items() for action in of_plan.get(pk, []))


def teams_by_name() -> dict[str, list[Team]]:
    """Today's teams by their name in lower case."""
    return _by_name(Team.objects.current().select_related("organisation"))


def organisations_by_name() -> dict[str, list[Organisation]]:
    """Today's organisations by their name in lower case."""
    return _by_name(Organisation.objects.current())


def accounts_by_name() -> dict[str, list[User]]:
    """People with an account by name and by e-mail address in lower case, with what they are today."""
    today = Membership.objects.current().select_related("team__organisation")
    people = User.objects.filter(is_active=True).prefetch_related(
        Prefetch("memberships", queryset=today, to_attr="memberships_today")
    )
    found = _by_name(people)
    for user in (user for users in list(found.values()) for user in users):
        found[user.email.lower()] = [user]
    return found


def _by_name(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.name.lower(), []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a partnership meeting has before it; nothing marked OFFICIAL-SENSITIVE.

    to_decide : plans that wait for a decision, with what is to be decided
    actions : open actions, ordered by organisation and the day they are due
    """

    area: Area
    on: datetime.date
    to_decide: list[tuple[Plan, str]]
    actions: list[Action]


def meeting_of(area: Area, plans: QuerySet[Plan], actions: QuerySet[Action]) -> Meeting:
    """The agenda of an area from the plans and actions that the person may see."""
    today = timezone.localdate()
    shown = plans.open().exclude(marking=Marking.SENSITIVE).filter(area__path__startswith=area.path)
    waiting = Q(status__in=(Plan.Status.SUBMITTED, Plan.Status.ASSESSING)) | Q(next_review_on__lt=today)
    rows = shown.filter(waiting).select_related("owner", "team").order_by("next_review_on", "ref")
    own = actions.open().filter(plan__in=shown).exclude(marking=Marking.SENSITIVE)
    own = own.select_related("plan", "organisation", "owner").order_by("organisation__name", "due_on", "id")
    return Meeting(area, today, [(plan, decision_wanted(plan)) for plan in rows], list(own))


def decision_wanted(plan: Plan) -> str:
    """What waits for a decision about a plan; empty when nothing does."""
    if plan.status == Plan.Status.SUBMITTED:
        return "Approve the plan, or return it with comments."
    if plan.status == Plan.Status.ASSESSING:
        return "Close, adapt, repeat or scale, by what the assessment finds."
    return "Review it: the review is overdue." if plan.is_overdue else ""


def names_on(plan: Plan) -> list[str]:
    """Names of those who work on a plan."""
    owners = plan.actions.values_list("owner_name", "owner__name")
    return [plan.owner.name, *(name for pair in owners for name in pair if name)]


def waiting_for_assessment(versions: Mapping[str, int]) -> Iterator[Plan]:
    """Approved plans that are still open and were not assessed yet, on older tables than are held now, or by what was
    named before."""
    going = Plan.objects.filter(status__in=(Plan.Status.ACTIVE, Plan.Status.ASSESSING)).select_related("area")
    for plan in going.filter(named_assessments__locked_at__isnull=False).distinct().order_by("pk"):
        last, named = plan.assessed.first(), plan.named_assessments.values_list("pk", flat=True).first()
        if last is None or last.named_id != named or is_stale(last, versions):
            yield plan


def is_stale(row: Assessed, versions: Mapping[str, int]) -> bool:
    """Whether a table has another version now than what was found rests on."""
    return any(versions.get(table, version) != version for table, version in row.data_versions.items())


def values_of_named(row: NamedAssessment) -> dict[str, Any]:
    """What a named assessment says, its places by name among it: what a version and the log keep of it."""
    places = {role: [area.name for area in areas] for role, areas in row.places_by_role().items()}
    later = [f"{code} from {month.label}" for code, month in row.later_starts().items()]
    said = model_to_dict(row, exclude=["id", "plan", "made_at", "made_by", "locked_at"]) | places
    return said | ({"later": later} if later else {})


def changed_after_start(plan: Plan) -> NamedAssessment | None:
    """The last change of how a plan is judged that was made after its response had begun; none where it stands as it
    was before."""
    return late_change(list(plan.named_assessments.all()))


def late_change(named: Sequence[NamedAssessment]) -> NamedAssessment | None:
    """The same of all that a plan named, the newest first."""
    changes = ((old, new) for new, old in pairwise(named))
    return next((new for old, new in changes if timezone.localdate(new.made_at) >= old.begins), None)


def places_offered(plan: Plan) -> QuerySet[Area] | None:
    """Known places to compare a plan with; `None` where a design has named them."""
    held = plan.named_assessments.first()
    return None if held and held.design_id else places_to_compare(plan.area)


METRES = 500
CHOSEN_BY = 3
HOPED = 20


def usual_design(plan: Plan) -> dict[str, Any]:
    """What a design is asked for at first: as it was asked last, else by the plan's place, type and responses."""
    last = plan.designs.first()
    if last is not None:
        of = last.asked
        return of | {"counted": of["crime_types"][0] if of["crime_types"] else ""}
    starts = [day for day in plan.responses.values_list("starts_on", flat=True) if day]
    begins = min(starts) if starts else timezone.localdate().replace(day=1) + datetime.timedelta(days=31)
    types = plan.crime_types
    return {
        "counted": types[0] if len(types) == 1 else "", "place": "" if plan.small_areas else plan.area.code,
        "small_areas": plan.small_areas, "begins": f"{begins:%Y-%m}", "metres": METRES, "effect": HOPED,
        "chosen_by": CHOSEN_BY, "phase_in": 0,
    }  # fmt: skip


def newest_assessed(plans: QuerySet[Plan]) -> QuerySet[Assessed]:
    """What was found last of each plan, by area and then by plan."""
    of_plan = Assessed.objects.filter(plan=OuterRef("plan")).order_by("-made_at", "-id").values("pk")[:1]
    rows = Assessed.objects.filter(plan__in=plans.order_by().values("pk"), pk=Subquery(of_plan))
    return rows.select_related("plan__area", "plan__team", "named").order_by("plan__area__path", "plan__ref")


TO_ASSESS = datetime.timedelta(weeks=6)
"""From the end of the response, or of the time that is judged where that is later, to the day an assessment is due."""


@dataclass(frozen=True, slots=True)
class Due:
    """A plan whose assessment is overdue.

    ended : when the response, and the time that is judged, had ended
    due : the day by which it was to be assessed
    days : since then
    """

    plan: Plan
    ended: datetime.date
    due: datetime.date
    days: int


def overdue_assessments(plans: QuerySet[Plan], today: datetime.date) -> list[Due]:
    """Approved plans that nobody assessed within six weeks of their end, the longest overdue first: neither from
    records to the end of the time that is judged, nor by a result that somebody wrote."""
    going = plans.filter(status__in=(Plan.Status.ACTIVE, Plan.Status.ASSESSING))
    named = NamedAssessment.objects.filter(plan=OuterRef("pk")).order_by("-id")
    last = Response.objects.filter(plan=OuterRef("pk"), ends_on__isnull=False).order_by("-ends_on")
    judged_to = Subquery(named.values("after_to")[:1])
    ends = Greatest(judged_to, Coalesce(Subquery(last.values("ends_on")[:1]), judged_to))
    newest = NamedAssessment.objects.filter(plan=OuterRef("plan")).order_by("-id")
    of_newest = Assessed.objects.filter(plan=OuterRef("pk"), named=Subquery(newest.values("pk")[:1]))
    done = Exists(of_newest.filter(until__gte=OuterRef("judged_to")))
    rows = going.annotate(judged_to=judged_to, ends=ends).filter(ends__lt=today - TO_ASSESS)
    rows = rows.exclude(Exists(Result.objects.filter(plan=OuterRef("pk")))).exclude(done)
    late = rows.select_related("area", "team", "owner").order_by("ends", "ref")
    return [Due(one, one.ends, one.ends + TO_ASSESS, (today - one.ends - TO_ASSESS).days) for one in late]


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Plans of which it is not known from records what they did: counts.

    under_way : approved, and not due to be assessed yet
    by_hand : with a result that somebody wrote, and none from records
    not_named : approved without a named assessment
    no_cost : assessed, and nobody says what was spent
    """

    under_way: int
    by_hand: int
    not_named: int
    no_cost: int


def not_known(plans: QuerySet[Plan], overdue: int) -> NotKnown:
    """How many plans say nothing from records, and why."""
    named = Exists(NamedAssessment.objects.filter(plan=OuterRef("pk")))
    assessed = Exists(Assessed.objects.filter(plan=OuterRef("pk")))
    result = Exists(Result.objects.filter(plan=OuterRef("pk")))
    approved = plans.filter(status__in=(Plan.Status.ACTIVE, Plan.Status.ASSESSING, Plan.Status.CLOSED))
    without = approved.exclude(assessed)
    waiting = without.exclude(status=Plan.Status.CLOSED).exclude(result)
    unnamed = waiting.exclude(named).count()
    by_hand = without.filter(result).count()
    return NotKnown(max(0, waiting.count() - unnamed - overdue), by_hand, unnamed, _without_cost(plans).count())


def _without_cost(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Plans assessed from records of which nobody says what was spent: neither a response nor the worth's form."""
    priced = Exists(Response.objects.filter(plan=OuterRef("pk"), cost__gt=0))
    newest = WorthAssumed.objects.filter(plan=OuterRef("pk")).order_by("-id")
    assessed = Exists(Assessed.objects.filter(plan=OuterRef("pk")))
    without = plans.filter(assessed).exclude(priced)
    said = Coalesce(Subquery(newest.values("spent")[:1]), Decimal(0))
    return without.annotate(said_spent=said).filter(said_spent=0)
