"""`signals_propose`: look for signals; run it every night, and after records were added."""

import datetime
import time
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from upstream.errors import UpstreamError
from upstream_web.audit.changes import System
from upstream_web.signals import changes
from upstream_web.signals.engine import look, versions_now
from upstream_web.signals.queries import was_looked_at
from upstream_web.signals.tasks import every_look


class Command(BaseCommand):
    """Look for signals."""

    help = "Look for signals in the records and put them into the inbox. Run it nightly: upstream-web signals_propose"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", metavar="YYYY-MM-DD",
            help="the last day looked at (by default those of every month since the last look)",
        )  # fmt: skip
        parser.add_argument(
            "--if-changed", action="store_true", help="only where records were added since the last look"
        )
        parser.add_argument(
            "--watch", type=int, metavar="SECONDS",
            help="go on for ever: have the worker look as soon as records were added, asking every so many seconds",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["watch"]:
            self._watch(options["watch"])
        if options["if_changed"] and was_looked_at(versions_now()):
            self.stdout.write("Nothing was added since the last look.")
            return
        by, day = System("signals_propose"), _day(options["to"])
        if day is None:
            looks = every_look(by, self.stderr.write)
        else:
            looks = iter([changes.take_in(found=look(day, by.name, self.stderr.write), by=by)])
        for made in looks:
            self.stdout.write(
                f"Looked to {made.to:%-d %B %Y}: {made.found} signals, {made.added} of them not known before."
            )

    def _watch(self, seconds: int) -> NoReturn:
        while True:
            close_old_connections()
            try:
                run = changes.ask_to_look_at(tables=versions_now(), by=System("signals_propose"))
            except (DatabaseError, UpstreamError) as error:
                run = None  # the database or the store may be back by the next time
                self.stderr.write(str(error))
            if run is not None:
                self.stdout.write("Records were added: asked the worker to look.")
            time.sleep(seconds)


def _day(text: str | None) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a day. Allowed: YYYY-MM-DD, for example 2022-06-30.") from None
