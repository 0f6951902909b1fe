"""How a plan will be judged, and what came of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from upstream.disclosure.published import effect_is_safe, published_count
from upstream.periods import Month
from upstream_web.audit.changes import record
from upstream_web.evidence.models import LocalResult
from upstream_web.people.models import User
from upstream_web.places.models import Area
from upstream_web.places.queries import place_named, small_areas_by_code
from upstream_web.problems.changes.versions import keep_version, locked
from upstream_web.problems.engine import effect_of
from upstream_web.problems.models import Marking, NamedAssessment, NamedPlace, Plan, Result
from upstream_web.problems.public_words import told_by
from upstream_web.problems.queries import names_on, values_of_named


@transaction.atomic
def name_assessment(
    *, plan: Plan, by: User, reason: str = "", places: Mapping[str, Iterable[Area]] | None = None,
    later: Mapping[str, Month] | None = None, compared: Area | None = None, lock: bool = False, **values: Any,
) -> NamedAssessment:  # fmt: skip
    """Name how the plan will be judged. Once approved, a change needs a reason, and what was before stays visible.

    places : by role; where nobody says, those of the design that it came from, else the plan's small areas are treated,
        and compared is the place that the words of the comparison name, if they name one
    later : code of each treated place that begins later than the first, and its own first month
    compared : the known place that it is compared with
    lock : whether it is locked at once, not only at approval
    values : `crime_types` are the plan's own where nobody says; a change of the plan afterwards changes neither
    """
    plan = locked(Plan.objects, plan.pk)
    _tells_of_nobody(plan, values.get("rule_changes", ()))
    held = plan.named_assessments.first()
    if held and held.locked_at and not reason.strip():
        raise ValidationError({"reason": "The assessment is locked: say why it changes. The old one stays visible."})
    before = values_of_named(held) if held else {}
    if held and held.design_id and places is None:  # the days change, not what was designed
        places, later = held.places_by_role(), held.later_starts()
        values = {"crime_types": held.crime_types, **values}
    if held and not held.locked_at:
        held.delete()
    locked_at = timezone.now() if lock or (held and held.locked_at) else None
    row = NamedAssessment.objects.create(
        plan=plan, made_at=timezone.now(), made_by=by, reason=reason, locked_at=locked_at,
        **{"crime_types": list(plan.crime_types), **values},
    )  # fmt: skip
    _place(row, _usual_places(plan, row, compared) if places is None else places, later or {})
    record(by=by, action="plan.assessment_named", of=row, parent=plan, before=before, after=values_of_named(row))
    after = held is not None and held.locked_at is not None
    named = "Assessment locked" if lock else "Assessment named"
    why = "Named assessment changed after it was locked" if after else named
    keep_version(plan=plan, by=by, why=why)
    return row


def _tells_of_nobody(plan: Plan, rule_changes: Iterable[tuple[str, str]]) -> None:
    """Changes of recording go into papers and bundles that anybody may be handed."""
    told = [one for _, words in rule_changes for one in told_by(words, names_on(plan), counts=False)]
    if told:
        said = "A change of how it is recorded has {}. Papers for everybody hold it."
        raise ValidationError([said.format(one) for one in told])


def _usual_places(plan: Plan, row: NamedAssessment, known: Area | None) -> dict[str, list[Area]]:
    treated = small_areas_by_code(plan.small_areas)
    whole = len(treated) == len(set(plan.small_areas))  # codes that the tree lacks stay with the plan alone
    compared = known or place_named(row.comparison)
    roles = NamedPlace.Role
    return {roles.TREATED: treated if whole else [], roles.COMPARED: [compared] if compared else []}


def _place(row: NamedAssessment, places: Mapping[str, Iterable[Area]], later: Mapping[str, Month]) -> None:
    """Write the places; one that is treated is treated alone, whatever else it lies in or was chosen as."""
    taken: set[int] = set()
    for role in NamedPlace.Role.values:
        own = {area.pk: area for area in places.get(role, ()) if area.pk not in taken}
        begun = later if role == NamedPlace.Role.TREATED else {}
        NamedPlace.objects.bulk_create(
            NamedPlace(
                named=row, area=area, role=role, began=begun[area.code].first_day if area.code in begun else None
            )
            for area in own.values()
        )
        taken |= set(own)


@transaction.atomic
def write_result(*, plan: Plan, by: User, **values: Any) -> Result:
    """Write what came of the plan; each cited evidence card gets it as a local result, failures too.

    Everybody reads the cards: what came of a plan that is marked OFFICIAL-SENSITIVE stays in the plan, and a lesson
    that tells who or which house it was is refused.
    """
    plan = locked(Plan.objects, plan.pk)
    told = told_by(values["lesson"], names_on(plan), counts=False) if plan.marking != Marking.SENSITIVE else []
    if told:
        raise ValidationError({"lesson": [f"It has {one}. Everybody who signs in reads lessons." for one in told]})
    row = Result.objects.create(plan=plan, made_at=timezone.now(), made_by=by, **values)
    record(by=by, action="plan.result_written", of=row, parent=plan, after=model_to_dict(row, exclude=["id", "plan"]))
    if plan.marking != Marking.SENSITIVE:
        _tell_the_cards(plan=plan, by=by, row=row)
    keep_version(plan=plan, by=by, why="Result written")
    return row


def take_from_cards(*, plan: Plan, by: User) -> None:
    """Take what came of a plan from the evidence cards again, now that it is marked."""
    for local in LocalResult.objects.filter(plan_ref=plan.ref).select_related("card"):
        record(by=by, action="evidence.local_result_removed", of=local, parent=plan, details={"card": local.card})
        local.delete()


def _tell_the_cards(*, plan: Plan, by: User, row: Result) -> None:
    values = _found(plan) or {
        "effect": 100 * (row.after - row.before) / row.before if row.before and row.after is not None else None
    }
    for card in {response.card for response in plan.responses.select_related("card") if response.card}:
        local, _ = LocalResult.objects.update_or_create(
            card=card,
            plan_ref=plan.ref,
            defaults={
                "found_on": timezone.localdate(),
                "what": f"{row.get_verdict_display()}. {row.lesson}",
                "place_type": plan.area.get_kind_display(),
                **values,
            },
        )
        record(by=by, action="evidence.local_result_written", of=local, parent=plan, details={"card": card})


def _found(plan: Plan) -> dict[str, Any]:
    """What the engine found of the assessment as it is named now, as everybody may read it: small numbers are withheld.
    Nothing where it found nothing, or without a ratio."""
    row = plan.assessed.first()
    if row is None or row.named_id != plan.named_assessments.values_list("pk", flat=True).first():
        return {}
    found = effect_of(row)
    if found.change is None:
        return {}
    if not effect_is_safe(found.cases, found.expected):
        return {"effect": None, "lower": None, "upper": None, "cases": None, "design_level": found.level}
    return {
        "effect": found.change,
        "lower": found.lower,
        "upper": found.upper,
        "cases": int(published_count(found.cases)),
        "design_level": found.level,
    }
