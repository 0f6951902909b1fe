"""The area of long work. Every area's `tasks` module is read at the start, so that its kinds of run are known."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RunsConfig(AppConfig):
    """Finds the kinds of run of every area."""

    name = "upstream_web.runs"

    def ready(self) -> None:
        autodiscover_modules("tasks")
