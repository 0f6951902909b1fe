"""What a plan was worth: of what was found last, beside what its responses cost. Data for pages and lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from upstream.reports.kept_worth import KeptWorth, kept_worth
from upstream_web.measures.presenters.blocks import block
from upstream_web.problems.models import Assessed, Plan, Response


@dataclass(frozen=True, slots=True)
class ShownWorth:
    """The worth as a page shows it.

    blocks : as plain data; none where it has no worth
    why_not : why it has none
    cost : pounds that the plan's responses cost; `None` when none names a cost
    """

    blocks: tuple[dict[str, Any], ...]
    why_not: str
    cost: Decimal | None


def worth_of(row: Assessed, cost: Decimal | float | None) -> KeptWorth:
    """The worth of what was found: `.per_pound`, `.line`, `.valued.main.benefit` ... or `.why_not`."""
    return kept_worth(row.result, last=row.asked["to"], cost=float(cost or 0))


def costs_of(plans: Iterable[int]) -> dict[int, Decimal]:
    """Pounds that the responses of plans cost, by plan, in one question; plans without a cost are left out."""
    priced = Response.objects.filter(plan__in=plans, cost__isnull=False)
    return dict(priced.values_list("plan").annotate(Sum("cost")).order_by("plan"))


def worth_shown(row: Assessed, plan: Plan) -> ShownWorth:
    """The worth for the plan's page."""
    cost = costs_of([plan.pk]).get(plan.pk)
    made = worth_of(row, cost)
    return ShownWorth(tuple(block(one, lambda _: "") for one in made.blocks(plan.area.name)), made.why_not, cost)
