"""Reads of evidence cards."""

from django.db.models import QuerySet

from upstream_web.evidence.models import EvidenceCard


def cards_to_cite() -> QuerySet[EvidenceCard]:
    """The cards that a response may cite."""
    return EvidenceCard.objects.in_use()
