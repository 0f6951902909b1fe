"""Sealing the audit log in batches into a hash chain, and verifying it.

A seal's digest is SHA-256 over the digest before it and every event of its run, so a change to any sealed event, or to
any seal, breaks each later digest. The head of the chain is exported to where the database cannot rewrite it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from upstream_web.audit.models import AuditEvent, AuditSeal

FIELDS = (
    "id", "at", "by_id", "by_name", "action",
    "object_type", "object_id", "object_name", "parent_type", "parent_id", "details",
)  # fmt: skip
BATCH = 10_000
"""Events a seal covers at most."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found.

    seals, events : how many of each were read
    head : digest of the last seal that holds, empty for none
    fault : the first fault in words, empty when the chain holds
    """

    seals: int
    events: int
    head: str
    fault: str


def seal() -> list[AuditSeal]:
    """Seal all events that no seal covers yet."""
    made: list[AuditSeal] = []
    with transaction.atomic():
        _wait_for_writers()
        last = AuditSeal.objects.order_by("-number").first()
        while True:
            after = last.last_event if last else 0
            events = list(AuditEvent.objects.filter(id__gt=after).order_by("id").values(*FIELDS)[:BATCH])
            if not events:
                return made
            last = AuditSeal.objects.create(
                number=last.number + 1 if last else 1,
                first_event=events[0]["id"],
                last_event=events[-1]["id"],
                events=len(events),
                digest=digest_of(last.digest if last else "", events),
                sealed_at=timezone.now(),
            )
            made.append(last)


def verify(head: str = "") -> Verdict:
    """Work every digest out anew; `head` is an exported digest that must be among them."""
    before, checked, covered, last_event, seen = "", 0, 0, 0, not head
    for link in AuditSeal.objects.order_by("number").iterator():
        if link.number != checked + 1:
            return Verdict(checked, covered, before, f"Seal {checked + 1} is missing.")
        # from the end of the seal before, not from the first event named: an event slipped in between must show
        rows = AuditEvent.objects.filter(id__gt=last_event, id__lte=link.last_event).order_by("id")
        digest = digest_of(before, rows.values(*FIELDS).iterator(chunk_size=2000))
        if digest != link.digest:
            return Verdict(
                checked, covered, before, f"Events {last_event + 1} to {link.last_event} are not as they were sealed."
            )
        before, checked, covered, last_event = digest, checked + 1, covered + link.events, link.last_event
        seen = seen or digest == head
    if not seen:
        return Verdict(
            checked, covered, before, "The exported head is not in the chain: seals were taken away or made anew."
        )
    return Verdict(checked, covered, before, "")


def digest_of(before: str, events: Iterable[dict[str, object]]) -> str:
    """SHA-256 over the digest before and each event as one line of JSON with sorted keys."""
    running = hashlib.sha256(before.encode())
    for event in events:
        line = json.dumps(
            {**event, "at": event["at"].isoformat()}, sort_keys=True, ensure_ascii=True, separators=(",", ":")
        )
        running.update(line.encode() + b"\n")
    return running.hexdigest()


def _wait_for_writers() -> None:
    # an event whose number is lower may still be uncommitted: on SQLite one writer works at a time anyway
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_auditevent IN SHARE MODE")
            cursor.execute("LOCK TABLE audit_auditseal IN EXCLUSIVE MODE")
