"""Before it starts: what can be seen, with what to compare; then locked into the plan as its named assessment."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from upstream.periods import Month
from upstream_web.people.models import User
from upstream_web.places.models import Area
from upstream_web.places.queries import places_like, small_areas_by_code, small_areas_of
from upstream_web.problems.changes.assessment import name_assessment
from upstream_web.problems.changes.found import keep_found
from upstream_web.problems.engine import CannotCount
from upstream_web.problems.engine.designs import design, near
from upstream_web.problems.models import Design, NamedAssessment, NamedPlace, Plan
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

DESIGN = "problems.design"
TO_WRITE_IT = datetime.timedelta(weeks=6)
"""From the end of the time that is judged to the day by which its result is written."""


def ask_to_design(*, plan: Plan, by: User, asked: Mapping[str, Any]) -> Run:
    """Ask for a design to be worked out; the counts take longer than a page may.

    asked : place (code of an area above small areas, or empty), small_areas, crime_types, begins, metres, effect,
        chosen_by; and where they are given phase_in, later (pairs of month and code), also_began and rule_changes
    """
    parameters = {"plan": plan.pk, "asked": dict(asked)}
    return start(kind_key=DESIGN, title=f"Design the assessment of {plan.ref}", parameters=parameters, by=by)


def design_again(*, plan: Plan, by: User, asked: Mapping[str, Any]) -> Design:
    """Work a design out now; reading is done before the plan is locked."""
    place = Area.objects.current().filter(code=asked["place"]).first() if asked["place"] else None
    treated = small_areas_of(place) if place else sorted(asked["small_areas"])
    if not treated:
        raise CannotCount("Which small areas are to be treated is not known here. Choose some, or a place of several.")
    buffer = near(treated, asked["metres"])
    candidates = _candidates(place, {*treated, *buffer})
    question = {**asked, "treated": treated, "buffer": buffer}
    found = design(plan, question, candidates, by.email)
    told = {name: found.asked[name] for name in ("begins", "crime_types", "metres", "effect")}
    return keep_found(kind=Design, plan=plan, by=by, found=found, action="plan.assessment_designed", told=told)


def _candidates(place: Area | None, taken: set[str]) -> dict[str, tuple[str, ...]]:
    """Places of the same kind, each by its small areas that are neither treated nor near by."""
    found = {}
    for code, inside in places_like(place).items():
        left = tuple(one for one in inside if one not in taken)
        if left and (place is None or code != place.code):
            found[code] = left
    return found


@transaction.atomic
def lock_design(
    *, plan: Plan, by: User, row: Design, compared: Iterable[str], measure: str, months: int, smallest_effect: float,
    reason: str = "",
) -> NamedAssessment:  # fmt: skip
    """Lock a design into the plan as its named assessment, from now on; a change of what is locked needs a reason.

    compared : codes of places, each a candidate of the design
    months : that will be judged, from when it is fully running everywhere
    """
    fit = {one["unit"] for one in row.result["planned"]["candidates"] if one["fit"] is not None}
    chosen = list(dict.fromkeys(compared))
    if not chosen or not set(chosen) <= fit:
        raise ValidationError({"compared": "Choose at least one of the places that the design found alike."})
    begins = Month.parse(row.asked["begins"])
    phase_in, later = row.asked.get("phase_in", 0), _later(row)
    last = max([begins, *later.values()]) + (phase_in + months - 1)
    areas = {area.code: area for area in Area.objects.filter(code__in=chosen)}
    place = Area.objects.filter(code=row.asked["place"]).first() if row.asked["place"] else None
    roles = NamedPlace.Role
    places = {
        roles.TREATED: [place] if place else small_areas_by_code(row.asked["treated"]),
        roles.COMPARED: [areas[code] for code in chosen if code in areas],
        roles.BUFFER: small_areas_by_code(row.asked["buffer"]),
    }
    named = "1 place" if len(chosen) == 1 else f"{len(chosen)} places"
    return name_assessment(
        plan=plan, by=by, reason=reason, places=places, later=later, design=row, lock=True,
        measure=measure,
        crime_types=row.asked["crime_types"],
        area=place or plan.area,
        comparison=areas[chosen[0]].name if len(chosen) == 1 else f"{named} that moved alike before",
        before_from=Month.parse(row.asked["from"]).first_day,
        before_to=(begins - 1).last_day,
        after_from=(begins + phase_in).first_day,
        after_to=last.last_day,
        phase_in=phase_in,
        also_began=row.asked.get("also_began", []),
        rule_changes=row.asked.get("rule_changes", []),
        smallest_effect=smallest_effect,
        review_on=last.last_day + TO_WRITE_IT,
    )  # fmt: skip


def _later(row: Design) -> dict[str, Month]:
    return {code: Month.parse(month) for month, code in row.asked.get("later", ())}
