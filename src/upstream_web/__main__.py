"""`python -m upstream_web COMMAND`, and the `upstream-web` program: the site's own commands."""

import os
import sys


def main() -> None:
    """Run one of the site's commands; without settings named, those of production."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upstream_web.config.settings.production")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["upstream-web", *sys.argv[1:]])


if __name__ == "__main__":
    main()
