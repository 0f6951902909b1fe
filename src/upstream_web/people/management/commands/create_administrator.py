"""`create_administrator`: the first account of a new site, with a link to choose its password."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import System
from upstream_web.people import changes
from upstream_web.people.models import Organisation, Role, Team, User
from upstream_web.people.tasks import password_link

BY = System("create_administrator")


class Command(BaseCommand):
    """Create the first administrator."""

    help = (
        "Create an administrator and print a link to choose the password. "
        'Example: upstream-web create_administrator sam@force.uk "Sam Field" --body "Northshire Police"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the work address: it is the name to sign in with")
        parser.add_argument("name", help="the person's name")
        parser.add_argument("--body", required=True, metavar="NAME", help="the force; added where there is none yet")
        parser.add_argument("--post", default="", help="post or rank")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(email__iexact=options["email"]).exists():
            raise CommandError(f"There is an account for {options['email']} already.")
        call_command("load_roles", stdout=self.stdout)
        today = timezone.localdate()
        body = Organisation.objects.filter(name=options["body"]).first() or changes.add_organisation(
            name=options["body"], kind=Organisation.Kind.FORCE, valid_from=today, by=BY
        )
        team = body.teams.filter(name="Administration").first() or changes.add_team(
            name="Administration", kind=Team.Kind.OFFICE, organisation=body, valid_from=today, by=BY
        )
        user = changes.add_person(email=options["email"], name=options["name"], post=options["post"], by=BY)
        role = Role.objects.get(key="administrator")
        changes.join(user=user, team=team, role=role, valid_from=today, by=BY)
        self.stdout.write(
            f"Administrator {user.name} is added. The link works once, for three days:\n{password_link(user)}"
        )
