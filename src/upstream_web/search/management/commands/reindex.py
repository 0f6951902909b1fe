"""`reindex`: build the word index anew, for example after a restore."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from upstream_web.search.changes import index


class Command(BaseCommand):
    """Index everything anew."""

    help = "Build the word index of search anew."

    def handle(self, *args: Any, **options: Any) -> None:
        number = 0
        for model in apps.get_models():
            if hasattr(model, "searched"):
                for row in model.objects.iterator(chunk_size=500):
                    index(of=row, texts=row.searched())
                    number += 1
        self.stdout.write(f"{number} objects indexed.")
