"""How to call each change of needs, and how each is refused."""

import datetime as dt
from functools import partial

from factories.patrols import PatrolSpotFactory, PatrolVisitFactory, at, made_patrol, patrol_asked
from factories.people import AreaFactory, UserFactory, person
from upstream_web.needs import changes
from upstream_web.needs.access import COMPARE, PATROL, visit_for_withdrawing
from upstream_web.people.access import require
from upstream_web.people.permissions import Permission


def ask_to_count():
    return partial(changes.ask_to_count, by=UserFactory())


def asked_by_a_reader():
    return partial(require, person(Permission.SIGNAL_READ), Permission.SIGNAL_DECIDE)


def ask_to_compare():
    return partial(changes.ask_to_compare, source="ed", to=dt.date(2022, 6, 30), by=UserFactory())


def note_overlay_file():
    to = dt.date(2022, 6, 30)
    return partial(changes.note_overlay_file, source="ed", to=to, part="places", ending="csv", by=UserFactory())


def compared_by_somebody():
    return partial(require, person(Permission.SIGNAL_READ), COMPARE)


def keep_version():
    content = {"digest": "a", "tables": {"crimes": 1}}
    return partial(changes.keep_version, content=content, digest="b", words="As reviewed", by=UserFactory())


def ask_for_patrol():
    return partial(changes.ask_for_patrol, asked=patrol_asked(AreaFactory()), by=UserFactory())


def keep_patrol():
    return partial(changes.keep_patrol, asked=patrol_asked(AreaFactory()), made=made_patrol(), by=UserFactory())


def add_visits():
    spot = PatrolSpotFactory()
    return partial(changes.add_visits, plan=spot.plan, visits=[(spot, at(18, 5), 12, "")], by=UserFactory())


def the_same_visit_twice():
    visit = PatrolVisitFactory()
    again = [(visit.spot, visit.start, 10, "")]
    return partial(changes.add_visits, plan=visit.spot.plan, visits=again, by=UserFactory())


def withdraw_visit():
    return partial(changes.withdraw_visit, visit=PatrolVisitFactory(), by=UserFactory())


def planned_by_a_reader():
    return partial(require, person(Permission.SIGNAL_READ), PATROL)


def withdrawn_by_a_reader():
    visit = PatrolVisitFactory()
    reader = person(Permission.SIGNAL_READ, area=visit.spot.plan.area)
    return partial(visit_for_withdrawing, reader, visit.spot.plan_id, visit.pk)


_ASKING = (ask_to_count, ask_to_compare, note_overlay_file, keep_version, ask_for_patrol)
_CHANGES = (*_ASKING, keep_patrol, add_visits, withdraw_visit)
CALLS = {one.__name__: one for one in _CHANGES}
WRITES = {
    "ask_to_count": ("run.asked_for",),
    "ask_to_compare": ("run.asked_for",),
    "note_overlay_file": ("overlay.file_taken",),
    "keep_version": ("needs.version_kept",),
    "ask_for_patrol": ("run.asked_for",),
    "keep_patrol": ("patrol.planned",),
    "add_visits": ("patrol.delivered",),
    "withdraw_visit": ("patrol.delivery_withdrawn",),
}
REFUSED = {
    "note_overlay_file": (compared_by_somebody,),
    "ask_to_count": (asked_by_a_reader,),
    "ask_to_compare": (compared_by_somebody,),
    "keep_version": (asked_by_a_reader,),
    "ask_for_patrol": (planned_by_a_reader,),
    "add_visits": (the_same_visit_twice,),
    "withdraw_visit": (withdrawn_by_a_reader,),
}
NO_PERSON_ASKS: dict[str, str] = {"keep_patrol": "the worker"}
