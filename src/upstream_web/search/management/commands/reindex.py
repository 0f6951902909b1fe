"""`reindex`: build the word index anew, for example after a restore."""

from itertools import chain
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from upstream_web.search.changes import index_anew


class Command(BaseCommand):
    """Index everything anew."""

    help = "Build the word index of search anew."

    def handle(self, *args: Any, **options: Any) -> None:
        searched = [model for model in apps.get_models() if hasattr(model, "searched")]
        number = index_anew(objects=chain.from_iterable(model.objects.iterator(chunk_size=500) for model in searched))
        self.stdout.write(f"{number} objects indexed.")
