"""`demo`: the synthetic force with its records and report, the site over it, and an account for each role."""

import sys
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from upstream_web.demo.assessed import make_assessed_plans
from upstream_web.demo.in_records import in_records
from upstream_web.demo.needs import make_needs
from upstream_web.demo.people import make_cast
from upstream_web.demo.plans import make_plans
from upstream_web.demo.reports import begin_reports, publish_report
from upstream_web.demo.together import run_together
from upstream_web.measures.models import Calculation
from upstream_web.needs.models import IndexVersion
from upstream_web.people.models import User
from upstream_web.reports.models import Report
from upstream_web.signals.models import Look

PASSWORD = "marchwold-demonstration"  # noqa: S105 - invented people on one's own machine; refused in production
WORKERS = 2


class Command(BaseCommand):
    """Build and serve the demonstration."""

    help = "Build the demonstration in a folder and serve it on this machine, for example: demo --port 8765"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8765)
        parser.add_argument("--plans", type=int, default=150, help="how many plans to invent")
        parser.add_argument("--no-serve", action="store_true", help="build only")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demonstration has known passwords: it runs only with the settings made for it.")
        force = Path(settings.DATA, "upstream.toml")
        if not force.is_file():
            raise CommandError(
                f"{settings.DATA} holds no force. Build one first: upstream demo --no-serve --folder {settings.DATA}"
            )
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        if not User.objects.exists():
            self._people_and_plans(tomllib.loads(force.read_text("utf-8")), options["plans"])
        if Path(settings.DATA, "store").is_dir():
            self._figures()
            self._reports()
            self._signals()
            self._needs()
        self._say(options["port"])
        if not options["no_serve"]:
            _serve(options["port"])

    def _people_and_plans(self, force: dict[str, Any], plans: int) -> None:
        self.stdout.write("Inventing people, bodies and plans")
        call_command("load_roles", verbosity=0)
        call_command("load_evidence", verbosity=0)
        with transaction.atomic():  # all of it or none: a killed build begins again
            cast = make_cast(force, PASSWORD)
            planted = Path(settings.DATA, "records", "manifest.json")
            held = planted.is_file()
            make_plans(cast, number=plans, within=in_records(cast) if held else None)
            if held:
                make_assessed_plans(cast, planted)

    def _figures(self) -> None:
        if Calculation.objects.exists():
            return
        self.stdout.write("Working the measures out for the performance pages")
        call_command("measures_prepare", verbosity=0)
        writer = User.objects.filter(memberships__role__key="analyst").order_by("pk").first()
        if writer is not None:
            call_command("commentary_import", by=writer.email, verbosity=0)

    def _reports(self) -> None:
        if Report.objects.exists():
            return
        self.stdout.write("Making the quarterly report, for those who govern and for everybody")
        people = {user.email: user for user in User.objects.filter(email__endswith="@demo.example")}
        begun = begin_reports(people, Calculation.objects.latest("month").month)
        call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
        for report in begun:
            publish_report(report, people)

    def _signals(self) -> None:
        if not Look.objects.exists():
            self.stdout.write("Looking for signals, as a night would: a minute or so")
            call_command("signals_propose", verbosity=0)

    def _needs(self) -> None:
        if not IndexVersion.objects.exists():
            self.stdout.write("Counting needs, comparing partners and planning patrols")
            people = {user.email: user for user in User.objects.filter(email__endswith="@demo.example")}
            with transaction.atomic():  # all of it or none: a killed build begins again
                make_needs(people)

    def _say(self, port: int) -> None:
        self.stdout.write(
            f"\nUpstream is at http://127.0.0.1:{port}/\n\nSign in as one of these, password {PASSWORD}\n"
        )
        for user in User.objects.filter(email__endswith="@demo.example").order_by("pk"):
            self.stdout.write(f"  {user.email:32} {user.post}")
        self.stdout.write("\nStop with Ctrl+C.")
        self.stdout.flush()


def _serve(port: int) -> None:
    """The server, and the worker for long work beside it, until the server or this process is stopped."""
    python = [sys.executable, "-m"]
    options = [
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(WORKERS),
        "--log-level",
        "warning",
        "--no-control-socket",
    ]
    server = [*python, "gunicorn", *options, "upstream_web.config.wsgi"]
    sys.exit(run_together(server, [*python, "upstream_web", "db_worker"]))
