"""`backup`: the whole site in one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upstream_web.config import backups


class Command(BaseCommand):
    """Back the site up."""

    help = "Save the database, uploaded files and the engine's store. Example: upstream-web backup /mnt/safe/monday.tar"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to write; it must not exist")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backups.make(options["file"].resolve())
        except backups.BadBackup as bad:
            raise CommandError(str(bad)) from None
        rows, files = sum(made.rows.values()), len(made.sums) - 1
        self.stdout.write(f"Saved {rows:,} rows and {files:,} files. Audit head: {made.audit_head or 'none'}")
