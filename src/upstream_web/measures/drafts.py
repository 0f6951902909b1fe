"""What people have typed and not yet decided on, kept on the server; no change of anybody's page, so not audited."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.audit.retention import kept_for
from upstream_web.measures.models import CommentaryDraft
from upstream_web.people.models import User


def keep(*, measure: str, month: str, words: Mapping[str, Any], base: int, by: User) -> CommentaryDraft:
    """Keep the person's draft as it stands."""
    fields = {**words, "base": base, "saved_at": timezone.now()}
    return CommentaryDraft.objects.update_or_create(person=by, measure=measure, month=month, defaults=fields)[0]


def drop(*, measure: str, month: str, by: User) -> None:
    """Let the person's draft go."""
    CommentaryDraft.objects.filter(person=by, measure=measure, month=month).delete()


@transaction.atomic
def forget_old(*, by: Any) -> int:
    """Delete drafts that nobody went on with; how many."""
    count, _ = CommentaryDraft.objects.filter(saved_at__lt=timezone.now() - kept_for("drafts")).delete()
    if count:
        record(
            by=by,
            action="commentary.drafts_forgotten",
            of=CommentaryDraft(person=User(name="everybody")),
            details={"drafts": count},
        )
    return count
