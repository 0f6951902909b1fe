"""The area of exploring."""

from django.apps import AppConfig


class NeedsConfig(AppConfig):
    """Registers its kinds of long work."""

    name = "upstream_web.needs"
