"""`commentary_import`: bring a folder of commentary files onto the pages of a month, as versions by a person."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upstream.errors import UpstreamError
from upstream.reports.commentary import SECTIONS, Commentary, read_commentary
from upstream_web.measures import changes, queries
from upstream_web.measures.engine.figures import Figures, figures
from upstream_web.measures.engine.store import force
from upstream_web.people.models import User

FIELDS = dict(zip(SECTIONS.values(), ("meaning", "next_steps", "action"), strict=True))


class Command(BaseCommand):
    """Bring commentary files in."""

    help = (
        "Put the files of a commentary folder (by default the one in upstream.toml) on the pages of a month. A measure "
        "that has commentary already is left alone; what the figures do not back is refused, and said."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the person who puts them there")
        parser.add_argument("--month", metavar="YYYY-MM", help="by default the latest month that is calculated")
        parser.add_argument("--folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(email__iexact=options["by"]).first()
        folder = options["folder"] or force().settings.commentary
        row = queries.calculation_of(options["month"]) if options["month"] else queries.newest_calculation()
        found = figures(row.kept_as, row.definitions) if row is not None else None
        for wanting, words in ((by, f"Nobody has the address {options['by']}."), (folder, "Name a --folder.")):
            if wanting is None:
                raise CommandError(words)
        if found is None:
            raise CommandError("The month is not calculated: run measures_prepare first.")
        for key, written in read_commentary(folder).items():
            self.stdout.write(f"{key}: {_put(found, key, written, by)}")


def _put(found: Figures, key: str, written: Commentary, by: User) -> str:
    if key not in found.bindings:
        return "no such measure"
    if queries.commentary_on(key, str(found.month)) is not None:
        return "has commentary already"
    try:
        changes.publish_commentary(figures=found, measure=key, words=_words(written), base=0, by=by)
    except UpstreamError as error:
        return f"refused. {error.sentence}"
    return "put on its page"


def _words(written: Commentary) -> dict[str, Any]:
    override = written.override
    return {
        "author": written.author,
        **dict.fromkeys(FIELDS.values(), ""),
        **{FIELDS[title]: body.strip("\n") for title, body, _ in written.sections},
        "likelihood": round(100 * override.probability) if override else None,
        "likelihood_by": override.by if override else "",
        "likelihood_reason": override.reason if override else "",
    }
