"""`restore`: the site as it was when the backup was made."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from upstream_web.audit.changes import System, record
from upstream_web.audit.models import AuditEvent
from upstream_web.config import backups


class Command(BaseCommand):
    """Restore the site."""

    help = "Put a backup in place and check it. Stop the site first. Example: upstream-web restore /mnt/safe/monday.tar"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `backup` made")
        parser.add_argument("--replace", action="store_true", help="in the place of everything that the site holds now")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backups.restore(options["file"].resolve(), replace=options["replace"])
        except backups.BadBackup as bad:
            raise CommandError(str(bad)) from None
        with transaction.atomic():
            details = {"file": options["file"].name, "audit_head": made.audit_head}
            record(by=System("restore"), action="site.restored", of=AuditEvent(), details=details)
        self.stdout.write(
            f"Restored {sum(made.rows.values()):,} rows, checked. Audit head: {made.audit_head or 'none'}"
        )
