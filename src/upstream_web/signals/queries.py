"""Reads shaped for the pages of signals. Each takes the signals that the person may see: nothing hidden is counted."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from upstream.measures.crime_types import ASB, CRIMES_OF
from upstream_web.people.models import Team
from upstream_web.places.models import Area
from upstream_web.runs.models import Run
from upstream_web.signals.models import Look, Reason, Signal, SignalKey, SignalStep, State

TYPES = tuple(sorted((ASB, *CRIMES_OF)))
"""Crime types as plans name them."""


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """What the inbox is narrowed to; empty fields narrow nothing.

    state : "undecided", "all" or a state
    """

    state: str = "undecided"
    kind: str = ""
    type: str = ""
    area: Area | None = None


def filtered(signals: QuerySet[Signal], by: SignalFilter) -> QuerySet[Signal]:
    """The signals that a filter leaves, most harm first."""
    shown = signals.select_related("area", "team")
    if by.state == "undecided":
        shown = shown.undecided()
    elif by.state != "all":
        shown = shown.filter(state=by.state)
    if by.kind:
        shown = shown.filter(kind=by.kind)
    if by.type:
        # a list of words in JSON: its text holds the whole word in quotes, on either database
        shown = shown.filter(types__icontains=f'"{by.type}"')
    if by.area:
        shown = shown.filter(area__path__startswith=by.area.path)
    return shown.order_by("-harm_days", "id")


def counts(signals: QuerySet[Signal]) -> dict[str, int]:
    """How many in each state."""
    found = dict(signals.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in State.values}


def newest_look() -> Look | None:
    """The last look."""
    return Look.objects.first()


def looked_to() -> datetime.date | None:
    """The last day that any look was to."""
    return Look.objects.aggregate(Max("to"))["to__max"]


def was_looked_at(tables: Mapping[str, int]) -> bool:
    """Whether the last look was at these versions, and none was to follow it."""
    newest = newest_look()
    return newest is not None and not newest.more_to_come and tables.items() <= newest.tables.items()


def runs_on(kind: str, tables: Mapping[str, int]) -> QuerySet[Run]:
    """Runs that were asked for on exactly these versions."""
    return Run.objects.filter(kind=kind, parameters={"tables": dict(tables)})


def monday(day: datetime.date) -> datetime.date:
    """The first day of the week of a day."""
    return day - datetime.timedelta(days=day.weekday())


def room_left(team: Team | None, most: int) -> int:
    """How many signals of a hub may still become new this week."""
    since = timezone.make_aware(datetime.datetime.combine(monday(timezone.localdate()), datetime.time()))
    told = SignalStep.objects.filter(signal__team=team, to_state=State.NEW, at__gte=since).count()
    return max(0, most - told)


def signals_by_key(keys: list[str]) -> dict[str, Signal]:
    """The signals that the engine knows by these keys."""
    rows = SignalKey.objects.filter(key__in=keys).select_related("signal__area")
    return {row.key: row.signal for row in rows}


def area_of(code: str | None, areas: Mapping[str, str]) -> Area | None:
    """The site's area of a code of the records, or of its name; the whole force where there is no such area."""
    if code is not None:
        found = Area.objects.current().filter(Q(code=code) | Q(name=areas.get(code, code)))
        row = found.exclude(kind=Area.Kind.SMALL_AREA).order_by("path").first()
        if row is not None:
            return row
    return Area.objects.current().filter(kind=Area.Kind.FORCE).order_by("path").first()


def hub_of(area: Area) -> Team | None:
    """The hub that answers for an area: the one with the smallest area that covers it."""
    hubs = Team.objects.current().filter(kind=Team.Kind.HUB, area__isnull=False).select_related("area")
    covering = [team for team in hubs.order_by("pk") if area.path.startswith(team.area.path)]
    return max(covering, key=lambda team: len(team.area.path), default=None)


@dataclass(frozen=True, slots=True)
class KindTally:
    """What became of the signals of a kind.

    accepted, false, otherwise : accepted; dismissed as false; dismissed for another reason
    undecided : waiting, new or watched
    """

    kind: str
    label: str
    accepted: int
    false: int
    otherwise: int
    undecided: int

    @property
    def judged(self) -> int:
        """Those that somebody said were real or not."""
        return self.accepted + self.false


def tallies(signals: QuerySet[Signal]) -> list[KindTally]:
    """What became of the signals by kind, kinds without any left out."""
    dismissed = Q(state=State.DISMISSED)
    rows: dict[str, dict[str, Any]] = {
        row["kind"]: row
        for row in signals.order_by()
        .values("kind")
        .annotate(
            accepted=Count("pk", filter=Q(state=State.ACCEPTED)),
            false=Count("pk", filter=dismissed & Q(reason=Reason.FALSE)),
            otherwise=Count("pk", filter=dismissed & ~Q(reason=Reason.FALSE)),
            undecided=Count("pk", filter=~dismissed & ~Q(state=State.ACCEPTED)),
        )
    }
    return [KindTally(label=label, **rows[kind]) for kind, label in Signal.Kind.choices if kind in rows]
