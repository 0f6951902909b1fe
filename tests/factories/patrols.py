"""Patrol plans for tests: one factory a model."""

import datetime as dt
from typing import Any

import factory
import numpy as np
from django.utils import timezone
from factory.django import DjangoModelFactory

from factories.people import AreaFactory
from upstream.respond.patrol import HotSpot, Shift, patrol_plan
from upstream_web.needs.engine.patrols import MadePatrol
from upstream_web.needs.models import PatrolPlan, PatrolSpot, PatrolStop, PatrolVisit
from upstream_web.places.models import Area

DAY = dt.date(2026, 3, 2)
"""A Monday."""


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> dt.datetime:
    """A moment on the clock of the place."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def patrol_asked(area: Area, **changed: Any) -> dict[str, Any]:
    """What a form asks for, as a run keeps it."""
    asked = {
        "title": "Evenings", "area": area.pk, "code": area.code, "types": ["Burglary"], "places": 2, "minutes": 120,
        "teams": 1, "stop": 15, "key": "one", "first": DAY.isoformat(), "last": DAY.isoformat(), "begins": "",
    }  # fmt: skip
    return asked | changed


def made_patrol() -> MadePatrol:
    """A plan as the engine makes it, of two squares on one evening."""
    spots = (HotSpot("a", "Quay (0, 0)", 0.0, 0.0, 30.0), HotSpot("b", "Mill (400, 0)", 400.0, 0.0, 15.0))
    shift = Shift(dt.datetime.combine(DAY, dt.time(18)), 120, 1)
    plan = patrol_plan(spots, [shift], rng=np.random.default_rng(1))
    facts = {"of_all": 0.4, "squares": 9, "passed_over": 1, "busy": {"begin": 18, "hours": 2, "share": 0.5}}
    return MadePatrol(plan, spots, dt.time(18), facts, DAY, DAY, {"crimes": 1})


class PatrolPlanFactory(DjangoModelFactory):
    """Two weeks in March."""

    class Meta:
        model = PatrolPlan

    key = factory.Sequence(lambda n: f"key-{n}")
    title = "Evenings in the centre"
    area = factory.SubFactory(AreaFactory)
    types = factory.LazyFunction(lambda: ["Burglary"])
    first = DAY
    last = DAY + dt.timedelta(days=13)
    begins = dt.time(18)
    minutes = 240
    teams = 1
    stop = 15
    travel = 30.0
    read_from = dt.date(2025, 1, 1)
    read_to = dt.date(2025, 12, 31)
    facts = factory.LazyFunction(lambda: {"of_all": 0.2, "squares": 100, "passed_over": 0})
    tables = factory.LazyFunction(lambda: {"crimes": 3})
    engine_version = "3"


class PatrolSpotFactory(DjangoModelFactory):
    """A square."""

    class Meta:
        model = PatrolSpot

    plan = factory.SubFactory(PatrolPlanFactory)
    number = factory.Sequence(lambda n: n + 1)
    name = factory.LazyAttribute(lambda one: f"Square {one.number}")
    easting = 400_100.0
    northing = 300_100.0
    events = 40


class PatrolStopFactory(DjangoModelFactory):
    """A planned stop."""

    class Meta:
        model = PatrolStop

    spot = factory.SubFactory(PatrolSpotFactory)
    team = 1
    start = factory.LazyFunction(lambda: at(18))


class PatrolVisitFactory(DjangoModelFactory):
    """A stop that was made."""

    class Meta:
        model = PatrolVisit

    spot = factory.SubFactory(PatrolSpotFactory)
    start = factory.LazyFunction(lambda: at(18, 5))
    minutes = 12
