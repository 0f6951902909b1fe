"""`runs_reap`: mark runs whose worker was lost as failed, with the reason; with --again, ask for each once more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upstream_web.audit.changes import System
from upstream_web.runs import changes


class Command(BaseCommand):
    """Report lost runs."""

    help = (
        "Mark runs whose worker gave no sign of life as failed; --again asks for each once more. Run it every minute."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="ask once more for the work that was lost")

    def handle(self, *args: Any, **options: Any) -> None:
        for run in changes.reap(by=System("runs_reap"), again=options["again"]):
            self.stdout.write(f"Run {run.pk}, {run.title}: its worker is lost.")
