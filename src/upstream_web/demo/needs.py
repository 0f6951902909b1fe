"""Needs of the invented force: counted, partners compared, and a patrol plan that was partly delivered."""

import datetime
from collections.abc import Mapping

import numpy as np
from django.utils import timezone

from upstream_web.needs import changes, engine
from upstream_web.needs.access import areas_for_patrols
from upstream_web.needs.engine.overlay import partners_held, work_out_overlay
from upstream_web.needs.engine.patrols import last_day, make_patrol
from upstream_web.needs.engine.versions import as_it_stands
from upstream_web.needs.models import PatrolPlan, PatrolStop
from upstream_web.people.models import User

SEED = 20_261
BEFORE, AFTER = 10, 17
"""Days of the patrol plan before and after today."""
DELIVERED = 0.7
"""Share of the stops due that were made."""
MINUTES = (8, 12, 14, 15, 16, 22)


def make_needs(people: Mapping[str, User]) -> None:
    """Count needs and compare partners for the analyst; plan patrols for the sergeant's area."""
    analyst = people["analyst@demo.example"]
    found = {key: engine.count(key, analyst.email) for key in (engine.INDEX, engine.TYPES)}[engine.INDEX]
    content, digest = as_it_stands(found, {}, 10)
    changes.keep_version(content=content, digest=digest, words="As reviewed", by=analyst)
    for key, partner in partners_held().items():
        work_out_overlay(key, partner.last, analyst.email)
    if last_day() is not None:
        _patrol(people["sergeant@demo.example"])


def _patrol(sergeant: User) -> None:
    today = timezone.localdate()
    area, code = next(iter(areas_for_patrols(sergeant).values()))
    asked = {
        "key": "demonstration", "title": f"Short stops in {area.name}", "area": area.pk, "code": code,
        "types": ["Violence and sexual offences", "Public order"], "places": 8, "minutes": 240, "teams": 2, "stop": 15,
        "first": (today - datetime.timedelta(days=BEFORE)).isoformat(),
        "last": (today + datetime.timedelta(days=AFTER)).isoformat(), "begins": "",
    }  # fmt: skip
    plan = changes.keep_patrol(asked=asked, made=make_patrol(asked, sergeant.email), by=sergeant)
    _deliver(plan, sergeant)


def _deliver(plan: PatrolPlan, sergeant: User) -> None:
    """Write most of the stops down that were due before today, some late and some too short or too long."""
    rng = np.random.default_rng(SEED)
    begun = timezone.now() - datetime.timedelta(days=1)
    visits = {}
    for stop in PatrolStop.objects.filter(spot__plan=plan, start__lt=begun).select_related("spot"):
        start = stop.start + datetime.timedelta(minutes=int(rng.integers(13)))
        if rng.random() < DELIVERED:
            visits[stop.spot_id, start] = (stop.spot, start, int(rng.choice(MINUTES)), "")
    changes.add_visits(plan=plan, visits=list(visits.values()), by=sergeant)
