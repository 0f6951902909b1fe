"""Whether a plan worked: what the engine found is kept with the plan, and what was found before stays."""

from django.db import transaction

from upstream_web.audit.changes import System
from upstream_web.people.models import User
from upstream_web.places.queries import small_areas_of, small_areas_within
from upstream_web.problems.changes.found import keep_found
from upstream_web.problems.engine import CannotCount, Counted, Places, assess, versions_held
from upstream_web.problems.models import Assessed, AssessedCounts, NamedAssessment, NamedPlace, Plan
from upstream_web.problems.queries import waiting_for_assessment
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

ASSESS = "problems.assess"


def ask_to_assess(*, plan: Plan, by: User) -> Run:
    """Ask for the plan to be assessed from records; the counts take longer than a page may."""
    return start(kind_key=ASSESS, title=f"Assess {plan.ref} from records", parameters={"plan": plan.pk}, by=by)


def assess_again(*, plan: Plan, by: User | System) -> Assessed:
    """Assess the plan now by its named assessment; reading is done before the plan is locked."""
    named = plan.named_assessments.select_related("plan__area", "area").first()
    if named is None:
        raise CannotCount("How the plan will be judged is not named yet. Name the assessment first.")
    who = by.email if isinstance(by, User) else by.name
    return keep_assessed(plan=plan, by=by, named=named, found=assess(named, _places(plan, named), who))


@transaction.atomic
def keep_assessed(*, plan: Plan, by: User | System, named: NamedAssessment, found: Counted) -> Assessed:
    """Keep what was found, and the counts that it rests on beside it."""
    result = dict(found.result)
    counts = result.pop("panel", None)
    row = keep_found(kind=Assessed, plan=plan, by=by, found=found, action="plan.assessed", named=named, result=result)
    if counts is not None:
        AssessedCounts.objects.create(assessed=row, data=counts)
    return row


def assess_waiting(*, by: System) -> tuple[int, dict[str, str]]:
    """Assess every plan whose records have grown since it was last assessed: how many, and why others were not."""
    done, not_done = 0, {}
    for plan in waiting_for_assessment(versions_held()):
        try:
            assess_again(plan=plan, by=by)
            done += 1
        except CannotCount as why:
            not_done[plan.ref] = str(why)
    return done, not_done


def _places(plan: Plan, named: NamedAssessment) -> Places:
    """Small areas by what they are; a place that is treated is nothing else, one near by is not compared with."""
    roles, at = NamedPlace.Role, named.places_by_role()
    treated = small_areas_within(at[roles.TREATED]) or list(plan.small_areas) or small_areas_of(named.area)
    if not treated:
        raise CannotCount(
            f"Which small areas {named.area.name} consists of is not known here. Name them in the plan's details."
        )
    buffer = [code for code in small_areas_within(at[roles.BUFFER]) if code not in set(treated)]
    taken = {*treated, *buffer}
    compared = small_areas_within(at[roles.COMPARED])
    left_alone = tuple(code for code in compared if code not in taken) if compared else None
    later = {code: month for code, month in named.later_starts().items() if code in set(treated)}
    return Places(tuple(treated), left_alone, tuple(buffer), later)
