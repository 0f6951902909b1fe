"""Blocks of the engine's documents as plain data for templates; links to sections become addresses of pages."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from upstream.reports.document import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chart,
    Facts,
    Link,
    Paragraph,
    Prose,
    Runs,
    Table,
    Text,
)
from upstream.reports.figures import Figure

Address = Callable[[str], str]
"""From a link of a document (``#measure-crime_total``) to an address, or an empty text: then only the words stay."""

FLAG_WORDS = {
    "above": "above its upper limit",
    "below": "below its lower limit",
    "missing": "not held",
    "suppressed": "suppressed, small number",
}


def runs(items: Runs, address: Address) -> list[dict[str, Any]]:
    """Words, figures and links in order."""
    return [_run(item, address) for item in items]


def _run(item: Any, address: Address) -> dict[str, Any]:
    if isinstance(item, Figure):
        return {"kind": "figure", "text": item.text, "value": None if item.value is None else f"{item.value:.15g}"}
    if isinstance(item, Link):
        target = address(item.target)
        return {"kind": "link", "text": item.text, "href": target} if target else {"kind": "text", "text": item.text}
    return {"kind": "bold" if item.bold else "quoted" if item.quoted else "text", "text": item.text}


def block(item: Block, address: Address) -> dict[str, Any]:
    """One block, by its kind."""
    kind = type(item).__name__.lower()
    return {"kind": kind} | _PARTS[type(item)](item, address)


def _paragraph(item: Paragraph, address: Address) -> dict[str, Any]:
    return {"runs": runs(item.runs, address)}


def _bullets(item: Bullets, address: Address) -> dict[str, Any]:
    return {"title": item.title, "items": [runs(one, address) for one in item.items]}


def _prose(item: Prose, address: Address) -> dict[str, Any]:
    return {"title": item.title, "blocks": [block(one, address) for one in item.blocks]}


def _facts(item: Facts, address: Address) -> dict[str, Any]:
    return {"items": [{"label": label, "runs": runs(one, address)} for label, one in item.items]}


def _callout(item: Callout, address: Address) -> dict[str, Any]:
    return {"tone": item.kind, "title": item.title, "runs": runs(item.runs, address)}


def cell(item: Cell, address: Address) -> dict[str, Any]:
    """One cell of a table, its flag in words; `plain` is its text where that is all there is to draw."""
    plain = item.text if all(type(one) is Text and not (one.bold or one.quoted) for one in item.runs) else None
    flag_words = FLAG_WORDS.get(item.flag, "")
    return {"runs": runs(item.runs, address), "plain": plain, "flag": item.flag, "flag_words": flag_words}


def table(item: Table, address: Address) -> dict[str, Any]:
    """A table: columns, rows with their groups, notes."""
    return {
        "key": item.key,
        "title": item.title,
        "columns": [{"label": one.label, "number": one.kind == "number"} for one in item.columns],
        "rows": [{"group": row.group, "cells": [cell(one, address) for one in row.cells]} for row in item.rows],
        "notes": [runs(note, address) for note in item.notes],
    }


def plain_table(
    key: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[int]
) -> dict[str, Any]:
    """A table of words that are already printed; the columns of these places are numbers."""
    return {
        "key": key,
        "title": title,
        "columns": [{"label": label, "number": place in numbers} for place, label in enumerate(columns)],
        "rows": [{"group": "", "cells": [_plain_cell(words) for words in row]} for row in rows],
        "notes": [],
    }


def _plain_cell(words: str) -> dict[str, Any]:
    return {"runs": [{"kind": "text", "text": words}], "plain": words, "flag": "", "flag_words": ""}


def _chart(item: Chart, address: Address) -> dict[str, Any]:
    return {
        "key": item.key,
        "title": item.title,
        "svg": item.svg,
        "narrow_svg": item.narrow,
        "data": table(item.data, address),
        "notes": [runs(note, address) for note in item.notes],
    }


_PARTS: dict[type, Callable[[Any, Address], dict[str, Any]]] = {
    Paragraph: _paragraph,
    Bullets: _bullets,
    Prose: _prose,
    Facts: _facts,
    Callout: _callout,
    Table: table,
    Chart: _chart,
}
