"""The only door of plans to the engine: what the records say of a plan's place, types and months."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from upstream.analyse.kept import as_data, from_data
from upstream.analyse.problem_profile import TABLES, problem_profile
from upstream.analyse.profile import ProfileOf
from upstream.errors import UpstreamError
from upstream.periods import Month
from upstream.records.quality import month_facts
from upstream.reports.document import Section
from upstream.reports.problem_profile import profile_sections
from upstream.store import ReadingScope
from upstream_web.measures.engine.store import Force, force
from upstream_web.problems.models import Plan, Slice

PURPOSE = "Problem-solving plan"
COUNTED = frozenset({"crimes", "incidents", "street_crimes"})
"""Tables counted in the rest of the force, to stand beside the plan's own area: totals, and nothing of people."""
USUAL_MONTHS = 24
"""Months counted when a plan names no period: two years, so that each month has last year's beside it."""


class CannotCount(UpstreamError):
    """Why the records cannot be counted for a plan, in words for whoever asked."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the engine counted.

    asked : place, types and months, as plain data
    data_versions : table name to version
    result : everything counted, as plain data
    """

    asked: dict[str, Any]
    data_versions: dict[str, int]
    engine_version: str
    result: dict[str, Any]


def count_records(plan: Plan, small_areas: Sequence[str], who: str) -> Counted:
    """Count the records of a plan for a person; what is read of people is logged with the plan's reference."""
    try:
        of = force()
        if not of.has_records:
            raise CannotCount("No records are held yet. Ask whoever runs Upstream to add records of crimes first.")
        areas = _areas(plan, of)
        scope = ReadingScope(who, f"{PURPOSE} {plan.ref}", TABLES, areas=areas, personal=True)
        first, last = _period(plan, of)
        asked = ProfileOf(first, last, areas, tuple(small_areas), tuple(plan.crime_types), of.settings.force_key)
        made = problem_profile(
            asked, of.store, scope, areas=of.areas, elsewhere=ReadingScope(who, scope.purpose, COUNTED),
            engine=of.settings.engine, memory=of.settings.memory, threads=of.settings.threads,
        )  # fmt: skip
    except UpstreamError as error:
        raise CannotCount(str(error)) from error
    return Counted(
        asked={
            "place": plan.area.name,
            "small_areas": list(small_areas),
            "crime_types": list(plan.crime_types),
            "from": str(first),
            "to": str(last),
        },
        data_versions={name: of.store.version(name) for name in made.read if of.store.holds(name)}
        | {one.table: one.version for one in made.profile.tables},
        engine_version=made.profile.engine_version,
        result=as_data(made),
    )


def records_of(row: Slice, stage: str, *, public: bool) -> tuple[Section, ...]:
    """What was counted for a stage, by heading; small numbers left out for those who may not see them.

    Scanning has how much there is; Analysis everything else.
    """
    made = profile_sections(from_data(row.result), row.asked["place"], public=public)
    return tuple(one for one in made if (one.id == "demand") == (stage == Plan.Stage.SCANNING))


def _areas(plan: Plan, of: Force) -> tuple[str, ...] | None:
    """The records' own codes of the plan's area; `None` for the whole force."""
    if plan.area.kind == plan.area.Kind.FORCE:
        return None
    above = plan.area.path.strip("/").split("/")
    found = [code for code, name in of.areas.items() if code in above or name == plan.area.name]
    if not found:
        known = ", ".join(of.areas.values()) or "none"
        raise CannotCount(f"The records do not know {plan.area.name}. Areas that they know: {known}.")
    return tuple(found)


def _period(plan: Plan, of: Force) -> tuple[Month, Month]:
    """The plan's months; without them the last two years held."""
    if plan.period_from and plan.period_to:
        return Month.of(plan.period_from), Month.of(plan.period_to)
    held = next(
        (
            facts
            for name in ("crimes", "street_crimes")
            if (facts := month_facts(of.store, name, of.settings.force_key))
        ),
        (),
    )
    if not held:
        raise CannotCount("No records of crimes are held yet.")
    last = held[-1].month
    return max(held[0].month, last - (USUAL_MONTHS - 1)), last
