"""How to call each change of areas."""

import datetime
from functools import partial

from factories.people import AreaFactory, TeamFactory, UserFactory, person
from upstream_web.people.access import area_for_managing
from upstream_web.people.permissions import Permission
from upstream_web.places import changes
from upstream_web.places.models import Area

DAY = datetime.date(2026, 5, 7)


def add_area():
    by, parent = UserFactory(), AreaFactory()
    return partial(changes.add_area, code="N", name="North", kind=Area.Kind.BEAT, parent=parent, by=by)


def rename_area():
    by, area = UserFactory(), AreaFactory()
    return partial(changes.rename_area, area=area, name="Another name", by=by)


def end_area():
    by, area = UserFactory(), AreaFactory()
    return partial(changes.end_area, area=area, last_day=DAY, by=by)


def keeper_of_elsewhere():
    keeper = person(Permission.PEOPLE_MANAGE, team=TeamFactory(area=AreaFactory(parent=AreaFactory())))
    return partial(area_for_managing, keeper, AreaFactory().code)


def without_the_role():
    others = [one for one in Permission if one != Permission.PEOPLE_MANAGE]
    return partial(area_for_managing, person(*others), AreaFactory().code)


CALLS = {call.__name__: call for call in (add_area, rename_area, end_area)}
WRITES = {
    "add_area": ("area.added",),
    "end_area": ("area.ended",),
    "rename_area": ("area.renamed",),
}
REFUSED = dict.fromkeys(CALLS, (keeper_of_elsewhere, without_the_role))
NO_PERSON_ASKS = {}
