"""Looking for signals as long work."""

from typing import Any

from django.urls import reverse

from upstream_web.people.permissions import Permission
from upstream_web.runs.kinds import Outcome, holders_of, kind_of_run
from upstream_web.runs.progress import Progress
from upstream_web.signals import changes, queries


@kind_of_run(changes.LOOK, may_ask=holders_of(Permission.SIGNAL_DECIDE), seen_by=Permission.SIGNAL_READ)
def look_for_signals(progress: Progress, by: Any, tables: dict[str, int] | None = None) -> Outcome:
    """Look at the records as they are now, and keep what was found; if asked about ``tables``, once for all askers."""
    from upstream_web.signals.engine import look  # heavy: only where it runs

    newest = queries.newest_look()
    if tables is not None and newest is not None and queries.was_looked_at(tables):
        return Outcome(f"the signals to {newest.to:%-d %B %Y}, looked for already", reverse("signals:inbox"))
    found = look(None, getattr(by, "email", str(by)), progress.say)
    progress.rests_on(found.tables, found.engine_version)
    kept = changes.take_in(found=found, by=by)
    return Outcome(f"the signals to {kept.to:%-d %B %Y}", reverse("signals:inbox"))
