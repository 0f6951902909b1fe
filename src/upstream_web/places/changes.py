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


@transaction.atomic
def rename_area(*, area: Area, name: str, by: Any) -> None:
    """Give an area another name; its code and place in the tree stay."""
    before = {"name": area.name}
    area.name = name
    area.save(update_fields=["name"])
    record(by=by, action="area.renamed", of=area, before=before, after={"name": name})


@transaction.atomic
def end_area(*, area: Area, last_day: datetime.date, by: Any) -> None:
    """An area ends on a day. What was counted and planned for it stays."""
    before = {"to": area.valid_to}
    area.valid_to = last_day
    area.save(update_fields=["valid_to"])
    record(by=by, action="area.ended", of=area, before=before, after={"to": last_day})
