"""Kept analyses by what was asked of which records."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from upstream_web.explore.models import Analysis


def digest(*parts: Any) -> str:
    """The same for the same content, in whatever order its keys stand."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def kept(kind: str, asked: Mapping[str, Any]) -> Analysis | None:
    """The newest answer to a question."""
    rows = Analysis.objects.filter(question=digest(kind, dict(asked)))
    return rows.select_related("made_by").first()


def latest(number: int = 10) -> list[Analysis]:
    """The newest analyses, without their answers."""
    return list(Analysis.objects.select_related("made_by").defer("answer")[:number])
