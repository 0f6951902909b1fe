"""``upstream scan repeats``: how many victims, suspects and addresses again, and how soon."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.force import open_store
from upstream.cli.scan_events import PURPOSE, SHOWN, asked, events_asked, names_of
from upstream.cli.settings import Settings, who
from upstream.cli.terminal import say, say_json
from upstream.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from upstream.measures.person_events import Role
    from upstream.scan.repeats import RepeatCounts
    from upstream.store import Store


@click.command("repeats")
@click.option(
    "--of", "subject", type=click.Choice(["victims", "suspects", "addresses"]), default="victims", show_default=True,
    help="Who or what had crimes again.",
)  # fmt: skip
@click.option("--rows", type=click.Choice(["curve", "places"]), help="Which rows go into --out (curve).")
@asked
@click.pass_obj
def repeats(
    config: str, subject: str, rows: str | None, types: tuple[str, ...], areas: tuple[str, ...],
    first: dt.datetime | None, last: dt.datetime, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """How many had more than one crime, what part of all crimes that is, and how soon the next one came.

    Counts alone: nobody is listed. People are read under a logged scope; addresses of open data are refused.

    Example: upstream scan repeats --of addresses --type Burglary --to 2022-06-30 --out curve.csv
    """
    from upstream.reports.rows_out import write_rows
    from upstream.scan.repeats import curve_rows, lines, place_rows, plain_repeats

    if rows == "places" and subject != "addresses":
        raise BadInput(f"{subject} have no places.", allowed="--rows places with --of addresses")
    settings, store = open_store(config)
    found = _found(settings, store, subject, types, areas, first, last)
    public = settings.disclosure == "public"
    facts = plain_repeats(found, public=public)
    places = place_rows(found, names_of(store), public=public)
    if out is not None:
        write_rows(out, places if rows == "places" else curve_rows(found, public=public), store)
    if as_json:
        say_json({**facts, "places": places})
        return
    if public and facts["share_again"] is None:
        say("Too few for a share that may be published.")
    else:
        for line in lines(found) if not public else _public_lines(facts):
            say(line)
    for place in places[:SHOWN]:
        shown = {key: "under 5" if value is None else value for key, value in place.items()}
        counted = f"{shown['addresses_again']} of {shown['addresses']} addresses, {shown['crimes_again']} crimes"
        say(f"{place['name']}: {counted}.")
    if out is not None:
        say(f"Written to {out}.")


def _public_lines(facts: dict[str, object]) -> list[str]:
    return [f"{facts['again']} of {facts['subjects']} {facts['subject']} had two crimes or more, to the nearest 5."]


def _found(
    settings: Settings, store: Store, subject: str, types: Sequence[str], areas: Sequence[str],
    first: dt.datetime | None, last: dt.datetime,
) -> RepeatCounts:  # fmt: skip
    from upstream.cli.scan_events import events_of
    from upstream.measures.person_events import PEOPLE, person_events
    from upstream.scan.repeats import repeat_addresses, repeat_people
    from upstream.store import ReadingScope

    if subject == "addresses":
        return repeat_addresses(events_asked(settings, store, types, areas, first, last))
    scope = ReadingScope(who(), PURPOSE, frozenset({"crimes", PEOPLE}), personal=True)
    role: Role = "victim" if subject == "victims" else "suspect"
    return repeat_people(person_events(events_of(settings, types, areas, first, last), store, scope, role))
