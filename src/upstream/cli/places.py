"""``upstream places``: boundaries, look-ups, populations and deprivation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upstream.cli.terminal import say, say_json, show

if TYPE_CHECKING:
    from upstream.places.add import Kind, PlacesAdded


@click.group("places")
def group() -> None:
    """Add boundaries, look-ups, populations and deprivation, and see what is held.

    Example: upstream places add lookup lookup_lsoa11_lsoa21.csv.gz
    """


@group.group("add")
def add() -> None:
    """Add a file about small areas; its columns say what it is. Compressed files (.gz) are read as they are.

    Example: upstream places add lsoa lsoa21_west-mercia.geojson.gz
    """


_JSON = click.option("--json", "as_json", is_flag=True, help="JSON, for a program to read.")
_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


def _options(command: Callable[..., None]) -> Callable[..., None]:
    return _FILES(_JSON(click.pass_obj(command)))


@add.command("lsoa")
@_options
def add_lsoa(config: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Boundaries of small areas (LSOA 2011 or 2021) in GeoJSON, longitude and latitude.

    Example: upstream places add lsoa lsoa21_west-mercia.geojson.gz
    """
    _add(config, "lsoa", files, as_json)


@add.command("lookup")
@click.option("--year", type=int, help="Year of the boundaries of beats, when the columns do not say (beat25_code).")
@_options
def add_lookup(config: str, files: tuple[Path, ...], as_json: bool, year: int | None) -> None:
    """Look-ups: 2011 to 2021 codes; small areas to districts, wards, beats, policing areas, or to rural or urban;
    output areas to small areas; districts to forces.

    Example: upstream places add lookup lookup_lsoa11_lsoa21_lad22.csv.gz lookup_lad24_csp24_pfa24.csv
    """
    _add(config, "lookup", files, as_json, year=year)


@add.command("population")
@click.option("--period", help="What was counted, when neither columns nor file name say: census-2021, mid-2020.")
@_options
def add_population(config: str, files: tuple[Path, ...], as_json: bool, period: str | None) -> None:
    """Residents, households and counts by group of small areas.

    Example: upstream places add population census2021_lsoa21_residents.csv --period census-2021
    """
    _add(config, "population", files, as_json, period=period)


@add.command("deprivation")
@click.option("--year", type=int, help="Year of the index, when the file's name does not say (imd2019...).")
@_options
def add_deprivation(config: str, files: tuple[Path, ...], as_json: bool, year: int | None) -> None:
    """An index of deprivation: scores, ranks and deciles by domain (decile 1 is the most deprived).

    Example: upstream places add deprivation imd2019_england_lsoa11_domains.csv.gz
    """
    _add(config, "deprivation", files, as_json, year=year)


def _add(
    config: str,
    kind: Kind,
    files: tuple[Path, ...],
    as_json: bool,
    *,
    period: str | None = None,
    year: int | None = None,
) -> None:
    from upstream.cli.settings import load_settings, who
    from upstream.places.add import add_places
    from upstream.store import Store

    store = Store(load_settings(Path(config)).store)
    results = []
    for path in files:
        result = add_places(store, kind, path, who=who(), period=period, year=year)
        results.append(_plain(result))
        if not as_json:
            _show(result)
    if as_json:
        say_json(results)


def _plain(result: PlacesAdded) -> dict[str, Any]:
    return {item.name: getattr(result, item.name) for item in dataclasses.fields(result)}


def _show(result: PlacesAdded) -> None:
    say(
        f"{result.file}: {result.what}. {result.read:,} read = {result.accepted:,} accepted + "
        f"{result.quarantined:,} quarantined + {result.already_held:,} already held"
    )
    for reason, rows in result.reasons.items():
        say(f"  quarantined: {rows:,} {'row' if rows == 1 else 'rows'}: {reason}")


@group.command("status")
@_JSON
@click.pass_obj
def status(config: str, as_json: bool) -> None:
    """What is held about places, and what is lacking.

    Example: upstream places status --json
    """
    from upstream.cli.settings import load_settings
    from upstream.places.status import places_held
    from upstream.store import Store

    held = places_held(Store(load_settings(Path(config)).store))
    if as_json:
        say_json([dataclasses.asdict(line) for line in held])
        return
    from rich.table import Table

    table = Table(title="Places")
    table.add_column("What")
    table.add_column("Small areas", justify="right")
    for line in held:
        table.add_row(line.what, f"{line.rows:,}" if line.rows or line.what == "quarantine" else "not held")
    show(table)
