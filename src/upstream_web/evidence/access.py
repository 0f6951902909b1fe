"""Cards are open to everybody who has signed in; writing them needs the permission."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from upstream_web.evidence.models import EvidenceCard, PublishedResult
from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission


def card_for_reading(user: User, key: str) -> EvidenceCard:
    """A card by its key, retired ones too."""
    card = EvidenceCard.objects.filter(key=key).first()
    if card is None or not user.is_authenticated:
        raise Http404
    return card


def card_for_editing(user: User, key: str) -> EvidenceCard:
    """The same for whoever may write cards."""
    card = card_for_reading(user, key)
    if not may_edit(user):
        raise PermissionDenied
    return card


def published_for_editing(user: User, key: str, pk: int) -> PublishedResult:
    """A published effect of a card, for whoever may write cards."""
    row = card_for_editing(user, key).published_results.filter(pk=pk, withdrawn_on__isnull=True).first()
    if row is None:
        raise Http404
    return row


def may_edit(user: User) -> bool:
    """Whether the person may write cards."""
    return standing(user).allows(Permission.EVIDENCE_EDIT)
