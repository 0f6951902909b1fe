"""``upstream scan concentration``, ``hotspots``, ``harm-spots``, ``emerging`` and ``back-test``: where it happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from upstream.cli.force import open_store
from upstream.cli.scan_events import PURPOSE, asked, events_of
from upstream.cli.settings import Settings, who
from upstream.cli.terminal import cells, say, say_json, show
from upstream.errors import BadInput

if TYPE_CHECKING:
    import numpy as np

    from upstream.measures.events import Events
    from upstream.places.facilities import Facilities
    from upstream.scan.concentration import Exposure
    from upstream.scan.hot_spots import Method, Of
    from upstream.scan.study import Study, Unit
    from upstream.store import Store

SHOWN = 12
"""Rows of a table in the terminal; --out and --json give every one."""
UNIT = click.option(
    "--by", "unit", type=click.Choice(["small-area", "square", "hexagon"]), default="small-area", show_default=True,
    help="Places looked at.",
)  # fmt: skip
ACROSS = click.option("--across", default=500.0, show_default=True, help="Metres across a square or hexagon.")
SEED = click.option("--seed", default=2015, show_default=True, help="Of what is drawn: the same seed, the same answer.")
_UNITS: Final[dict[str, Unit]] = {"small-area": "small area", "square": "square", "hexagon": "hexagon"}
Rows = list[dict[str, Any]]


def _of_places(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every scan of places."""
    for option in (SEED, ACROSS, UNIT):
        function = option(function)
    return click.pass_obj(asked(function))


def _read(
    config: str, unit: str, across: float, types: Sequence[str], areas: Sequence[str],
    first: dt.datetime | None, last: dt.datetime,
) -> tuple[Settings, Events, Study]:  # fmt: skip
    """The events asked for and the places that they are looked at in."""
    from upstream.measures.events import events
    from upstream.scan.study import study_of
    from upstream.store import ReadingScope

    settings, store = open_store(config)
    of = events_of(settings, types, areas, first, last)
    scope = ReadingScope(who(), PURPOSE, frozenset({"crimes", "incidents", "street_crimes"}))
    found = events(
        of, store, scope, need="small area" if unit == "small-area" else "point",
        engine=settings.engine, memory=settings.memory, threads=settings.threads,
    )  # fmt: skip
    names = {area.code: area.name for area in settings.areas}
    return settings, found, study_of(found, store, unit=_UNITS[unit], across=across, area_names=names)


def _rng(seed: int) -> np.random.Generator:
    import numpy as np

    return np.random.default_rng(seed)


def _given(
    facts: Mapping[str, Any],
    rows: Rows,
    out: Path | None,
    as_json: bool,
    made_shapes: Callable[[], Sequence[Any]] | None,
) -> bool:
    """Write the file and print the JSON that were asked for; whether there is no table to show any more."""
    from upstream.reports.rows_out import write_rows

    if out is not None:
        drawn = out.suffix.lower() == ".geojson"
        if drawn and made_shapes is None:
            raise BadInput("These rows have no shape.", allowed=".csv, .parquet, .json")
        write_rows(out, rows, shapes=made_shapes() if drawn and made_shapes else None)
    if as_json:
        say_json({**facts, "rows": rows})
    return as_json


def _table(title: str, columns: Mapping[str, str], rows: Rows) -> None:
    from rich.table import Table

    table = Table(title=title)
    for words in columns:
        table.add_column(words, justify="left" if words in ("Place", "Called", "Map") else "right")
    for row in rows[:SHOWN]:
        table.add_row(*cells(*(_cell(row, key) for key in columns.values())))
    show(table)
    if len(rows) > SHOWN:
        say(f"{len(rows) - SHOWN:,} more rows: give --out FILE or --json.")


def _cell(row: Mapping[str, Any], key: str) -> str:
    if key == "place":
        return str(row.get("name") or row.get("lsoa") or row.get("cell"))
    value = row[key]
    if value is None:
        return "withheld"
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def _said(read: Mapping[str, Any], after: Path | None) -> None:
    """What was left out and what a reader must know."""
    say(f"{read['read']:,} events of {read['first']} to {read['last']} read.")
    for reason, count in read["left_out"].items():
        say(f"{count:,} left out: {reason}.")
    for note in read["notes"]:
        say(note)
    if after is not None:
        say(f"Written to {after}.")


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
@_of_places
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
    settings, read, study = _read(config, unit, across, types, areas, first, last)
    found = concentrated(read, study, rng=_rng(seed), exposure=cast("Exposure", exposure))
    order, rows = place_rows.concentration_rows(found, public=settings.disclosure == "public")
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "concentration": place_rows.concentration_facts(found.found),
        "stability": place_rows.stability_facts(found),
    }
    if _given(facts, rows, out, as_json, lambda: place_rows.shapes(study, order)):
        return
    _shares(facts["concentration"])
    for one in facts["stability"]:
        say(
            f"Of the {one['leading']} places that led in the year from {one['year_from']}, {one['stayed']} led in the "
            f"next. They had {one['events_before']:,} events and then {one['events_after']:,}; unchanged places, "
            f"falling back to the usual, would have had {one['expected_after_if_unchanged']:,.0f}."
        )
    _table("Places with most", {"Place": "place", "Events": "events", "Share so far": "share_so_far"}, rows)
    _said(facts["read"], out)


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
    found = risky_facilities(read, list(of.names), of.easting, of.northing, radius=radius, rng=_rng(seed))
    rows = place_rows.facility_rows(found, public=settings.disclosure == "public")
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "radius_metres": radius,
        "beyond": found.beyond,
        "without_point": of.without_point,
        "concentration": place_rows.concentration_facts(found.found),
    }
    degrees = to_degrees(found.easting[found.order], found.northing[found.order])
    if _given(facts, rows, out, as_json, lambda: list(shapely.points(degrees))):
        return
    _shares(facts["concentration"])
    _table("Facilities with most", {"Place": "place", "Events": "events"}, rows)
    say(f"{found.beyond:,} events lie within {radius:g} metres of none.")
    if of.without_point:
        say(f"{of.without_point:,} more facilities of the register have no point.")
    _said(facts["read"], out)


def _of_register(kind: str, store: Store, areas: tuple[str, ...]) -> Facilities:
    """Every facility of a kind that a register in the store lists."""
    from upstream.measures.registers import REGISTERS, listed
    from upstream.places.facilities import Facilities
    from upstream.store import ReadingScope

    scope = ReadingScope(who(), PURPOSE, frozenset({one.table for one in REGISTERS.values()}))
    held = listed(kind, store, scope, areas=areas or None)
    return Facilities(tuple(held.names.tolist()), held.easting, held.northing, held.without_point)


@click.command("hotspots")
@click.option(
    "--method", type=click.Choice(["gi", "moran", "density"]), default="gi", show_default=True,
    help="Getis and Ord's Gi*, Anselin's local Moran, or kernel density.",
)  # fmt: skip
@click.option(
    "--of", "of", type=click.Choice(["counts", "rates"]), default="counts", show_default=True,
    help="Events, or events to the residents of small areas, smoothed by empirical Bayes.",
)  # fmt: skip
@click.option("--permutations", default=999, show_default=True, help="Times that the counts are dealt out anew.")
@click.option("--bandwidth", type=float, metavar="METRES", help="Of density; without it, what police mapping uses.")
@click.option("--top", default=0.01, show_default=True, help="Of density: share of the area in the rows.")
@_of_places
def hotspots(
    config: str, method: str, of: str, permutations: int, bandwidth: float | None, top: float, unit: str, across: float,
    seed: int, types: tuple[str, ...], areas: tuple[str, ...], first: dt.datetime | None, last: dt.datetime,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Where is there more than chance would put there, counting the places around, with false discoveries held down?

    Example: upstream scan hotspots --type "Vehicle crime" --to 2022-06-30 --by hexagon --out hot.geojson
    """
    from upstream.scan import place_rows
    from upstream.scan.hot_spots import hot_spots
    from upstream.scan.read_facts import read_facts

    if method == "density":
        _density(config, bandwidth, top, across, types, areas, first, last, out, as_json)
        return
    settings, read, study = _read(config, unit, across, types, areas, first, last)
    found = hot_spots(read, study, rng=_rng(seed), method=cast("Method", method), permutations=permutations,
                      of=cast("Of", of))  # fmt: skip
    order, rows = place_rows.hot_spot_rows(found, public=settings.disclosure == "public")
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "method": method,
        "of": of,
        "permutations": permutations,
        "hot": int((found.called == "hot").sum()),
        "expected_false": found.expected_false,
    }
    if _given(facts, rows, out, as_json, lambda: place_rows.shapes(study, order)):
        return
    columns = {"Place": "place", "Called": "called", "Events": "events", "Rank by events": "rank_by_events",
               "z" if method == "gi" else "I": "statistic", "q": "q"}  # fmt: skip
    _table("Hot first, then by the statistic; the rank by events alone is the naive map", columns, rows)
    say(f"{facts['hot']:,} of {len(study):,} places are hot; of all that are called hot or cold about "
        f"{found.expected_false:.1f} are so by chance, at most.")  # fmt: skip
    _said(facts["read"], out)


def _density(
    config: str, bandwidth: float | None, top: float, across: float, types: tuple[str, ...], areas: tuple[str, ...],
    first: dt.datetime | None, last: dt.datetime, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    from upstream.scan import place_rows
    from upstream.scan.hot_spots import density_map
    from upstream.scan.read_facts import read_facts

    if not 0 < top <= 1:
        raise BadInput(f"A share of the area of {top}.", allowed="above 0, at most 1")
    _, read, study = _read(config, "hexagon", across, types, areas, first, last)
    found = density_map(read, study, rule="given" if bandwidth is not None else "usual", bandwidth=bandwidth)
    rows, drawn = place_rows.density_rows(found, top)
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "bandwidth_metres": found.density.bandwidth,
        "bandwidth_rule": found.rule,
        "cell_metres": found.density.cell,
        "kernel": found.density.kernel,
        "edge_allowed_for": found.bounded,
    }
    if _given(facts, rows, out, as_json, lambda: drawn):
        return
    _table("The densest cells", {"Easting": "easting", "Northing": "northing", "Events to km2": "events_per_km2"}, rows)
    say(f"Bandwidth: {found.rule}; cells of {found.density.cell:g} metres.")
    _said(facts["read"], out)


@click.command("harm-spots")
@_of_places
def harm_spots(
    config: str, unit: str, across: float, seed: int, types: tuple[str, ...], areas: tuple[str, ...],
    first: dt.datetime | None, last: dt.datetime, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Where is most harm, in days, and how much of the order is chance?

    Example: upstream scan harm-spots --to 2022-06-30 --out harm.geojson
    """
    from upstream.scan import place_rows
    from upstream.scan.hot_spots import harm_spots as weighed
    from upstream.scan.read_facts import read_facts

    settings, read, study = _read(config, unit, across, types, areas, first, last)
    found = weighed(read, study, rng=_rng(seed))
    order, rows = place_rows.harm_rows(found, public=settings.disclosure == "public")
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "leading": found.totals.top,
        "without_weight": found.without_weight,
    }
    if _given(facts, rows, out, as_json, lambda: place_rows.shapes(study, order)):
        return
    columns = {"Place": "place", "Harm days": "harm_days", "From": "lower", "To": "upper", "Events": "events",
               "Rank from": "rank_low", "to": "rank_high", "Rank by events": "rank_by_events"}  # fmt: skip
    _table("Places by days of harm, each with its 95% interval", columns, rows)
    _said(facts["read"], out)


@click.command("emerging")
@click.option("--months", "length", default=1, show_default=True, help="Months counted together as one period.")
@click.option("--permutations", default=199, show_default=True, help="Times that each period is dealt out anew.")
@_of_places
def emerging(
    config: str, length: int, permutations: int, unit: str, across: float, seed: int, types: tuple[str, ...],
    areas: tuple[str, ...], first: dt.datetime | None, last: dt.datetime, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Which hot spots are new, which of long standing, and which are growing or fading?

    Example: upstream scan emerging --type Burglary --from 2020-07-01 --to 2022-06-30 --out emerging.geojson
    """
    from upstream.scan import place_rows
    from upstream.scan.emerging import CLASS_WORDS
    from upstream.scan.emerging import emerging as emerged
    from upstream.scan.read_facts import read_facts

    settings, read, study = _read(config, unit, across, types, areas, first, last)
    found = emerged(read, study, rng=_rng(seed), permutations=permutations, period_months=length)
    order, rows = place_rows.emerging_rows(found, public=settings.disclosure == "public")
    classes = {word: int((found.called == word).sum()) for word in CLASS_WORDS}
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "periods": [str(month) for month in found.months],
        "period_months": length,
        "classes": classes,
    }
    if _given(facts, rows, out, as_json, lambda: place_rows.shapes(study, order)):
        return
    columns = {"Place": "place", "Called": "called", "Periods hot": "periods_hot", "Trend": "trend", "p": "trend_p",
               "Events": "events"}  # fmt: skip
    _table(f"Hot spots over {len(found.months)} periods", columns, rows)
    for word, count in classes.items():
        if count:
            say(f"{word}: {count:,} places. {CLASS_WORDS[word]}.")
    _said(facts["read"], out)


@click.command("back-test")
@click.option(
    "--map", "maps", multiple=True, metavar="MAP",
    help='"all months", "gi", "density" or "harm" (repeat; "same places" is always there).',
)  # fmt: skip
@click.option("--share", "shares", multiple=True, type=float, help="Share of the area named (repeat; 0.01, 0.05, 0.1).")
@click.option("--periods", default=6, show_default=True, help="Periods tested, the last ones.")
@click.option("--months", "length", default=1, show_default=True, help="Months in a period.")
@_of_places
def back_test(
    config: str, maps: tuple[str, ...], shares: tuple[float, ...], periods: int, length: int, unit: str, across: float,
    seed: int, types: tuple[str, ...], areas: tuple[str, ...], first: dt.datetime | None, last: dt.datetime,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """How much of what came next lay where each map said, beside going where it happened last time?

    Example: upstream scan back-test --type Burglary --from 2020-07-01 --to 2022-06-30 --map gi --map "all months"
    """
    from upstream.scan import place_rows
    from upstream.scan.back_test import USUAL_AREAS
    from upstream.scan.back_test import back_test as tested
    from upstream.scan.read_facts import read_facts

    _, read, study = _read(config, unit, across, types, areas, first, last)
    chosen: Any = maps or ("all months", "gi")
    found = tested(read, study, rng=_rng(seed), maps=chosen, areas=shares or USUAL_AREAS, tested=periods,
                   period_months=length)  # fmt: skip
    rows = place_rows.back_test_rows(found)
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "periods": [str(month) for month in found.periods],
        "period_months": length,
    }
    if _given(facts, rows, out, as_json, None):
        return
    columns = {"Map": "what", "Of area": "of_area", "Hit rate": "hit_rate", "PAI": "accuracy_index",
               "PEI": "efficiency_index", "Gain": "gain_on_same_places", "From": "gain_lower",
               "To": "gain_upper"}  # fmt: skip
    _table(f"Maps tested on {len(found.periods)} periods after them", columns, rows)
    _said(facts["read"], out)


COMMANDS: tuple[click.Command, ...] = (concentration, hotspots, harm_spots, emerging, back_test)
