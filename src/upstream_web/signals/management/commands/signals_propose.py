"""`signals_propose`: look for signals; run it every night, and after records were added."""

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upstream_web.audit.changes import System
from upstream_web.signals import changes
from upstream_web.signals.engine import look, versions_now
from upstream_web.signals.queries import newest_look


class Command(BaseCommand):
    """Look for signals."""

    help = "Look for signals in the records and put them into the inbox. Run it nightly: upstream-web signals_propose"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="YYYY-MM-DD", help="the last day looked at (by default of the last month)")
        parser.add_argument(
            "--if-changed", action="store_true", help="only where records were added since the last look"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before = newest_look()
        if options["if_changed"] and before is not None and versions_now().items() <= before.tables.items():
            self.stdout.write("Nothing was added since the last look.")
            return
        made = changes.take_in(
            found=look(_day(options["to"]), "signals_propose", self.stderr.write), by=System("signals_propose")
        )
        self.stdout.write(
            f"Looked to {made.to:%-d %B %Y}: {made.found} signals, {made.added} of them not known before."
        )


def _day(text: str | None) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a day. Allowed: YYYY-MM-DD, for example 2022-06-30.") from None
