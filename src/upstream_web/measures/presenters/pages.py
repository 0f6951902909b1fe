"""The performance pages: what each shows, as data."""

import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from upstream.measures.definition import Definition, Pack
from upstream.measures.result import FORCE
from upstream.periods import Month
from upstream.reports.document import Block, Bullets, Callout, Chart, Facts, Table
from upstream.reports.measure_page import anchor
from upstream_web.measures.access import Open, areas_of_records
from upstream_web.measures.engine import areas, pages, records, words
from upstream_web.measures.engine.commentary import as_commentary
from upstream_web.measures.engine.paper import exceptional
from upstream_web.measures.models import CommentaryVersion
from upstream_web.measures.presenters.blocks import FLAG_WORDS, Address, block, plain_table, table
from upstream_web.people.permissions import Permission

GOOD_WORDS = {True: "Favourable.", False: "Unfavourable.", None: ""}
FEW_VALUES = 4
"""So many months of a signal have their figures beside them; the chart's table has the rest."""


def frame(opened: Open, title: str, months: list[str]) -> dict[str, Any]:
    """What every page of figures has: month, months to choose from, how old its records are."""
    figures = opened.figures
    return {
        "title": title,
        "marking": figures.force.settings.marking,
        "force": figures.force.name,
        "month": opened.month,
        "month_label": figures.month.label,
        "months": [{"value": one, "text": Month.parse(one).label, "selected": one == opened.month} for one in months],
        "as_at": figures.records_as_at,
        "stale": opened.stale,
        "areas": [{"text": name, "href": _area(opened, code)} for code, name in figures.areas.items()],
    }


def _area(opened: Open, code: str) -> str:
    return reverse("measures:area", args=[opened.month, code])


def measure_address(opened: Open, key: str) -> str:
    """The page of a measure."""
    return reverse("measures:measure", args=[opened.month, key])


def addresses(opened: Open) -> Address:
    """Links between sections of the report as links between pages."""
    by_anchor = {f"#{anchor(key)}": key for key in opened.figures.bindings}

    def address(target: str) -> str:
        if target in by_anchor:
            return measure_address(opened, by_anchor[target])
        return "#counted" if target == "#definitions" else "" if target.startswith("#") else target

    return address


def scorecard(opened: Open, pack: Pack) -> dict[str, Any]:
    """A table an objective, rows grouped by key question."""
    section = pages.scorecard_of(opened.figures, pack.key)
    address = addresses(opened)
    tables = [table(one, address) for one in section.blocks if isinstance(one, Table)]
    lead = [block(one, address) for one in section.blocks if not isinstance(one, Table)]
    alarms = opened.figures.results.false_alarms
    return {
        "packs": [
            {
                "text": one.title,
                "href": f"{reverse('measures:scorecard', args=[opened.month])}?pack={one.key}",
                "active": one.key == pack.key,
            }
            for one in opened.figures.packs
        ],
        "lead": lead,
        "tables": tables,
        "alarms": {"lines": alarms.series, "outside": alarms.outside, "expected": round(alarms.expected)},
    }


def outside_limits(opened: Open) -> list[dict[str, str]]:
    """Measures whose latest month lies outside its limits: each with its figure and on which side."""
    rows = []
    for key in exceptional(opened.figures):
        head = pages.headline(opened.figures.bindings[key])
        rows.append(
            {
                "text": opened.figures.bindings[key].definition.title,
                "href": measure_address(opened, key),
                "figure": head.figure.text if head else "",
                "period": head.period if head else "",
                "side": FLAG_WORDS.get(head.flag, "") if head else "",
            }
        )
    return rows


def measure(opened: Open, key: str, written: CommentaryVersion | None) -> dict[str, Any]:
    """The page of a measure, its parts by name; with commentary, its likelihood may be somebody's own."""
    binding = opened.figures.bindings[key]
    definition = binding.definition
    address = addresses(opened)
    bound = words.bound(opened.figures, key, as_commentary(written)) if written is not None else None
    section = (bound and bound.section) or pages.measure_section_of(opened.figures, key)
    parts = _parts(section.blocks)
    head = pages.headline(binding)
    return {
        "key": key,
        "question": definition.question,
        "ref": section.label,
        "objective": _objective(opened.figures.pack_of(key), definition),
        "headline": head and {"text": head.figure.text, "period": head.period, "flag": head.flag},
        **{name: [block(one, address) for one in found] for name, found in parts.items()},
        "signals": [_signal(one) for one in pages.signals(binding)],
        "compared": _compared(pages.compared(binding)),
        "source": _source(binding),
        "definition": _definition(definition),
        "by_area": definition.by_area and len(binding.result.series) > 1,
        "links": {
            "areas": reverse("measures:compare", args=[opened.month, key]),
            "downloads": _downloads(opened, key),
            "records": _records(opened, key),
            "plan": _start_plan(
                opened, {"from": "measure", "ref": key, "title": opened.figures.bindings[key].definition.title}
            ),
        },
    }


def _start_plan(opened: Open, known: dict[str, str]) -> str:
    """Where to start a plan with what is known, for those who may."""
    return f"{reverse('problems:start')}?{urlencode(known)}" if opened.may(Permission.PLAN_START) else ""


def _records(opened: Open, key: str) -> str:
    """Where to go from the figure to its records, for those who may."""
    if not opened.may(Permission.MEASURE_RECORDS) or records.why_not(opened.figures, key) is not None:
        return ""
    areas = areas_of_records(opened)
    area = FORCE if areas is None else next(iter(areas), "")
    return reverse("measures:records", args=[opened.month, key, area]) if area else ""


def _parts(blocks: tuple[Block, ...]) -> dict[str, list[Block]]:
    """The blocks of a measure's section, by where the page puts them."""
    kinds = {"facts": Facts, "points": Bullets, "warnings": Callout, "charts": Chart, "tables": Table}
    return {name: [one for one in blocks if isinstance(one, kind)] for name, kind in kinds.items()}


def _objective(pack: Pack, definition: Definition) -> dict[str, str]:
    objective = next(one for one in pack.objectives if one.key == definition.objective)
    question = next(one for one in pack.key_questions if one.key == definition.key_question)
    return {"title": objective.title, "question": f"{question.number} {question.text}"}


def _signal(one: pages.Signal) -> dict[str, Any]:
    return {
        "words": one.words,
        "months": one.months,
        "figures": ", ".join(value.text for value in one.values) if len(one.values) <= FEW_VALUES else "",
        "good": GOOD_WORDS[one.good],
        "now": one.now,
    }


def _compared(rows: tuple[pages.Compared, ...]) -> dict[str, Any] | None:
    if not rows:
        return None
    columns = ("Period", "Figure", "Compared with", "Figure then", "Change", "Per cent", "More than chance?")
    made = [
        (row.period, row.now.text, row.against, row.then.text, row.difference.text, row.percent.text, row.verdict)
        for row in rows
    ]
    return plain_table("changes", "Changes", columns, made, numbers=(1, 3, 4, 5))


def _source(binding: Any) -> dict[str, Any] | None:
    found = pages.source(binding)
    if found is None:
        return None
    rows = [(name, version, datetime.datetime.fromisoformat(at) if at else None) for name, version, at in found.tables]
    return {"tables": rows, "found": found}


def _definition(definition: Definition) -> dict[str, Any]:
    return {
        "about": definition.about,
        "caveats": definition.caveats,
        "reading": definition.reading_reason or "",
        "owner": definition.owner,
        "reviewed": definition.reviewed,
        "next_review": definition.next_review,
        "source": definition.source,
        "key": definition.key,
    }


def _downloads(opened: Open, key: str) -> list[dict[str, str]]:
    return [
        {"text": name, "href": reverse("measures:download", args=[opened.month, key, kind])}
        for kind, name in (("csv", "CSV"), ("xlsx", "Excel workbook"), ("json", "JSON"), ("pdf", "PDF"))
    ]


def area(opened: Open, code: str) -> dict[str, Any]:
    """The page of an area: a table an objective."""
    groups = areas.area_page(opened.figures, code)
    return {
        "groups": [_group(opened, group) for group in groups],
        "plan": _start_plan(opened, {"from": "place", "area": code}),
        "outside": sum(bool(row.flag) for group in groups for row in group.rows),
        "measures": sum(len(group.rows) for group in groups),
        "others": [
            {"text": name, "href": _area(opened, one), "here": one == code}
            for one, name in opened.figures.areas.items()
        ],
    }


def _group(opened: Open, group: areas.AreaGroup) -> dict[str, Any]:
    columns = ("Measure", "Latest", "Lower limit", "Upper limit", "Last year", "Change", "More than chance?")
    made = plain_table(group.key, group.title, columns, [_area_row(row) for row in group.rows], numbers=range(1, 6))
    for row, shown in zip(group.rows, made["rows"], strict=True):
        when = "" if row.period == opened.figures.month.label else f" {row.period}"
        link = {"kind": "link", "text": row.title, "href": measure_address(opened, row.key)}
        shown["cells"][0] |= {"runs": [link, {"kind": "text", "text": when}], "plain": None}
        shown["cells"][1] |= {"flag": row.flag, "flag_words": FLAG_WORDS.get(row.flag, "")}
    return made


def _area_row(row: areas.AreaRow) -> tuple[str, ...]:
    numbers = (row.latest, row.lower, row.upper, row.then, row.change)
    return (row.title, *(one.text if one is not None else "–" for one in numbers), row.verdict or "–")


def compare(opened: Open, key: str) -> dict[str, Any]:
    """One measure in every area."""
    address = addresses(opened)
    chart = areas.compare(opened.figures, key)
    return {
        "chart": block(chart, address) if chart is not None else None,
        "measure": {"text": opened.figures.bindings[key].definition.title, "href": measure_address(opened, key)},
    }
