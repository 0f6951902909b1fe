"""What people ask of needs and partners, and every write to patrols."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.needs.engine.patrols import MadePatrol
from upstream_web.needs.models import IndexVersion, PatrolPlan, PatrolSpot, PatrolStop, PatrolVisit
from upstream_web.needs.queries import written_already
from upstream_web.people.models import User
from upstream_web.places.models import Area
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

COUNT_NEEDS = "needs.count"
COMPARE_PARTNERS = "needs.overlay"
PLAN_PATROLS = "needs.patrol"
NewVisit = tuple[PatrolSpot, dt.datetime, int, str]
"""Place, moment, minutes and note."""


def ask_to_count(*, by: User) -> Run:
    """Ask for needs to be counted from the records as they are now."""
    return start(kind_key=COUNT_NEEDS, title="Count the needs of small areas", parameters={}, by=by)


@transaction.atomic
def keep_version(*, content: Mapping[str, Any], digest: str, words: str, by: Any) -> IndexVersion:
    """Keep the index as it stands; the same of the same records is kept once, under its first name."""
    row, new = IndexVersion.objects.get_or_create(
        digest=digest, defaults={"words": words, "content": dict(content), "made_by_id": by.pk}
    )
    if new:
        details = {"definition": content["digest"], "versions": content["tables"]}
        record(by=by, action="needs.version_kept", of=row, details=details)
    return row


def ask_to_compare(*, source: str, to: dt.date, by: User) -> Run:
    """Ask for a partner's violence to be compared with recorded violence, the year up to a day."""
    title = f"Violence that partners see, to {to:%-d %B %Y}"
    return start(
        kind_key=COMPARE_PARTNERS, title=title, parameters={"source": source, "to": to.isoformat()}, by=by
    )  # fmt: skip


@transaction.atomic
def note_overlay_file(*, source: str, to: dt.date, part: str, ending: str, by: User) -> None:
    """Record that small counts of a comparison with a partner were taken out as a file; before it is sent."""
    details = {"source": source, "to": to, "part": part, "as": ending}
    record(by=by, action="overlay.file_taken", of=Area(name="The whole force"), details=details)


def ask_for_patrol(*, asked: Mapping[str, Any], by: User) -> Run:
    """Ask for a patrol plan to be made from the records."""
    return start(kind_key=PLAN_PATROLS, title=f"Patrol plan: {asked['title']}", parameters=dict(asked), by=by)


@transaction.atomic
def keep_patrol(*, asked: Mapping[str, Any], made: MadePatrol, by: Any) -> PatrolPlan:
    """Keep a patrol plan with its places and stops; asked for once, it is kept once."""
    known = PatrolPlan.objects.filter(key=asked["key"]).first()
    if known is not None:
        return known
    plan = PatrolPlan.objects.create(
        key=asked["key"], title=asked["title"], area_id=asked["area"], types=asked["types"], first=asked["first"],
        last=asked["last"], begins=made.begins, minutes=asked["minutes"], teams=asked["teams"], stop=asked["stop"],
        travel=made.plan.travel, read_from=made.read_from, read_to=made.read_to, facts=made.facts, tables=made.tables,
        engine_version=made.engine_version, made_by_id=by.pk,
    )  # fmt: skip
    spots = {
        spot.key: PatrolSpot.objects.create(
            plan=plan, number=at, name=spot.name, easting=spot.easting, northing=spot.northing, events=int(spot.weight)
        )
        for at, spot in enumerate(made.spots, 1)
    }
    PatrolStop.objects.bulk_create(
        PatrolStop(spot=spots[one.spot], team=one.team, start=timezone.make_aware(one.start)) for one in made.plan.stops
    )
    details = {"area": asked["area"], "types": asked["types"], "stops": len(made.plan.stops), "versions": made.tables}
    record(by=by, action="patrol.planned", of=plan, details=details)
    return plan


@transaction.atomic
def add_visits(*, plan: PatrolPlan, visits: Sequence[NewVisit], by: User) -> list[PatrolVisit]:
    """Write down stops that were made: all of them or none. The plan is held meanwhile, so that of two people who write
    the same stop at once the second is told."""
    PatrolPlan.objects.select_for_update().get(pk=plan.pk)
    known = written_already({one[0] for one in visits}, {one[1] for one in visits})
    for spot, moment, _, _ in visits:
        if (spot.pk, moment) in known:
            raise ValidationError(f"A stop at place {spot.number} at {timezone.localtime(moment):%H:%M on %-d %B %Y} "
                                  "is written down already.")  # fmt: skip
        known.add((spot.pk, moment))
    rows = [
        PatrolVisit.objects.create(spot=spot, start=moment, minutes=minutes, note=note, by=by)
        for spot, moment, minutes, note in visits
    ]
    minutes = sum(one.minutes for one in rows)
    record(by=by, action="patrol.delivered", of=plan, details={"stops": len(rows), "minutes": minutes})
    return rows


@transaction.atomic
def withdraw_visit(*, visit: PatrolVisit, by: User) -> PatrolVisit:
    """Take a stop back that was written down by mistake; the row stays."""
    visit.withdrawn_at = timezone.now()
    visit.save(update_fields=["withdrawn_at"])
    details = {"place": visit.spot.number, "start": visit.start, "minutes": visit.minutes}
    record(by=by, action="patrol.delivery_withdrawn", of=visit, parent=visit.spot.plan, details=details)
    return visit
