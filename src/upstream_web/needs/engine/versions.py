"""Versions of the index: as they are kept, and what moved between two."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from upstream.analyse.index_moves import Move, Moves, as_data, from_data, kept_index, moves
from upstream.analyse.index_moves import as_rows as rows_of_moves
from upstream.analyse.small_area_needs import Needs
from upstream.reports.rows_out import rows_as
from upstream_web.needs.engine import INDEX, definition, index_of

__all__ = ["Move", "Moves", "as_it_stands", "moved", "moves_file"]


def as_it_stands(needs: Needs, weights: Mapping[str, float], top: int) -> tuple[dict[str, Any], str]:
    """The index with these weights as plain data, and a digest of everything that it rests on."""
    content = as_data(kept_index(definition(INDEX, weights), needs, index_of(needs, weights, top)))
    facts = [content["digest"], content["tables"], content["engine_version"], content["last"], top]
    return content, hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Moves:
    """What moved between two kept versions."""
    return moves(from_data(before), from_data(after))


def moves_file(made: Moves) -> bytes:
    """The same as a CSV."""
    return rows_as(".csv", rows_of_moves(made))
