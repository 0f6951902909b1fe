"""The area of signals: tells lower areas what it has for them."""

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    """Says how looks are called in notices."""

    name = "upstream_web.signals"

    def ready(self) -> None:
        from upstream_web.notices import subjects
        from upstream_web.signals.presenters import looks_as_subjects

        subjects.register("signals.look", looks_as_subjects)
