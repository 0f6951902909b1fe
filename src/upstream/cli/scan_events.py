"""``upstream scan near-repeat`` and ``upstream scan clusters``: what follows near by and soon, what is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upstream.cli.force import open_store
from upstream.cli.settings import Settings, load_settings, who
from upstream.cli.terminal import cells, number, say, say_json, show
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.measures.events import Events, EventsOf
    from upstream.scan.clusters import Clusters
    from upstream.scan.near_repeat import NearRepeats
    from upstream.store import Store

PURPOSE = "Patterns of events looked for from the command line"
SHOWN = 15
"""Rows of a table in the terminal; --out and --json give every one."""
DAY = click.DateTime(["%Y-%m-%d"])
TYPES = click.option(
    "--type", "types", multiple=True, metavar="TYPE", help='Crime type, for example "Burglary" (repeat for more).'
)
AREAS = click.option("--area", "areas", multiple=True, metavar="CODE", help="Only this policing area (repeat).")
FIRST = click.option("--from", "first", type=DAY, metavar="YYYY-MM-DD", help="First day; without it, a year before.")
LAST = click.option("--to", "last", type=DAY, metavar="YYYY-MM-DD", help="Last day; of a list, its own by default.")
LISTED = click.option(
    "--events", "listed", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.csv",
    help="Instead of the store: a list with date, and easting and northing, longitude and latitude, or x and y.",
)  # fmt: skip
OUT = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE",
    help="Every row into a file: .csv, .parquet, .json or .geojson.",
)  # fmt: skip
JSON = click.option("--json", "as_json", is_flag=True, help="JSON, for a program to read.")


def asked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which events: types, areas, first and last day; and where the answer goes."""
    for option in (JSON, OUT, LAST, FIRST, AREAS, TYPES):
        function = option(function)
    return function


def events_of(
    settings: Settings, types: Sequence[str], areas: Sequence[str], first: dt.datetime | None,
    last: dt.datetime | None,
) -> EventsOf:  # fmt: skip
    """What the options ask for; an area that the settings do not have is refused."""
    from upstream.measures.events import EventsOf

    if last is None:
        raise BadInput("No last day is named.", allowed="--to YYYY-MM-DD")
    begin = first.date() if first else last.date() - dt.timedelta(days=364)
    if begin > last.date():
        raise BadInput(
            f"The first day, {begin}, is after the last, {last.date()}.", allowed="a first day no later than the last"
        )
    known = [area.code for area in settings.areas]
    strange = [code for code in areas if known and code not in known]
    if strange:
        raise BadInput(f"{', '.join(strange)}: no such area.", allowed=", ".join(known))
    return EventsOf(begin, last.date(), areas=tuple(areas) or None, types=tuple(types), force=settings.force_key)


def events_asked(
    settings: Settings, store: Store, types: Sequence[str], areas: Sequence[str],
    first: dt.datetime | None, last: dt.datetime | None,
) -> Events:  # fmt: skip
    """The events of some types, areas and days, with their points."""
    from upstream.measures.events import events
    from upstream.store import ReadingScope

    of = events_of(settings, types, areas, first, last)
    scope = ReadingScope(who(), PURPOSE, frozenset({"crimes", "incidents", "street_crimes"}))
    return events(of, store, scope, engine=settings.engine, memory=settings.memory, threads=settings.threads)


def listed_or_held(
    config: str, listed: Path | None, types: tuple[str, ...], areas: Sequence[str], first: dt.datetime | None,
    last: dt.datetime | None, out: Path | None,
) -> tuple[Settings, Mapping[str, str], Events]:  # fmt: skip
    """The settings, names of small areas and events, of a list if one is given, else of the store."""
    from upstream.measures.event_files import OTHER_GRID, events_in_file

    if listed is None:
        settings, store = open_store(config)
        return settings, names_of(store), events_asked(settings, store, types, areas, first, last)
    if areas:
        raise BadInput("A list has no areas.", allowed="--events without --area")
    read = events_in_file(listed, types=types, first=first and first.date(), last=last and last.date())
    if read.table == OTHER_GRID and out is not None and out.suffix.lower() == ".geojson":
        raise BadInput("x and y of an unknown grid have no place on a map.", allowed="--out .csv, .parquet or .json")
    return load_settings(Path(config)), {"": "a place of the list"}, read


def names_of(store: Store) -> dict[str, str]:
    """Name by code of the small areas held."""
    from upstream.places.tables import AREAS as TABLE
    from upstream.places.tables import read_table

    if not store.holds(TABLE.name):
        return {}
    return {row["lsoa"]: row["name"] or row["lsoa"] for row in read_table(store, TABLE).to_pylist()}


def read_line(events: Events) -> str:
    """How many events were looked at, and what was left out."""
    rest = "".join(f"; {one.count:,} left out: {one.reason}" for one in events.left_out)
    gaps = "".join(f"; not held: {month.label}" for month in events.missing)
    return f"{number(len(events.day), 'event')} of {events.of.first} to {events.of.last} looked at{rest}{gaps}."


def numbers(text: str, what: str) -> tuple[float, ...]:
    """Ends of bands written as 100,200,300."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"{what} {text!r} cannot be read.", allowed="numbers with commas, such as 100,200,300") from None


@click.command("near-repeat")
@click.option("--metres", default="100,200,300,400", show_default=True, metavar="LIST", help="Ends of distance bands.")
@click.option("--days", default="7,14,21,28", show_default=True, metavar="LIST", help="Ends of time bands, whole days.")
@click.option("--cumulative", is_flag=True, help="Each band reaches from nought to its end.")
@click.option("--manhattan", is_flag=True, help="Distance along the axes, as streets go, not straight.")
@click.option("--permutations", default=999, show_default=True, help="Times that the days are dealt out anew.")
@click.option("--chain-metres", default=200.0, show_default=True, help="Events no farther apart follow one another.")
@click.option("--chain-days", default=14, show_default=True, help="... and no later than this.")
@click.option("--cell", default=200.0, show_default=True, help="Side of the squares in which risk is shown, metres.")
@click.option("--seed", default=1964, show_default=True, help="Of the permutations: the same seed, the same table.")
@click.option(
    "--rows",
    type=click.Choice(["bands", "risk", "windows", "chains", "events"]),
    help="Which rows go into --out (bands; .geojson: risk). events: those of the chains.",
)
@LISTED
@asked
@click.pass_obj
def near_repeat(
    config: str, metres: str, days: str, cumulative: bool, manhattan: bool, permutations: int, chain_metres: float,
    chain_days: int, cell: float, seed: int, rows: str | None, listed: Path | None, types: tuple[str, ...],
    areas: tuple[str, ...], first: dt.datetime | None, last: dt.datetime | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Does a crime make another near by and soon more likely, which follow one another, and where is risk raised now?

    Needs days and points: open data, which has neither, is refused.

    Examples: upstream scan near-repeat --type Burglary --to 2022-06-30 --out risk.geojson;
    upstream scan near-repeat --events burglaries.csv
    """
    from upstream.scan import event_rows
    from upstream.scan.near_repeat import NearRepeatOf, near_repeats
    from upstream.scan.read_facts import read_facts

    of = NearRepeatOf(
        distances=numbers(metres, "Distances"), days=tuple(int(day) for day in numbers(days, "Days")),
        metric="manhattan" if manhattan else "euclidean", cumulative=cumulative, permutations=permutations,
        chain_metres=chain_metres, chain_days=chain_days, cell_metres=cell, seed=seed,
    )  # fmt: skip
    settings, names, read = listed_or_held(config, listed, types, areas, first, last, out)
    found = near_repeats(read, of)
    public = settings.disclosure == "public"
    made = {
        "bands": event_rows.bands(found),
        "risk": event_rows.risk_areas(found, names, public=public),
        # these show single events
        "windows": [] if public else event_rows.risk_windows(found, names),
        "chains": [] if public else event_rows.chains(found, names),
        "events": [] if public else event_rows.chain_events(found, names),
    }
    if out is not None:
        _write(out, made, rows)
    if as_json:
        say_json({"read": read_facts(read, read.left_out), **event_rows.near_repeat_facts(found), "rows": made})
        return
    _show_near_repeats(found, made, read)
    if out is not None:
        say(f"Written to {out}.")


def _write(out: Path, made: Mapping[str, list[dict[str, Any]]], rows: str | None) -> None:
    from upstream.reports.rows_out import write_rows
    from upstream.scan import event_rows

    drawn = out.suffix.lower() == ".geojson"
    kind = rows or ("risk" if drawn else "bands")
    if drawn and kind not in ("risk", "windows"):
        raise BadInput(f"Rows of {kind} have no shape.", allowed="--rows risk or windows, or .csv, .parquet, .json")
    write_rows(out, made[kind], shapes=[event_rows.shape(row) for row in made[kind]] if drawn else None)


def _show_near_repeats(found: NearRepeats, made: Mapping[str, list[dict[str, Any]]], read: Events) -> None:
    from rich.table import Table

    table = Table(title="Pairs found over pairs expected (* raised: share of false ones held to 5%)")
    for title in ("", *found.day_words):
        table.add_column(title, justify="right" if title else "left")
    for row, words in enumerate(found.distance_words):
        figures = [_band(found, row, column) for column in range(len(found.day_words))]
        table.add_row(*cells(words, *figures))
    show(table)
    say(read_line(read))
    if found.uncertain or found.by_recording:
        say(
            f"{found.uncertain:,} are known only to within {found.of.days[0]} days or more; "
            f"{found.by_recording:,} are dated by the day they were recorded."
        )
    say(f"{number(len(found.chains), 'chain')} of events that follow one another.")
    if not found.risk:
        say("No band is raised, so no place is at raised risk by this.")
    for area in made["risk"][:SHOWN]:
        held = "fewer than 5" if area["events"] is None else f"{area['events']:,.0f}"
        say(
            f"Raised until {area['until']}: {area['name']}, square of {area['metres']:g} m at {area['easting']:.0f} "
            f"{area['northing']:.0f}; {held} recent, {area['ratio']:.1f} times as likely."
        )


def _band(found: NearRepeats, row: int, column: int) -> str:
    table = found.table
    if not table.expected[row, column]:
        return "none there"
    star = "*" if found.raised[row, column] else " "
    return (
        f"{table.observed[row, column]:,} / {table.expected[row, column]:,.1f} = {table.ratio[row, column]:.2f}{star} "
        f"p {table.p_more[row, column]:.3f}"
    )


@click.command("clusters")
@click.option(
    "--model", type=click.Choice(["permutation", "poisson"]), default="permutation", show_default=True,
    help="By each place's and day's own total, or against each place's history.",
)  # fmt: skip
@click.option("--longest", default=28, show_default=True, help="Days that a cluster may have lasted.")
@click.option("--cell", default=250.0, show_default=True, help="Events in one square of so many metres are one place.")
@click.option("--radius", default=2_000.0, show_default=True, help="Largest radius, metres.")
@click.option("--recurrence", default=365.0, show_default=True, help="New: by chance once in more nights than this.")
@click.option("--seed", default=2005, show_default=True, help="Of the replicas: the same seed, the same p-values.")
@LISTED
@asked
@click.pass_obj
def clusters(
    config: str, model: str, longest: int, cell: float, radius: float, recurrence: float, seed: int,
    listed: Path | None, types: tuple[str, ...], areas: tuple[str, ...], first: dt.datetime | None,
    last: dt.datetime | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Where has more happened of late than there was to expect, and is it still there on the last day?

    Needs days and points: open data, which has neither, is refused.

    Example: upstream scan clusters --type "Vehicle crime" --to 2022-06-19 --out clusters.geojson
    """
    from upstream.reports.rows_out import write_rows
    from upstream.scan import event_rows
    from upstream.scan.clusters import ClustersOf
    from upstream.scan.clusters import clusters as scanned
    from upstream.scan.read_facts import read_facts

    of = ClustersOf(
        model="poisson" if model == "poisson" else "permutation", longest_days=longest, cell_metres=cell,
        most_metres=radius, recurrence_days=recurrence, seed=seed,
    )  # fmt: skip
    settings, names, read = listed_or_held(config, listed, types, areas, first, last, out)
    found = scanned(read, of)
    rows = event_rows.cluster_rows(found, names, public=settings.disclosure == "public")
    if out is not None:
        drawn = out.suffix.lower() == ".geojson"
        write_rows(out, rows, shapes=[event_rows.shape(row) for row in rows] if drawn else None)
    if as_json:
        say_json({"read": read_facts(read, read.left_out), **event_rows.cluster_facts(found), "clusters": rows})
        return
    _show_clusters(found, rows, read)
    if out is not None:
        say(f"Written to {out}.")


def _show_clusters(found: Clusters, rows: Sequence[Mapping[str, Any]], read: Events) -> None:
    from rich.table import Table

    table = Table(title="The strongest clusters still there on the last day")
    for title in ("Place", "Since", "Events", "Expected", "Radius", "p", "By chance", "New"):
        table.add_column(title, justify="left" if title in ("Place", "Since", "New") else "right")
    for row in rows:
        table.add_row(
            *cells(
                row["name"], row["first"], "under 5" if row["events"] is None else f"{row['events']:,.0f}",
                f"{row['expected']:.1f}", f"{row['radius_metres']:,.0f} m", f"{row['p']:.3f}",
                in_nights(row["recurrence_days"]), "yes" if row["new"] else "no",
            )
        )  # fmt: skip
    show(table)
    say(read_line(read))
    say(f"{found.places:,} squares, {found.cylinders:,} circles and spans tried, {found.replicas:,} replicas.")
    if found.at_one_address:
        say(f"{number(found.at_one_address, 'cluster')} left out: they rest on one address.")
    say(f"{number(len(found.new), 'new cluster')} on {found.to}.")


def in_nights(days: float | None) -> str:
    """How seldom chance alone gives one, scanned every night: no finer than the replicas can say."""
    if days is None or days > 3_650:
        return "under once in 10 years"
    return f"once in {days:,.0f} nights"
