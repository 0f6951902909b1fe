"""Writing evidence cards."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.evidence.models import EvidenceCard, PublishedResult
from upstream_web.search.changes import index

FIELDS = (
    "kind", "title", "summary", "tier", "side", "technique", "effect", "effect_words", "mechanism", "moderators",
    "implementation", "economics", "strength", "source", "verified",
)  # fmt: skip


@transaction.atomic
def add_card(*, key: str, by: Any, **values: Any) -> EvidenceCard:
    """Add a card."""
    card = EvidenceCard.objects.create(key=key, **values)
    index(of=card, texts=card.searched())
    record(by=by, action="evidence.card_added", of=card, after=_values(card))
    return card


@transaction.atomic
def change_card(*, card: EvidenceCard, by: Any, based_on: int, **values: Any) -> EvidenceCard:
    """Change a card; refused when somebody else changed it since the version that the person saw."""
    card = EvidenceCard.objects.select_for_update().get(pk=card.pk)
    if card.version != based_on:
        raise ValidationError("Somebody else changed this card meanwhile. Open it again, then make your change.")
    before = _values(card)
    for name, value in values.items():
        setattr(card, name, value)
    card.version += 1
    card.save()
    index(of=card, texts=card.searched())
    record(by=by, action="evidence.card_changed", of=card, before=before, after=_values(card))
    return card


@transaction.atomic
def retire_card(*, card: EvidenceCard, by: Any, on: datetime.date) -> EvidenceCard:
    """Retire a card: it stays readable, and plans that cite it keep it, but no new plan cites it. Once."""
    if card.retired_on is not None:
        raise ValidationError("The card is retired already.")
    card.retired_on = on
    card.save(update_fields=["retired_on"])
    record(by=by, action="evidence.card_retired", of=card, after={"retired on": on})
    return card


@transaction.atomic
def add_published(
    *, card: EvidenceCard, by: Any, name: str, effect: float, lower: float, upper: float, source: str,
    design_level: int | None = None,
) -> PublishedResult:  # fmt: skip
    """Write a published effect on a card."""
    row = PublishedResult.objects.create(
        card=card, name=name, effect=effect, lower=lower, upper=upper, source=source, design_level=design_level
    )
    record(by=by, action="evidence.published_added", of=row, parent=card, after=model_to_dict(row))
    return row


@transaction.atomic
def withdraw_published(*, result: PublishedResult, by: Any) -> PublishedResult:
    """Take a published effect out of the pool; it stays on record."""
    result.withdrawn_on = timezone.localdate()
    result.save(update_fields=["withdrawn_on"])
    record(
        by=by, action="evidence.published_withdrawn", of=result, parent=result.card,
        after={"withdrawn on": result.withdrawn_on},
    )  # fmt: skip
    return result


def _values(card: EvidenceCard) -> dict[str, Any]:
    return model_to_dict(card, fields=FIELDS)
