"""`audit_seal`: seal what happened since the last seal; with --head, write the digest to a file kept elsewhere."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upstream_web.audit import seals


class Command(BaseCommand):
    """Seal the audit log."""

    help = "Seal the audit log; --head FILE appends the newest digest to a file that the database cannot rewrite."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", type=Path, metavar="FILE", help="for example /mnt/records/audit-heads.txt")

    def handle(self, *args: Any, **options: Any) -> None:
        made = seals.seal()
        for link in made:
            self.stdout.write(f"Seal {link.number}: {link.events} events to {link.last_event}, {link.digest}")
        if not made:
            self.stdout.write("Nothing new to seal.")
        if options["head"] and made:
            with options["head"].open("a") as file:
                file.write(f"{made[-1].sealed_at.isoformat()} {made[-1].number} {made[-1].digest}\n")
