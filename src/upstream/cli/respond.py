"""``upstream respond``: where posts are put, and stops in hot spots."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upstream.cli.analysing import JSON, TO, WEIGHTS, asked, definition_of, needs_scope
from upstream.cli.force import open_store
from upstream.cli.scan_events import asked as with_events
from upstream.cli.scan_events import events_asked, names_of
from upstream.cli.terminal import cells, say, say_json, show
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.respond.allocation import Allocation, Place

OUT = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Every row into a file: .csv, .parquet, .json."
)


@click.group("respond")
def group() -> None:
    """Where posts are put, and stops in hot spots.

    Example: upstream respond allocate --posts 10
    """


@group.command("allocate")
@click.option("--posts", required=True, type=int, help="Whole posts (officers, or hours) to be put.")
@click.option(
    "--by",
    type=click.Choice(["index", "harm"]),
    default="index",
    show_default=True,
    help="What need is: score of the index of needs, or days of harm a year.",
)
@click.option(
    "--need",
    "need_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Need from a CSV instead: code, name, group, need, residents, and travel if known.",
)
@click.option("--least", default=0, show_default=True, help="Posts that every policing area has at least.")
@click.option("--most", type=int, help="Posts that a policing area has at most.")
@click.option("--most-a-place", default=2, show_default=True, help="Posts in one small area.")
@click.option("--furthest", type=float, help="Minutes of travel beyond which nobody is sent.")
@click.option("--shift", default=480.0, show_default=True, help="Minutes of a shift, of which travel is lost.")
@click.option(
    "--further-post",
    default=0.5,
    show_default=True,
    help="What each further post in a place is worth, as a share of the one before (an assumption).",
)
@TO
@WEIGHTS
@OUT
@JSON
@click.pass_obj
def allocate(
    config: str, posts: int, by: str, need_file: Path | None, least: int, most: int | None, most_a_place: int,
    furthest: float | None, shift: float, further_post: float, to_text: str | None, weights: tuple[str, ...],
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Put posts by four ways side by side, and both readings of "the top 10, equalling 2 for each area".

    Example: upstream respond allocate --posts 10 --least 1 --out posts.csv
    """
    from upstream.reports.rows_out import write_rows
    from upstream.respond.allocation import Rules, allocate, both_readings, costs

    places = _places_in(need_file) if need_file else _places_by(config, by, to_text, weights)
    rules = Rules(posts, least, most, most_a_place, shift, furthest, further_post)
    ways = allocate(places, rules)
    groups = {place.group for place in places}
    readings = both_readings(places, posts, rules) if posts % len(groups) == 0 and posts <= len(places) else ()
    rows = _rows(places, (*readings, *ways))
    if out:
        write_rows(out, rows)
    prices = costs(places, (*readings, *ways), ways[-1])
    if as_json:
        facts = [{**_plain(way), "costs": asdict(price)} for way, price in zip((*readings, *ways), prices, strict=True)]
        say_json({"rules": asdict(rules), "ways": facts, "places": rows})
        return
    _show_ways((*readings, *ways))
    for price in prices:
        say(f"{price.way}: {price.need_not_met:,.1f} of need not met, {price.moved} posts elsewhere than in the best.")
    if not readings:
        say(f"The rule of the first places needs a multiple of {len(groups)} posts, the number of policing areas.")
    say(f"Each further post in a place is taken to be worth {further_post:.0%} of the one before: an assumption.")


def _places_by(config: str, by: str, to_text: str | None, weights: Sequence[str]) -> list[Place]:
    from upstream.analyse.needs import ranked
    from upstream.analyse.small_area_needs import needs_of
    from upstream.respond.allocation import Place

    definition = definition_of("vulnerability", None, None, weights)
    settings, store = open_store(config)
    needs = needs_of(definition, store, needs_scope(), **asked(settings, to_text, ()))
    made = ranked(definition, needs, store, top=1)
    harm = dict(zip((area.code for area in needs.areas), needs.harm.tolist(), strict=True))
    years = definition.months / 12
    return [
        Place(
            row.area.code, row.area.name, row.area.area,
            max(row.score, 0.0) if by == "index" else harm[row.area.code] / years, row.area.residents,
            rank=row.rank if by == "index" else 0,
        )
        for row in made.areas
    ]  # fmt: skip


def _places_in(path: Path) -> list[Place]:
    from upstream.respond.allocation import Place

    rows = read_rows(path, ("code", "name", "group", "need", "residents"))
    try:
        return [
            Place(row["code"], row["name"], row["group"], float(row["need"]), int(row["residents"]),
                  float(row.get("travel") or 0))
            for row in rows
        ]  # fmt: skip
    except ValueError as error:
        raise BadInput(f"{path.name}: {error}.", allowed="numbers in need, residents and travel") from None


def read_rows(path: Path, wanted: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a CSV with at least some columns."""
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", allowed=f"a CSV file with {', '.join(wanted)}")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, restval="")
        lacking = [name for name in wanted if name not in (reader.fieldnames or ())]
        if lacking:
            raise BadInput(f"{path.name} has no column {lacking[0]}.", allowed=", ".join(wanted))
        return [row for row in reader if any((cell or "").strip() for cell in row.values() if isinstance(cell, str))]


def _rows(places: Sequence[Place], ways: Sequence[Allocation]) -> list[dict[str, Any]]:
    return [
        {"code": place.code, "name": place.name, "group": place.group, "need": round(place.need, 3),
         "residents": place.residents, **{way.way: int(way.posts[at]) for way in ways}}
        for at, place in enumerate(places)
    ]  # fmt: skip


def _plain(way: Allocation) -> dict[str, Any]:
    return {"way": way.way, "met": way.met, "share_of_best": way.share_of_best, "by_group": dict(way.by_group),
            "gap": way.gap}  # fmt: skip


def _show_ways(ways: Sequence[Allocation]) -> None:
    from rich.table import Table

    table = Table(title=f"{int(ways[0].posts.sum())} posts")
    table.add_column("Way")
    for name in (*ways[0].by_group, "Need met", "Of the best", "Proven gap"):
        table.add_column(name, justify="right")
    for way in ways:
        gap = "" if way.gap is None else f"{way.gap:.1%}"
        posts = (str(number) for number in way.by_group.values())
        table.add_row(*cells(way.way, *posts, f"{way.met:,.1f}", f"{way.share_of_best:.0%}", gap))
    show(table)


@group.command("patrol")
@click.option(
    "--spots",
    "spots_file",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A CSV of hot spots: key, name, easting, northing, weight.",
)
@click.option(
    "--from",
    "start",
    required=True,
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="When the shift starts, on the clock of the place.",
)
@click.option("--minutes", required=True, type=int, help="Minutes of the shift.")
@click.option("--teams", default=1, show_default=True, help="Teams out.")
@click.option("--days", default=1, show_default=True, help="Days on which the shift is repeated.")
@click.option("--stop", default=15, show_default=True, help="Minutes of each stop, 10 to 16 (Koper 1995).")
@click.option("--seed", default=1, show_default=True, help="Of the order, which nobody should be able to guess.")
@click.option(
    "--visits",
    "visits_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A CSV of stops that were made: spot, start, minutes. Shows the dose.",
)
@OUT
@JSON
def patrol(
    spots_file: Path, start: Any, minutes: int, teams: int, days: int, stop: int, seed: int, visits_file: Path | None,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Plan short stops in hot spots, or set stops that were made against the plan.

    Example: upstream respond patrol --spots hot.csv --from 2022-07-01T18:00 --minutes 240 --teams 2 --out plan.csv
    """
    import datetime as dt

    import numpy as np

    from upstream.reports.rows_out import write_rows
    from upstream.respond.patrol import Shift, dose, patrol_plan

    spots = _spots_in(spots_file)
    shifts = [Shift(start + dt.timedelta(days=day), minutes, teams) for day in range(days)]
    plan = patrol_plan(spots, shifts, rng=np.random.default_rng(seed), stop=stop)
    names = {spot.key: spot.name for spot in spots}
    rows = [
        {"start": one.start.isoformat(sep=" "), "team": one.team, "spot": one.spot, "name": names[one.spot],
         "minutes": one.minutes}
        for one in plan.stops
    ]  # fmt: skip
    given = dose(plan, _visits_in(visits_file)) if visits_file else ()
    if out:
        write_rows(out, rows)
    if as_json:
        say_json({"stops": rows, "planned": plan.planned, "wanted": plan.wanted, "travel_minutes": plan.travel,
                  "minutes": plan.minutes, "dose": [asdict(one) for one in given]})  # fmt: skip
        return
    say(f"{len(rows)} stops of {stop} minutes; {plan.travel:.0f} of {plan.minutes:,} minutes on the way.")
    _show_spots(names, plan.planned, plan.wanted, given)


def _show_spots(names: dict[str, str], planned: dict[str, int], wanted: dict[str, float], given: Sequence[Any]) -> None:
    from rich.table import Table

    got = {one.spot: one for one in given}
    heads = ["Hot spot", "Minutes planned", "By weight"] + (["Delivered", "Visits of 10 to 16 minutes"] if got else [])
    table = Table(title="Dose" if got else "Plan")
    for at, name in enumerate(heads):
        table.add_column(name, justify="right" if at else "left")
    for key in dict.fromkeys([*planned, *got]):
        row = [names.get(key, f"{key} (not planned)"), str(planned.get(key, 0)), f"{wanted.get(key, 0):.0f}"]
        if key in got:
            row += [f"{got[key].delivered:.0f}", f"{got[key].in_band} of {got[key].visits}"]
        table.add_row(*cells(*row))
    show(table)


def _spots_in(path: Path) -> list[Any]:
    from upstream.respond.patrol import HotSpot

    try:
        return [
            HotSpot(row["key"], row["name"], *(float(row[name]) for name in ("easting", "northing", "weight")))
            for row in read_rows(path, ("key", "name", "easting", "northing", "weight"))
        ]
    except ValueError as error:
        raise BadInput(f"{path.name}: {error}.", allowed="numbers in easting, northing and weight") from None


def _visits_in(path: Path) -> list[Any]:
    import datetime as dt

    from upstream.respond.patrol import Visit

    try:
        return [
            Visit(row["spot"], dt.datetime.fromisoformat(row["start"]), float(row["minutes"]))
            for row in read_rows(path, ("spot", "start", "minutes"))
        ]
    except ValueError as error:
        raise BadInput(f"{path.name}: {error}.", allowed="2022-07-01 18:05 in start, a number in minutes") from None


@group.command("patrol-places")
@with_events
@click.option("--places", "count", default=8, show_default=True, help="Squares, at most.")
@click.option("--hours", default=4, show_default=True, help="Hours of a patrol.")
@click.pass_obj
def patrol_places_of(
    config: str, types: tuple[str, ...], areas: tuple[str, ...], first: Any, last: Any, out: Path | None,
    as_json: bool, count: int, hours: int,
) -> None:  # fmt: skip
    """Where stops would meet most of what is recorded, and at what hours: the file that `patrol --spots` takes.

    Example: upstream respond patrol-places --type "Violence and sexual offences" --to 2022-06-30 --out hot.csv
    """
    from upstream.reports.rows_out import write_rows
    from upstream.respond.patrol_places import patrol_places

    settings, store = open_store(config)
    made = patrol_places(
        events_asked(settings, store, types, areas, first, last), count=count, hours=hours, names=names_of(store)
    )
    rows = [asdict(spot) for spot in made.spots]
    if out:
        write_rows(out, rows)
    busy = made.busy
    if as_json:
        facts = {} if busy is None else {"begin": busy.begin, "hours": busy.hours, "share": busy.share}
        say_json({"spots": rows, "busy": facts, "of_all": made.of_all, "squares": made.squares})
        return
    say(f"{len(rows)} of {made.squares:,} squares hold {made.of_all:.0%} of the events.")
    if busy is not None:
        say(f"{busy.share:.0%} of theirs fell in the {busy.hours} hours from {busy.begin:02d}:00 (chance alone: "
            f"{busy.hours / 24:.0%}).")  # fmt: skip
    for spot in made.spots:
        say(f"  {spot.name}: {spot.weight:,.0f}")
