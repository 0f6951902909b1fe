"""What can be chosen for a meeting."""

from typing import Any

from upstream_web.measures.access import Open
from upstream_web.measures.engine.paper import exceptional


def groups(opened: Open) -> list[dict[str, Any]]:
    """Measures of the scorecards by objective."""
    found = []
    for pack in opened.figures.packs:
        for objective in pack.objectives:
            items = [
                {"value": one.key, "text": one.title, "outside": one.key in set(exceptional(opened.figures))}
                for one in pack.definitions
                if one.objective == objective.key and one.in_scorecard and one.kind != "page" and not one.alternative_of
            ]
            if items:
                found.append({"key": f"{pack.key}-{objective.key}", "title": objective.title, "items": items})
    return found


def start(opened: Open) -> dict[str, Any]:
    """What is chosen to begin with: whatever lies outside its limits."""
    title = f"Performance to {opened.figures.month.label}"
    return {"title": title, "kind": "pptx", "keys": list(exceptional(opened.figures))}
