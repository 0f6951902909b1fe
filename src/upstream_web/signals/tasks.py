"""Looking for signals as long work."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse

from upstream_web.people.permissions import Permission
from upstream_web.runs.kinds import Outcome, holders_of, kind_of_run
from upstream_web.runs.progress import Progress
from upstream_web.signals import changes, queries
from upstream_web.signals.models import Look


@kind_of_run(changes.LOOK, may_ask=holders_of(Permission.SIGNAL_DECIDE), seen_by=Permission.SIGNAL_READ)
def look_for_signals(progress: Progress, by: Any, tables: dict[str, int] | None = None) -> Outcome:
    """Look at every month that came since the last look, and keep what was found; if asked about ``tables``, once for
    all askers."""
    newest = queries.newest_look()
    if tables is not None and newest is not None and queries.was_looked_at(tables):
        return Outcome(f"the signals to {newest.to:%-d %B %Y}, looked for already", reverse("signals:inbox"))
    for kept in every_look(by, progress.say):
        progress.rests_on(kept.tables, kept.engine_version)
        last = kept
    return Outcome(f"the signals to {last.to:%-d %B %Y}", reverse("signals:inbox"))


def every_look(by: Any, say: Callable[[str], None]) -> Iterator[Look]:
    """The looks at every month that came since the last one, oldest first, each taken in before the next is had."""
    from upstream_web.signals.engine import days_due, look  # heavy: only where it runs

    due = days_due(queries.looked_to())
    for day in due:
        found = look(day, getattr(by, "email", "") or by.name, say)
        yield changes.take_in(found=found, by=by, more_to_come=day != due[-1])
