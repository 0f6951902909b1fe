"""``upstream scan concentration``: how few places, or facilities, hold how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from upstream.cli.force import open_store
from upstream.cli.scan_events import PURPOSE
from upstream.cli.scan_place_options import given_out, of_places, read_events, rng_of, say_read, show_rows
from upstream.cli.settings import who
from upstream.cli.terminal import say
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.places.facilities import Facilities
    from upstream.scan.concentration import Exposure
    from upstream.store import Store


@click.command("concentration")
@click.option(
    "--by-chance", "exposure", type=click.Choice(["places", "residents", "area"]), default="places", show_default=True,
    help="What chance deals events out by.",
)  # fmt: skip
@click.option(
    "--facilities", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.csv",
    help="Every facility of a kind (name; easting and northing, or longitude and latitude): which few are risky?",
)  # fmt: skip
@click.option(
    "--register", metavar="KIND",
    help='The same of a register in the store: "licensed premises", "drinking places", "off-licences", "late food", '
    '"schools".',
)  # fmt: skip
@click.option("--radius", default=100.0, show_default=True, help="Metres within which an event is about a facility.")
@of_places
def concentration(
    config: str, exposure: str, facilities: Path | None, register: str | None, radius: float, unit: str, across: float,
    seed: int, types: tuple[str, ...], areas: tuple[str, ...], first: dt.datetime | None, last: dt.datetime,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """How few places hold a quarter, half and four fifths of it, beside chance, and are they the same every year?

    Example: upstream scan concentration --type Burglary --to 2022-06-30 --from 2020-07-01 --out places.csv
    """
    from upstream.scan import place_rows
    from upstream.scan.concentration import concentrated
    from upstream.scan.read_facts import read_facts

    if facilities is not None and register is not None:
        raise BadInput("Both a file and a register of facilities are given.", allowed="--facilities or --register")
    if facilities is not None or register is not None:
        _facilities(config, facilities, register, radius, seed, types, areas, first, last, out, as_json)
        return
    settings, read, study = read_events(config, unit, across, types, areas, first, last)
    found = concentrated(read, study, rng=rng_of(seed), exposure=cast("Exposure", exposure))
    order, rows = place_rows.concentration_rows(found, public=settings.disclosure == "public")
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "concentration": place_rows.concentration_facts(found.found),
        "stability": place_rows.stability_facts(found),
    }
    if given_out(facts, rows, out, as_json, lambda: place_rows.shapes(study, order)):
        return
    _shares(facts["concentration"])
    for one in facts["stability"]:
        say(
            f"Of the {one['leading']} places that led in the year from {one['year_from']}, {one['stayed']} led in the "
            f"next. They had {one['events_before']:,} events and then {one['events_after']:,}; unchanged places, "
            f"falling back to the usual, would have had {one['expected_after_if_unchanged']:,.0f}."
        )
    show_rows("Places with most", {"Place": "place", "Events": "events", "Share so far": "share_so_far"}, rows)
    say_read(facts["read"], out)


def _shares(found: Mapping[str, Any]) -> None:
    for share in found["shares"]:
        say(
            f"{share['of_events']:.0%} of {found['events']:,} events: {share['places']:,} of {found['places']:,} "
            f"places, {share['of_places']:.1%} ({share['lower']:.1%} to {share['upper']:.1%}); by chance "
            f"{share['by_chance']:.1%}."
        )
    say(f"Gini coefficient {found['gini']:.3f}, generalised {found['generalised_gini']:.3f}; by chance "
        f"{found['gini_by_chance']:.3f}.")  # fmt: skip


def _facilities(
    config: str, path: Path | None, register: str | None, radius: float, seed: int, types: tuple[str, ...],
    areas: tuple[str, ...], first: dt.datetime | None, last: dt.datetime, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    import shapely

    from upstream.cli.scan_events import events_asked
    from upstream.places.facilities import facilities_in
    from upstream.places.national_grid import to_degrees
    from upstream.scan import place_rows
    from upstream.scan.concentration import risky_facilities
    from upstream.scan.read_facts import read_facts

    settings, store = open_store(config)
    read = events_asked(settings, store, types, areas, first, last)
    of = facilities_in(path) if path is not None else _of_register(register or "", store, areas)
    found = risky_facilities(read, list(of.names), of.easting, of.northing, radius=radius, rng=rng_of(seed))
    rows = place_rows.facility_rows(found, public=settings.disclosure == "public")
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "radius_metres": radius,
        "beyond": found.beyond,
        "without_point": of.without_point,
        "concentration": place_rows.concentration_facts(found.found),
    }
    degrees = to_degrees(found.easting[found.order], found.northing[found.order])
    if given_out(facts, rows, out, as_json, lambda: list(shapely.points(degrees))):
        return
    _shares(facts["concentration"])
    show_rows("Facilities with most", {"Place": "place", "Events": "events"}, rows)
    say(f"{found.beyond:,} events lie within {radius:g} metres of none.")
    if of.without_point:
        say(f"{of.without_point:,} more facilities of the register have no point.")
    say_read(facts["read"], out)


def _of_register(kind: str, store: Store, areas: tuple[str, ...]) -> Facilities:
    """Every facility of a kind that a register in the store lists."""
    from upstream.measures.registers import REGISTERS, listed
    from upstream.places.facilities import Facilities
    from upstream.store import ReadingScope

    scope = ReadingScope(who(), PURPOSE, frozenset({one.table for one in REGISTERS.values()}))
    held = listed(kind, store, scope, areas=areas or None)
    return Facilities(tuple(held.names.tolist()), held.easting, held.northing, held.without_point)
