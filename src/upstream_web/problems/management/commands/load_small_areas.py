"""`load_small_areas`: small areas of the places held, into the tree of areas."""

from typing import Any

from django.core.management.base import BaseCommand

from upstream_web.audit.changes import System
from upstream_web.problems.changes.small_areas import add_small_areas
from upstream_web.problems.engine import small_areas_held


class Command(BaseCommand):
    """Add what the tree lacks."""

    help = "Add the small areas whose outlines are held to the tree of areas. Run it after: upstream places add"

    def handle(self, *args: Any, **options: Any) -> None:
        added, outside = add_small_areas(by=System("load_small_areas"), held=small_areas_held())
        self.stdout.write(f"Added {added} small areas")
        if outside:
            self.stdout.write(f"{outside} lie in no area of the tree: add the areas above them first")
