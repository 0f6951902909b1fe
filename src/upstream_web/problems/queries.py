"""Reads shaped for the pages of plans. Each takes the plans that the person may see: nothing hidden is counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from upstream_web.places.models import Area
from upstream_web.problems.models import Action, Plan


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a list of plans is narrowed to; empty fields narrow nothing.

    show : "open", "overdue", "unscored", "closed" or "all"
    """

    show: str = "open"
    area: Area | None = None
    status: str = ""
    stage: str = ""
    colour: str = ""
    kind: str = ""
    words: str = ""


def filtered(plans: QuerySet[Plan], by: PlanFilter) -> QuerySet[Plan]:
    """The plans that a filter leaves, newest first."""
    shown = {
        "open": plans.open,
        "overdue": plans.overdue,
        "unscored": plans.unscored,
        "closed": lambda: plans.filter(status__in=Plan.ENDED),
        "all": plans.all,
    }[by.show]()
    if by.area:
        shown = shown.filter(area__path__startswith=by.area.path)
    for name in ("status", "stage", "colour", "kind"):
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


def counts_by_area(plans: QuerySet[Plan]) -> list[dict[str, object]]:
    """Open plans by area and colour, as the source prints them, with overdue and unscored."""
    return list(
        plans.open()
        .values("area__name", "area_id")
        .annotate(
            open=Count("id"),
            red=Count("id", filter=Q(colour=Plan.Colour.RED)),
            amber=Count("id", filter=Q(colour=Plan.Colour.AMBER)),
            green=Count("id", filter=Q(colour=Plan.Colour.GREEN)),
            unscored=Count("id", filter=Q(colour="")),
        )
        .order_by("area__path")
    )


def actions_of(plan: Plan) -> QuerySet[Action]:
    """The actions of a plan in the order they are due, open ones first by state and day."""
    return plan.actions.select_related("organisation", "owner", "response").order_by("due_on", "id")
