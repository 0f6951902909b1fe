"""Reads of evidence cards."""

from django.db.models import Count, Q, QuerySet

from upstream_web.evidence.models import EvidenceCard, LocalResult, PublishedResult

MOST_FILED = 500
"""Results drawn in one funnel, the newest first: more dots are no picture."""


def cards_to_cite() -> QuerySet[EvidenceCard]:
    """The cards that a response may cite."""
    return EvidenceCard.objects.in_use()


def technique_names() -> dict[int, str]:
    """The situational techniques by number, as plans call them."""
    cards = EvidenceCard.objects.filter(technique__isnull=False).values_list("technique", "title")
    return {number: f"{number}. {title}" for number, title in cards}


def shelf(*, words: str = "", tier: str = "", kind: str = "", effect: str = "") -> QuerySet[EvidenceCard]:
    """Cards by what is known of them: effect known first, then the strength of the studies, then by title."""
    cards = EvidenceCard.objects.annotate(results=Count("local_results"))
    for name, value in (("tier", tier), ("kind", kind), ("effect", effect)):
        if value:
            cards = cards.filter(**{name: value})
    for word in words.split()[:8]:
        cards = cards.filter(Q(title__icontains=word) | Q(summary__icontains=word) | Q(mechanism__icontains=word))
    return cards.order_by("-strength", "title", "id")


def published_of(card: EvidenceCard) -> QuerySet[PublishedResult]:
    """Published effects of a card that stand."""
    return card.published_results.filter(withdrawn_on__isnull=True)


def results_filed() -> QuerySet[LocalResult]:
    """Results of every card, the newest first."""
    return LocalResult.objects.select_related("card")[:MOST_FILED]
