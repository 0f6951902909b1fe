"""Writing evidence cards."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict

from upstream_web.audit.changes import record
from upstream_web.evidence.models import EvidenceCard
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
    """Retire a card: it stays readable, and plans that cite it keep it, but no new plan cites it."""
    card.retired_on = on
    card.save(update_fields=["retired_on"])
    record(by=by, action="evidence.card_retired", of=card, after={"retired on": on})
    return card


def _values(card: EvidenceCard) -> dict[str, Any]:
    return model_to_dict(card, fields=FIELDS)
