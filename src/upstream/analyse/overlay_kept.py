"""A partner's violence beside recorded violence as plain data: all of it, and what anybody may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from upstream.analyse.overlay import Overlay, as_facts, as_rows, in_words, place_rows


def overlay_answer(made: Overlay, names: Mapping[str, str]) -> dict[str, Any]:
    """Facts, sentences, rows and small areas twice: "full", and "public" without small counts.

    Parameters
    ----------
    made
        The comparison.
    names
        Small area to name.
    """
    return {"full": _for(made, names, public=False), "public": _for(made, names, public=True)}


def _for(made: Overlay, names: Mapping[str, str], *, public: bool) -> dict[str, Any]:
    return {
        "facts": {"title": made.title, **as_facts(made, public=public)},
        "words": in_words(made, public=public),
        "rows": [row for row in as_rows(made, public=public) if row["of"] != "place"],
        "places": place_rows(made, names, public=public),
    }
