"""Commentary on a page, in the editor, and version by version."""

import difflib
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from upstream.reports.document import Prose
from upstream_web.measures.access import Open
from upstream_web.measures.engine import words
from upstream_web.measures.engine.commentary import as_commentary
from upstream_web.measures.models import CommentaryVersion, Words
from upstream_web.measures.presenters.blocks import block
from upstream_web.measures.presenters.pages import addresses, measure_address
from upstream_web.people.permissions import Permission

PARTS = (("meaning", "What does this mean?"), ("next_steps", "Next steps"), ("action", "Action required"))


def shown(opened: Open, key: str, written: CommentaryVersion | None) -> dict[str, Any]:
    """What a measure's page says of its commentary: the words, or why they cannot stand there."""
    writes = opened.may(Permission.COMMENTARY_WRITE)
    links = {
        "edit": _address(opened, "commentary", key) if writes else "",
        "versions": _address(opened, "versions", key) if written is not None else "",
    }
    if written is None:
        return {"links": links, "blocks": [], "problems": [], "version": None}
    return {"links": links, "version": written, **preview(opened, key, written)}


def _address(opened: Open, name: str, key: str) -> str:
    return reverse(f"measures:{name}", args=[opened.month, key])


def preview(opened: Open, key: str, written: Words) -> dict[str, Any]:
    """Words as they would stand on the page, and every reason why they cannot."""
    bound = words.bound(opened.figures, key, as_commentary(written))
    address = addresses(opened)
    blocks = bound.section.blocks if bound.section is not None else ()
    return {
        "blocks": [block(one, address) for one in blocks if isinstance(one, Prose)],
        "problems": bound.problems,
        "likelihood": written.likelihood,
    }


def editor(opened: Open, key: str) -> dict[str, Any]:
    """What the editor shows beside its form: what can be written, and what it prints today."""
    return {
        "measure": {"text": opened.figures.bindings[key].definition.title, "href": measure_address(opened, key)},
        "references": words.references(opened.figures, key),
        "preview_address": _address(opened, "preview", key),
        "key": key,
    }


def versions(rows: Sequence[CommentaryVersion]) -> list[dict[str, Any]]:
    """Each version with what changed since the one before."""
    before: list[Words | None] = [*rows[1:], None]
    return [{"version": one, "parts": _changed(one, before[place])} for place, one in enumerate(rows)]


def _changed(new: Words, old: Words | None) -> list[dict[str, Any]]:
    rows = []
    for name, title in PARTS:
        now, then = getattr(new, name), getattr(old, name) if old is not None else ""
        if now or then:
            rows.append({"title": title, "lines": compared(then, now)})
    return rows


def compared(old: str, new: str) -> list[dict[str, str]]:
    """Lines of two texts: the same, added or taken out."""
    kinds = {" ": "same", "+": "added", "-": "removed"}
    lines = difflib.ndiff(old.splitlines(), new.splitlines())
    return [{"kind": kinds[line[0]], "text": line[2:]} for line in lines if line[0] in kinds]


def clash(mine: Words, theirs: CommentaryVersion) -> list[dict[str, Any]]:
    """Two people's words beside each other, part by part."""
    return [
        {"title": title, "mine": getattr(mine, name), "theirs": getattr(theirs, name)}
        for name, title in PARTS
        if getattr(mine, name) != getattr(theirs, name)
    ]
