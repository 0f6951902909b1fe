"""Figures for a person: those whose role reads measures."""

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.http import Http404

from upstream.measures.definition import Pack
from upstream.measures.result import NOT_KNOWN
from upstream.reports.publishing import Format
from upstream_web.measures import queries
from upstream_web.measures.engine.figures import Figures, figures
from upstream_web.measures.engine.files import KINDS
from upstream_web.measures.engine.store import force
from upstream_web.measures.models import Calculation
from upstream_web.people.access import require, standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area


@dataclass(frozen=True, slots=True)
class Open:
    """The figures of a month as a person has them open.

    stale : tables that have a newer version than the figures rest on
    """

    figures: Figures
    calculation: Calculation
    reader: User
    stale: tuple[str, ...]

    @property
    def month(self) -> str:
        """The month as addresses have it."""
        return self.calculation.month

    def may(self, permission: Permission) -> bool:
        """Whether the reader may do something anywhere."""
        return standing(self.reader).allows(permission)


def figures_for_reading(user: User, month: str) -> Open | None:
    """The figures to a month; `None` when they have not been worked out yet, or are kept no more."""
    require(user, Permission.MEASURE_READ)
    if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", month):
        raise Http404
    row = queries.calculation_of(month)
    found = figures(row.kept_as, row.definitions) if row is not None else None
    if row is None or found is None:
        return None
    now = force().versions
    stale = tuple(sorted(name for name, version in row.tables.items() if now.get(name, version) != version))
    return Open(found, row, user, stale)


def measure_for_reading(opened: Open, key: str) -> str:
    """The key of a measure that the figures have; a page of prose has no page of its own here."""
    binding = opened.figures.bindings.get(key)
    if binding is None or binding.definition.kind == "page":
        raise Http404
    return key


def area_for_reading(opened: Open, area: str) -> str:
    """The code of an area that the figures have."""
    if area not in opened.figures.areas:
        raise Http404
    return area


def pack_for_reading(opened: Open, key: str) -> Pack:
    """The pack of that key; the first when none is named."""
    for pack in opened.figures.packs:
        if key in ("", pack.key):
            return pack
    raise Http404


def kind_of_file(kind: str) -> Format:
    """A format that a measure can be had as."""
    for one in KINDS:
        if one == kind:
            return one
    raise Http404


def records_for_reading(opened: Open, key: str, area: str) -> tuple[str, ...] | None:
    """The areas whose records the person may read (`None`: all), when the one asked for is among them."""
    key = measure_for_reading(opened, key)
    areas = areas_of_records(opened)
    series = opened.figures.bindings[key].result.series
    if area not in series or area == NOT_KNOWN or (areas is not None and area not in areas):
        raise Http404
    return areas


def areas_of_records(opened: Open) -> tuple[str, ...] | None:
    """Codes of the areas whose records the person may read; `None`: the whole force."""
    paths = standing(opened.reader).paths(Permission.MEASURE_RECORDS)
    if "" in paths:
        return None
    within = Area.objects.filter(reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk__in=())))
    codes = set(within.values_list("code", flat=True))
    if opened.figures.force.settings.force_key in codes or _whole_force(paths):
        return None
    return tuple(code for code in opened.figures.areas if code in codes)


def _whole_force(paths: tuple[str, ...]) -> bool:
    """Whether one of the paths is a force's own."""
    return Area.objects.filter(path__in=paths, kind=Area.Kind.FORCE).exists()


def may_write(opened: Open, key: str) -> str:
    """The key of a measure that the person may write commentary on."""
    require(opened.reader, Permission.COMMENTARY_WRITE)
    return measure_for_reading(opened, key)
