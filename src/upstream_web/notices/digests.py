"""The daily letter: how many notices wait, by kind, and where to read them. Nothing of what they are about."""

import datetime
import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from upstream_web.notices import changes, queries
from upstream_web.people.models import User

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """How many letters went out, and how many could not be sent and wait for the next run."""

    sent: int
    failed: int


def send_digests(day: datetime.date) -> Sent:
    """Send each person's letter of the day, once. Safe to run twice, at once, and after a kill."""
    sent = failed = 0
    for user in queries.people_to_write_to(day):
        digest = changes.claim_digest(user=user, day=day)
        if digest is None:
            continue
        try:
            _send(user)
        except OSError as error:  # what smtplib raises too
            log.error("The digest to person %s was not sent: %s", user.pk, error)
            changes.close_digest(digest=digest, sent=False)
            failed += 1
        else:
            changes.close_digest(digest=digest, sent=True)
            sent += 1
    return Sent(sent, failed)


def _send(user: User) -> None:
    counts = queries.counts_by_kind(user)
    number = sum(count for _, count in counts)
    links = {"page": reverse("notices:index"), "settings": reverse("notices:settings")}
    words = {
        "name": user.name,
        "counts": counts,
        "number": number,
        **{name: f"{settings.SITE_ADDRESS}{path}" for name, path in links.items()},
    }
    text = render_to_string("notices/mail/digest.txt", words)
    subject = f"{number} unread notice{'s' if number != 1 else ''} in Upstream"
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email])
