"""Signals, and what a look found, for tests."""

import datetime
from typing import Any

import factory

from factories.people import AreaFactory
from upstream_web.signals.engine import Found
from upstream_web.signals.models import Look, Signal, SignalStep, State

TO = datetime.date(2022, 6, 30)


def plain(**values: Any) -> dict[str, Any]:
    """A signal as the engine gives it, as JSON has it."""
    kind, area = values.get("kind", "high_volume"), values.get("area", "A")
    small = values.get("small_areas", ["S01000001"])
    return {
        "key": f"{kind}-{area}-{'-'.join(small)}",
        "kind": kind,
        "types": ["Vehicle crime"],
        "area": area,
        "small_areas": small,
        "place": f"Alderbeck 001 in Area {area}",
        "first": "2022-06-01",
        "last": "2022-06-30",
        "count": 40,
        "evidence": "Vehicle crime in Alderbeck 001: 40 crimes recorded in June 2022, where 12.0 would be usual.",
        "method": "Counts against the months before.",
        "tables": {"crimes": 0},
        "harm_days": 90.0,
        "expected": 12.0,
        "p": 0.00001,
        "recurrence_days": 4000.0,
        "false_alarm_share": 0.05,
        "easting": None,
        "northing": None,
        "radius_metres": None,
        "figures": {
            "table": "crimes",
            "usual_low": 5.0,
            "usual_high": 19.0,
            "first_month": "2022-04",
            "counts": [11, None, 40],
            "carries_over": False,
            "by_small_area": {},
        },
        **values,
    }


def found(*groups: list[dict[str, Any]], to: datetime.date = TO, areas: dict[str, str] | None = None) -> Found:
    """What a look found."""
    return Found(to, list(groups), {"volumes": 9}, {}, {}, {"crimes": 0}, "3", areas or {"A": "Area A"})


class SignalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Signal
        skip_postgeneration_save = True

    key = factory.Sequence(lambda n: f"high_volume-{n}")
    kind = "high_volume"
    state = State.NEW
    area = factory.SubFactory(AreaFactory)
    types = factory.List(["Vehicle crime"])
    place = "Alderbeck 001 in Hollinmarch"
    first = datetime.date(2022, 6, 1)
    last = TO
    evidence = factory.LazyAttribute(lambda o: o.lead["evidence"])
    harm_days = 90.0
    false_share = 0.05
    lead = factory.LazyFunction(plain)
    engine_version = "3"
    found_to = TO

    @factory.post_generation
    def steps(self, create: bool, extracted: object, **kwargs: object) -> None:
        if create:
            SignalStep.objects.create(signal=self, to_state=State.WAITING)

    class Params:
        dismissed = factory.Trait(state=State.DISMISSED, reason="false")


class LookFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Look

    to = TO
    engine_version = "3"
    found = 1
    added = 1
