"""`load_roles`: the roles of roles.toml; those that a force has changed since are left alone unless --again."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upstream_web.audit.changes import System
from upstream_web.people import changes
from upstream_web.people.models import Role

FILE = Path(__file__).resolve().parents[2] / "roles.toml"


class Command(BaseCommand):
    """Load the roles."""

    help = "Load the roles that Upstream starts with; existing ones are left alone unless --again is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="set existing roles back to the file")

    def handle(self, *args: Any, **options: Any) -> None:
        held = set(Role.objects.values_list("key", flat=True))
        for key, role in tomllib.loads(FILE.read_text()).items():
            if key not in held or options["again"]:
                changes.set_role(key=key, by=System("load_roles"), **role)
        self.stdout.write(f"{Role.objects.count()} roles.")
