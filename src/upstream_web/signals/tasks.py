"""Looking for signals as long work."""

from typing import Any

from django.urls import reverse

from upstream_web.people.permissions import Permission
from upstream_web.runs.kinds import Outcome, holders_of, kind_of_run
from upstream_web.runs.progress import Progress
from upstream_web.signals import changes


@kind_of_run(changes.LOOK, may_ask=holders_of(Permission.SIGNAL_DECIDE), seen_by=Permission.SIGNAL_READ)
def look_for_signals(progress: Progress, by: Any) -> Outcome:
    """Look at the records as they are now, and keep what was found."""
    from upstream_web.signals.engine import look  # heavy: only where it runs

    found = look(None, by.email, progress.say)
    progress.rests_on(found.tables, found.engine_version)
    kept = changes.take_in(found=found, by=by)
    return Outcome(f"the signals to {kept.to:%-d %B %Y}", reverse("signals:inbox"))
