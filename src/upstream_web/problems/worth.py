"""What a plan was worth: of what was found last, beside what its responses cost. Data for pages and lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from upstream.reports.kept_worth import KeptWorth, prices_of
from upstream_web.measures.presenters.blocks import block
from upstream_web.problems.engine.worth import NOT_SPLIT, worth_of
from upstream_web.problems.models import Assessed, Plan, Response, WorthAssumed


@dataclass(frozen=True, slots=True)
class ShownWorth:
    """The worth as a page shows it.

    blocks : as plain data; none where it has no worth
    why_not : why it has none
    cost : pounds that were spent; `None` when nobody says
    said : what it assumes, as somebody said; `None`: nobody did
    earlier : how many times it was said otherwise before
    not_counted : bearers of whom cash was said and nothing is known, so that none of it counts
    """

    blocks: tuple[dict[str, Any], ...]
    why_not: str
    cost: Decimal | None
    said: WorthAssumed | None
    earlier: int
    not_counted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rests:
    """What the form of a worth shows of it as it is.

    said : the newest assumptions; `None`: nobody said any
    cost : pounds of the responses
    bearers : of whom a share may be said to be cash
    usual_prices : the financial year taken unless another is named
    worth : as it is now, in a line
    """

    said: WorthAssumed | None
    cost: Decimal | None
    bearers: tuple[str, ...]
    usual_prices: str
    worth: str


def costs_of(plans: Iterable[int]) -> dict[int, Decimal]:
    """Pounds that the responses of plans cost, by plan, in one question; plans without a cost are left out."""
    priced = Response.objects.filter(plan__in=plans, cost__isnull=False)
    return dict(priced.values_list("plan").annotate(Sum("cost")).order_by("plan"))


def said_of(plans: Iterable[int]) -> dict[int, WorthAssumed]:
    """What was said last that the worth of plans assumes, by plan, in one question."""
    return {row.plan_id: row for row in WorthAssumed.objects.filter(plan__in=plans).order_by("id")}


def plan_worth(plan: Plan, row: Assessed) -> KeptWorth:
    """The worth of a plan by what it is to assume."""
    return worth_of(row, costs_of([plan.pk]).get(plan.pk), plan.worth_assumed.first())


def worth_shown(row: Assessed, plan: Plan) -> ShownWorth:
    """The worth for the plan's page."""
    cost = costs_of([plan.pk]).get(plan.pk)
    held = list(plan.worth_assumed.select_related("made_by"))
    said = held[0] if held else None
    made = worth_of(row, cost, said)
    blocks = tuple(block(one, lambda _: "") for one in made.blocks(plan.area.name))
    spent = cost if said is None or said.spent is None else said.spent
    return ShownWorth(blocks, made.why_not, spent, said, max(0, len(held) - 1), made.not_counted)


def what_it_rests_on(plan: Plan) -> Rests:
    """The worth as it is, for the form that changes what it assumes."""
    row, said = plan.assessed.first(), plan.worth_assumed.first()
    cost = costs_of([plan.pk]).get(plan.pk)
    last = row.asked["to"] if row else f"{timezone.localdate():%Y-%m}"
    made = worth_of(row, cost, said) if row else None
    bearers = (NOT_SPLIT,) if made is None or made.valued is None else made.valued.bearers
    return Rests(said, cost, bearers, prices_of(last), made.line if made else "")
