"""How to call each change of areas."""

import datetime

from factories.people import AreaFactory, UserFactory
from upstream_web.places import changes
from upstream_web.places.models import Area

DAY = datetime.date(2026, 5, 7)


def add_area():
    by, parent = UserFactory(), AreaFactory()
    return lambda: changes.add_area(code="N", name="North", kind=Area.Kind.BEAT, parent=parent, by=by)


def rename_area():
    by, area = UserFactory(), AreaFactory()
    return lambda: changes.rename_area(area=area, name="Another name", by=by)


def end_area():
    by, area = UserFactory(), AreaFactory()
    return lambda: changes.end_area(area=area, last_day=DAY, by=by)


CALLS = {call.__name__: call for call in (add_area, rename_area, end_area)}
