"""`load_roles`: the roles of roles.toml, as this release has them; those changed here stay unless --again."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upstream_web.audit.changes import System
from upstream_web.audit.queries import history_of
from upstream_web.people import changes
from upstream_web.people.models import Role

NAME = "load_roles"
FILE = Path(__file__).resolve().parents[2] / "roles.toml"


class Command(BaseCommand):
    """Load the roles."""

    help = (
        "Load the roles of this release; those that somebody here has changed are left alone unless --again is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="set every role back to the file")

    def handle(self, *args: Any, **options: Any) -> None:
        held = {role.key: role for role in Role.objects.all()}
        for key, release in tomllib.loads(FILE.read_text()).items():
            role = held.get(key)
            if role is not None and _is_as(role, release):
                continue
            if role is None or options["again"] or _is_as_loaded(role):
                changes.set_role(key=key, by=System(NAME), **release)
                self.stdout.write(f"{release['name']}: loaded.")
            else:
                more = sorted(set(release["permissions"]) - set(role.permissions))
                allows = f", and allows also: {', '.join(more)}" if more else ""
                self.stdout.write(f"{role.name}: left as it was changed here. The release has another{allows}.")
        self.stdout.write(f"{Role.objects.count()} roles.")


def _is_as(role: Role, release: dict[str, Any]) -> bool:
    return (role.name, role.description, set(role.permissions)) == (
        release["name"],
        release["description"],
        set(release["permissions"]),
    )


def _is_as_loaded(role: Role) -> bool:
    """Whether nobody has changed the role since this command last did: the audit log knows."""
    last = history_of(role).order_by("-pk").first()
    return last is not None and last.by_id is None and last.by_name == NAME
