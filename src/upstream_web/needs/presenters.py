"""Needs, types and posts as a page shows them."""

import math
from collections.abc import Mapping
from typing import Any

from upstream_web.measures.presenters.blocks import block
from upstream_web.needs.engine import (
    Chart,
    Index,
    Typology,
    Ways,
    map_of_index,
    map_of_posts,
    map_of_types,
)
from upstream_web.needs.engine.overlay import overlay_drawn
from upstream_web.needs.engine.versions import Move, Moves

MORE = 15
"""Small areas shown beyond those chosen."""
UNSURE = 0.75
MOST_MOVES = 30


def shown_index(index: Index) -> dict[str, Any]:
    """The index: those chosen and some after them, what each need weighs, and who lives there."""
    first = index.areas[: index.top + MORE]
    return {
        "index": index,
        "rows": first,
        "n": len(index.areas),
        "widest": max(row.upper for row in first),
        "swayed": max(index.indicators, key=lambda one: one.replaced),
        "percent": percent,
        "fairness": rural_fairness(index),
        "picture": _picture(map_of_index(index, first)),
    }


def rural_fairness(index: Index) -> str:
    """How many rural places are chosen, beside their share of residents and of harm; nothing where it is not known."""
    rural = next((kind for kind in index.kinds if kind.name == "Rural"), None)
    if rural is None or len(index.kinds) < 2:
        return ""
    by_residents, by_harm = index.top * rural.share_of_residents, index.top * rural.share_of_harm
    said = (
        f"Rural small areas are {rural.in_top} of the first {index.top}, and {rural.expected_in_top:.1f} on average. "
        f"By their share of residents they would be {by_residents:.1f}"
    )
    if math.isnan(by_harm):
        return f"{said}; what they would be by harm is not known."
    said += f", by their share of days of harm {by_harm:.1f}."
    below = rural.expected_in_top < min(by_residents, by_harm) - 1
    above = rural.expected_in_top > max(by_residents, by_harm) + 1
    if not (below or above):
        return f"{said} On average that is within one place of what one of the two gives."
    way = "fewer" if below else "more"
    return f"{said} On average that is {way} than either by more than one place: ask which need does that, and why."


def _picture(made: Chart | None) -> dict[str, Any] | None:
    return block(made, lambda _: "") if made else None


def percent(share: float) -> str:
    """A share in whole per cents; "not known" where there is none."""
    return "not known" if math.isnan(share) else f"{100 * share:.0f}%"


def types_page(made: Typology) -> dict[str, Any]:
    """The typology: classes, how many were tried, and small areas that lie between classes."""
    tried = made.tried
    return {
        "made": made,
        "tried": list(zip(tried.ks, tried.silhouette.tolist(), tried.gap.tolist(), strict=True)),
        "chosen": len(made.classes),
        "between": [row for row in made.areas if row.certainty < UNSURE],
        "classes": [(one, list(zip(made.variables, made.units, one.centre, one.median, strict=True)))
                    for one in made.classes],
        "percent": percent,
        "picture": _picture(map_of_types(made)),
    }  # fmt: skip


def posts_page(made: Ways) -> dict[str, Any]:
    """The ways side by side, and the places that any of them puts a post in."""
    places, ways = made.places, made.ways
    any_way = [at for at in range(len(places)) if any(way.posts[at] for way in ways)]
    return {
        "ways": list(zip(ways, made.costs, strict=True)),
        "groups": list(ways[0].by_group),
        "places": [(places[at], [int(way.posts[at]) for way in ways]) for at in any_way],
        "readings": made.readings,
        "why_not": made.why_not,
        "travel": made.travel,
        "picture": _picture(map_of_posts(ways[-1], places)),
        "percent": percent,
    }


def overlay_page(found: Mapping[str, Any] | None, small_numbers: bool) -> dict[str, Any]:
    """Blocks of a comparison with a partner; none without an answer."""
    made = overlay_drawn(found, small_numbers=small_numbers) if found else ()
    return {"blocks": [block(one, lambda _: "") for one in made]}


def moves_page(made: Moves) -> dict[str, Any]:
    """What moved between two versions: first those that entered or left, then those that moved most."""
    return {
        "made": made,
        "moves": [(row, _moved_by(row)) for row in made.moves[:MOST_MOVES] if row.before != row.after],
        "unmoved": sum(row.before == row.after for row in made.moves),
        "correlation": "not known" if math.isnan(made.correlation) else f"{made.correlation:.2f}",
    }


def _moved_by(row: Move) -> str:
    """Why it moved, in words."""
    if row.before is None or row.after is None:
        return "in one of the two versions only"
    if math.isclose(row.change, 0, abs_tol=1e-9):
        return "its score stood still: others moved past it"
    way = "up" if row.change > 0 else "down"
    if (row.after > row.before) == (row.change > 0):
        return f"its score went {way} by {abs(row.change):.1f}, but others moved further"
    main = "the records" if abs(row.by_records) >= abs(row.by_weights) else "the weights"
    return f"score {way} by {abs(row.change):.1f}, mostly by {main}; most by {row.need.lower()}"
