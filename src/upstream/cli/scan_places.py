"""``upstream scan hotspots``, ``harm-spots``, ``emerging`` and ``back-test``: where it happens."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from upstream.cli.scan_place_options import given_out, of_places, read_events, rng_of, say_read, show_rows
from upstream.cli.terminal import say
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.scan.hot_spots import Method, Of


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
@of_places
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
    settings, read, study = read_events(config, unit, across, types, areas, first, last)
    found = hot_spots(read, study, rng=rng_of(seed), method=cast("Method", method), permutations=permutations,
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
    if given_out(facts, rows, out, as_json, lambda: place_rows.shapes(study, order)):
        return
    columns = {"Place": "place", "Called": "called", "Events": "events", "Rank by events": "rank_by_events",
               "z" if method == "gi" else "I": "statistic", "q": "q"}  # fmt: skip
    show_rows("Hot first, then by the statistic; the rank by events alone is the naive map", columns, rows)
    say(f"{facts['hot']:,} of {len(study):,} places are hot; of all that are called hot or cold about "
        f"{found.expected_false:.1f} are so by chance, at most.")  # fmt: skip
    say_read(facts["read"], out)


def _density(
    config: str, bandwidth: float | None, top: float, across: float, types: tuple[str, ...], areas: tuple[str, ...],
    first: dt.datetime | None, last: dt.datetime, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    from upstream.scan import place_rows
    from upstream.scan.hot_spots import density_map
    from upstream.scan.read_facts import read_facts

    if not 0 < top <= 1:
        raise BadInput(f"A share of the area of {top}.", allowed="above 0, at most 1")
    _, read, study = read_events(config, "hexagon", across, types, areas, first, last)
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
    if given_out(facts, rows, out, as_json, lambda: drawn):
        return
    show_rows(
        "The densest cells", {"Easting": "easting", "Northing": "northing", "Events to km2": "events_per_km2"}, rows
    )
    say(f"Bandwidth: {found.rule}; cells of {found.density.cell:g} metres.")
    say_read(facts["read"], out)


@click.command("harm-spots")
@of_places
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

    settings, read, study = read_events(config, unit, across, types, areas, first, last)
    found = weighed(read, study, rng=rng_of(seed))
    order, rows = place_rows.harm_rows(found, public=settings.disclosure == "public")
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "leading": found.totals.top,
        "without_weight": found.without_weight,
    }
    if given_out(facts, rows, out, as_json, lambda: place_rows.shapes(study, order)):
        return
    columns = {"Place": "place", "Harm days": "harm_days", "From": "lower", "To": "upper", "Events": "events",
               "Rank from": "rank_low", "to": "rank_high", "Rank by events": "rank_by_events"}  # fmt: skip
    show_rows("Places by days of harm, each with its 95% interval", columns, rows)
    say_read(facts["read"], out)


@click.command("emerging")
@click.option("--months", "length", default=1, show_default=True, help="Months counted together as one period.")
@click.option("--permutations", default=199, show_default=True, help="Times that each period is dealt out anew.")
@of_places
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

    settings, read, study = read_events(config, unit, across, types, areas, first, last)
    found = emerged(read, study, rng=rng_of(seed), permutations=permutations, period_months=length)
    order, rows = place_rows.emerging_rows(found, public=settings.disclosure == "public")
    classes = {word: int((found.called == word).sum()) for word in CLASS_WORDS}
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "periods": [str(month) for month in found.months],
        "period_months": length,
        "classes": classes,
    }
    if given_out(facts, rows, out, as_json, lambda: place_rows.shapes(study, order)):
        return
    columns = {"Place": "place", "Called": "called", "Periods hot": "periods_hot", "Trend": "trend", "p": "trend_p",
               "Events": "events"}  # fmt: skip
    show_rows(f"Hot spots over {len(found.months)} periods", columns, rows)
    for word, count in classes.items():
        if count:
            say(f"{word}: {count:,} places. {CLASS_WORDS[word]}.")
    say_read(facts["read"], out)


@click.command("back-test")
@click.option(
    "--map", "maps", multiple=True, metavar="MAP",
    help='"all months", "gi", "density" or "harm" (repeat; "same places" is always there).',
)  # fmt: skip
@click.option("--share", "shares", multiple=True, type=float, help="Share of the area named (repeat; 0.01, 0.05, 0.1).")
@click.option("--periods", default=6, show_default=True, help="Periods tested, the last ones.")
@click.option("--months", "length", default=1, show_default=True, help="Months in a period.")
@of_places
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

    _, read, study = read_events(config, unit, across, types, areas, first, last)
    chosen: Any = maps or ("all months", "gi")
    found = tested(read, study, rng=rng_of(seed), maps=chosen, areas=shares or USUAL_AREAS, tested=periods,
                   period_months=length)  # fmt: skip
    rows = place_rows.back_test_rows(found)
    facts: dict[str, Any] = {
        "read": read_facts(read, found.left_out, found.notes),
        "study": place_rows.study_facts(study),
        "periods": [str(month) for month in found.periods],
        "period_months": length,
    }
    if given_out(facts, rows, out, as_json, None):
        return
    columns = {"Map": "what", "Of area": "of_area", "Hit rate": "hit_rate", "PAI": "accuracy_index",
               "PEI": "efficiency_index", "Gain": "gain_on_same_places", "From": "gain_lower",
               "To": "gain_upper"}  # fmt: skip
    show_rows(f"Maps tested on {len(found.periods)} periods after them", columns, rows)
    say_read(facts["read"], out)


COMMANDS: tuple[click.Command, ...] = (hotspots, harm_spots, emerging, back_test)
