"""Patrol plans as a page needs them: stops and visits on the clock of the place, as the engine takes them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from upstream_web.needs.engine.patrols import HotSpot, Stop, Visit
from upstream_web.needs.models import PatrolPlan, PatrolSpot, PatrolStop, PatrolVisit


@dataclass(frozen=True, slots=True)
class Patrol:
    """Everything of a patrol plan, read at once.

    rows : its places
    spots, stops, visits : the same as the engine takes them; a place's key is its number
    noted : visits that stand, the newest first
    """

    rows: tuple[PatrolSpot, ...]
    spots: tuple[HotSpot, ...]
    stops: tuple[Stop, ...]
    visits: tuple[Visit, ...]
    noted: tuple[PatrolVisit, ...]

    def due(self, by: dt.datetime) -> tuple[Stop, ...]:
        """Stops that should have begun by a moment on the clock of the place."""
        return tuple(one for one in self.stops if one.start <= by)

    def days(self) -> list[dt.date]:
        """Days with a stop."""
        return sorted({one.start.date() for one in self.stops})

    def on(self, day: dt.date) -> tuple[Stop, ...]:
        """The stops of a day."""
        return tuple(one for one in self.stops if one.start.date() == day)


def patrol_of(plan: PatrolPlan) -> Patrol:
    """A plan's places, stops and visits."""
    rows = tuple(plan.spots.all())
    number = {row.pk: str(row.number) for row in rows}
    stops = PatrolStop.objects.filter(spot__plan=plan)
    noted = tuple(PatrolVisit.objects.standing().filter(spot__plan=plan).select_related("by", "spot"))
    return Patrol(
        rows,
        tuple(HotSpot(str(row.number), row.name, row.easting, row.northing, float(row.events)) for row in rows),
        tuple(_stop(one, number, plan.stop) for one in stops),
        tuple(Visit(number[one.spot_id], local(one.start), float(one.minutes)) for one in noted),
        tuple(reversed(noted)),
    )


def local(moment: dt.datetime) -> dt.datetime:
    """A moment on the clock of the place."""
    return timezone.localtime(moment).replace(tzinfo=None)


def _stop(one: PatrolStop, number: dict[int, str], minutes: int) -> Stop:
    return Stop(one.team, number[one.spot_id], local(one.start), minutes)


def written_already(spots: Iterable[PatrolSpot], moments: Iterable[dt.datetime]) -> set[tuple[int, dt.datetime]]:
    """Place and moment of visits that stand, among some."""
    found = PatrolVisit.objects.standing().filter(spot__in=list(spots), start__in=list(moments))
    return set(found.values_list("spot_id", "start"))
