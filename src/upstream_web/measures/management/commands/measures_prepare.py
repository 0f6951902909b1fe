"""`measures_prepare`: work the measures out, so that nobody waits for them; run it after records were added."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upstream.periods import Month
from upstream_web.audit.changes import System
from upstream_web.measures import changes
from upstream_web.measures.engine.figures import calculate_month, months_held


class Command(BaseCommand):
    """Calculate the measures to a month."""

    help = "Calculate the measures to a month (by default the last one held), for the performance pages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="YYYY-MM", help="last month, for example 2022-06")

    def handle(self, *args: Any, **options: Any) -> None:
        month = Month.parse(options["to"]) if options["to"] else months_held()[1]
        made = calculate_month(month, "measures_prepare", self.stderr.write)
        changes.note_calculation(month=str(month), made=made, run=None, by=System("measures_prepare"))
        self.stdout.write(f"The measures to {month.label} are ready.")
