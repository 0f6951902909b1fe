"""Records behind a figure, as a table of facts: no rating, no rank, latest first."""

from typing import Any

from django.urls import reverse

from upstream.measures.records_behind import Records
from upstream_web.measures.access import Open
from upstream_web.measures.engine.pages import headline
from upstream_web.measures.presenters.blocks import plain_table
from upstream_web.measures.presenters.pages import measure_address


def title(opened: Open, key: str) -> str:
    """What the page is of."""
    return f"Records: {opened.figures.bindings[key].definition.title}"


def about(opened: Open, key: str, area: str, areas: tuple[str, ...] | None) -> dict[str, Any]:
    """The figure that the records are behind, and the other areas that the person may read."""
    binding = opened.figures.bindings[key]
    head = headline(binding, area)
    held = [code for code in binding.result.series if (areas is None or code in areas) and code != "not_known"]
    return {
        "measure": {"text": binding.definition.title, "href": measure_address(opened, key)},
        "area_name": binding.result.series[area].area_name,
        "headline": head and {"text": head.figure.text, "period": head.period},
        "record_month": binding.result.series[area].latest_month.label,
        "others": [
            {
                "text": binding.result.series[code].area_name,
                "href": reverse("measures:records", args=[opened.month, key, code]),
            }
            for code in held
            if code != area
        ],
    }


def rows(found: Records) -> dict[str, Any]:
    """The rows; columns that are empty, or "no", in all of them are left out."""
    kept = [place for place, _ in enumerate(found.columns) if any(row[place] not in ("", "no") for row in found.rows)]
    columns = [found.columns[place].replace("_", " ").capitalize() for place in kept]
    cells = [[row[place] for place in kept] for row in found.rows]
    caption = f"{found.total:,} records of {found.table}, version {found.version}"
    if len(found.rows) < found.total:
        caption += f"; the latest {len(found.rows):,} are shown"
    return {"records": plain_table("records", caption, columns, cells, numbers=()), "total": found.total}
