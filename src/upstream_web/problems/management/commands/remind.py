"""`remind`: notices of what falls due."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from upstream_web.audit.changes import System
from upstream_web.problems.changes.telling import remind


class Command(BaseCommand):
    """Remind people."""

    help = "Make notices of actions and reviews that fall due or are late, each once. Run it daily: upstream-web remind"

    def handle(self, *args: Any, **options: Any) -> None:
        made = remind(on=timezone.localdate(), by=System("remind"))
        self.stdout.write(f"Made {made} notices")
