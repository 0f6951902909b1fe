"""`audit_verify`: work the chain of seals out anew; exit code 1 where it does not hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upstream_web.audit import seals


class Command(BaseCommand):
    """Verify the audit log."""

    help = "Verify the audit log; --head DIGEST also checks that an exported digest is in the chain."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", metavar="DIGEST")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = seals.verify(options["head"])
        if verdict.fault:
            raise CommandError(f"{verdict.fault} The chain holds up to seal {verdict.seals}.")
        self.stdout.write(
            f"The chain holds: {verdict.seals} seals over {verdict.events} events. Head: {verdict.head or 'none'}"
        )
