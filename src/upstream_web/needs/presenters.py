"""Needs, types and posts as a page shows them."""

import math
from collections.abc import Mapping
from typing import Any

from upstream_web.measures.presenters.blocks import block
from upstream_web.needs.engine import (
    Allocation,
    Chart,
    Cost,
    Index,
    Place,
    Typology,
    map_of_index,
    map_of_posts,
    map_of_types,
)
from upstream_web.needs.engine.overlay import overlay_drawn

MORE = 15
"""Small areas shown beyond those chosen."""
UNSURE = 0.75


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
        "picture": _picture(map_of_index(index, first)),
    }


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


def posts_page(places: tuple[Place, ...], ways: tuple[Allocation, ...], priced: tuple[Cost, ...]) -> dict[str, Any]:
    """The ways side by side, and the places that any of them puts a post in."""
    any_way = [at for at in range(len(places)) if any(way.posts[at] for way in ways)]
    return {
        "ways": list(zip(ways, priced, strict=True)),
        "groups": list(ways[0].by_group),
        "places": [(places[at], [int(way.posts[at]) for way in ways]) for at in any_way],
        "readings": len(ways) > 4,
        "picture": _picture(map_of_posts(ways[-1], places)),
        "percent": percent,
    }


def overlay_page(found: Mapping[str, Any] | None, small_numbers: bool) -> dict[str, Any]:
    """Blocks of a comparison with a partner; none without an answer."""
    made = overlay_drawn(found, small_numbers=small_numbers) if found else ()
    return {"blocks": [block(one, lambda _: "") for one in made]}
