"""Counted needs kept beside the store, so that other weights need no new count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from upstream.analyse.index_definition import IndexDefinition
from upstream.analyse.small_area_needs import TABLES, Needs
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.cache import SPOILT, content_of, keep_content
from upstream.measures.plain import plain, restored
from upstream.places.tables import AREAS, CHANGES, DEPRIVATION, POPULATION, RURALITY
from upstream.store import Store

FOLDER: Final = ".needs"
KEPT: Final = 12
_PLACES: Final = (AREAS, CHANGES, DEPRIVATION, POPULATION, RURALITY)


def needs_key(definition: IndexDefinition, store: Store, areas: Mapping[str, str], force: str | None) -> str:
    """The name of a count: everything that it rests on, weights left aside."""
    even = definition.weighted({one.key: 1.0 for one in definition.indicators})
    names = sorted(TABLES | {table.name for table in _PLACES})
    versions = {name: store.version(name) for name in names if store.holds(name)}
    facts = [even.hash, versions, dict(areas), force, ENGINE_VERSION]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:40]


def kept_needs(store: Store, key: str, definition: IndexDefinition) -> Needs | None:
    """The count of that name, or ``None`` where it is not there or cannot be read."""
    by_key = {one.key: one for one in definition.indicators}
    try:
        content = content_of(store.root / FOLDER, key)
        lacking = tuple((by_key[name], why) for name, why in content.pop("lacking"))
        found = restored(Needs, {**content, "lacking": []}, {})
    except SPOILT:
        return None
    return replace(found, lacking=lacking) if isinstance(found, Needs) else None


def keep_needs(store: Store, key: str, needs: Needs) -> None:
    """Write a count; a reader sees all of it or nothing, and the oldest go first."""
    content = {**plain(needs), "lacking": [[one.key, why] for one, why in needs.lacking]}
    keep_content(store.root / FOLDER, key, content, most=KEPT)
