"""`load_evidence`: the cards of cards.toml; a card that a person has changed since is left alone."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from upstream_web.audit.changes import System
from upstream_web.evidence import changes
from upstream_web.evidence.models import EvidenceCard

FILE = Path(__file__).resolve().parents[2] / "cards.toml"


class Command(BaseCommand):
    """Load the first evidence shelf."""

    help = "Load the evidence cards that Upstream starts with; existing ones are left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        held = set(EvidenceCard.objects.values_list("key", flat=True))
        for key, values in tomllib.loads(FILE.read_text("utf-8")).items():
            if key not in held:
                changes.add_card(key=key, by=System("load_evidence"), **values)
        self.stdout.write(f"{EvidenceCard.objects.count()} cards.")
