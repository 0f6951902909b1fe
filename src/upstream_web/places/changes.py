"""Writes to the tree of areas."""

import datetime
from typing import Any

from django.db import transaction

from upstream_web.audit.changes import record
from upstream_web.places.models import Area


@transaction.atomic
def add_area(
    *,
    code: str,
    name: str,
    kind: str,
    parent: Area | None,
    by: Any,
    valid_from: datetime.date | None = None,
    valid_to: datetime.date | None = None,
) -> Area:
    """Add an area below another, or at the top."""
    area = Area.objects.create(
        code=code,
        name=name,
        kind=kind,
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/",
        valid_from=valid_from,
        valid_to=valid_to,
    )
    record(by=by, action="area.added", of=area, after={"code": code, "name": name, "kind": kind, "parent": parent})
    return area
