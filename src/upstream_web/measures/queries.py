"""Which months of figures there are."""

from upstream_web.measures.engine.store import force
from upstream_web.measures.models import Calculation


def calculation_of(month: str) -> Calculation | None:
    """The newest calculation of a month with today's definitions."""
    return Calculation.objects.with_definitions(force().digest).filter(month=month).order_by("-made_at").first()


def newest_calculation() -> Calculation | None:
    """The newest calculation of the latest month."""
    return Calculation.objects.with_definitions(force().digest).order_by("-month", "-made_at").first()


def months_ready() -> list[str]:
    """Months that can be shown at once, latest first."""
    rows = Calculation.objects.with_definitions(force().digest).order_by("-month").values_list("month", flat=True)
    return list(dict.fromkeys(rows))
