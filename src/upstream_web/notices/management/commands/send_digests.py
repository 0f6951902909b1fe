"""`send_digests`: the daily letters."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from upstream_web.notices.digests import send_digests


class Command(BaseCommand):
    """Send today's letters."""

    help = "Send each person today's letter of unread notices, once. Run it every morning: upstream-web send_digests"

    def handle(self, *args: Any, **options: Any) -> None:
        done = send_digests(timezone.localdate())
        self.stdout.write(f"Sent {done.sent} letters")
        if done.failed:
            raise CommandError(f"{done.failed} letters could not be sent; the next run tries them again.")
