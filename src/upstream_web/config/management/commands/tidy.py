"""`tidy`: delete what has done its work, each kind after the time that it is kept."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from upstream_web.audit.changes import System
from upstream_web.audit.retention import kept_for
from upstream_web.measures import drafts as commentary
from upstream_web.notices import changes as notices
from upstream_web.people import changes as people
from upstream_web.problems.changes import drafts as plans

KINDS = {
    "notices and letters": notices.forget_old,
    "one-time links": people.forget_links,
    "ended sessions": people.forget_sessions,
    "drafts of plans": plans.forget_drafts,
    "drafts of commentary": commentary.forget_old,
}


class Command(BaseCommand):
    """Delete what has done its work."""

    help = "Delete old notices, used links, ended sessions and drafts that nobody went on with. Run it every night."

    def handle(self, *args: Any, **options: Any) -> None:
        for words, forget in KINDS.items():
            self.stdout.write(f"Deleted {forget(by=System('tidy'))} {words}")
        # the worker's own table, of no area; what it did stands in the runs and in the log
        count, _ = (
            DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - kept_for("task_notes")).delete()
        )
        self.stdout.write(f"Deleted {count} notes of ended tasks")
