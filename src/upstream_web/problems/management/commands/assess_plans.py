"""`assess_plans`: assessments of plans, filled from records as they come in."""

from typing import Any

from django.core.management.base import BaseCommand

from upstream_web.audit.changes import System
from upstream_web.problems.changes.assessing import assess_waiting


class Command(BaseCommand):
    """Assess what waits."""

    help = "Assess open plans on the newest records, where those have grown. Run it monthly: upstream-web assess_plans"

    def handle(self, *args: Any, **options: Any) -> None:
        done, not_done = assess_waiting(by=System("assess_plans"))
        self.stdout.write(f"Assessed {done} plans")
        for ref, why in not_done.items():
            self.stdout.write(f"{ref}: {why}")
