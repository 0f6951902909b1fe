"""The paper and the bundle of a plan's assessment: what was found last, with how it was to be judged and its worth."""

import datetime

from django.http import Http404

from upstream.reports.assessment_bundle import bundle_of
from upstream.reports.assessment_paper import Designed, Paper, assessment_paper, of_kept
from upstream.reports.document import Document
from upstream_web.design.environment import day, month
from upstream_web.places.queries import names_of_places
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.engine.designs import counted_in_words
from upstream_web.problems.in_words import known_of
from upstream_web.problems.models import Assessed, Marking, NamedAssessment, NamedPlace, Plan
from upstream_web.problems.queries import changed_after_start
from upstream_web.problems.worth import plan_worth

HANDLING = "It speaks of places and counts, never of one person. Keep it as its marking asks."


def assessed_paper(plan: Plan, access: PlanAccess) -> Document:
    """The paper; absent where the plan was not assessed, or the reader does not see assessments."""
    return assessment_paper(_paper(plan, access))


def assessed_bundle(plan: Plan, access: PlanAccess, *, for_anybody: bool) -> bytes:
    """The bundle as a zip file: as counted for those who see small numbers and ask for it, else rounded."""
    return bundle_of(_paper(plan, access), for_anybody=for_anybody or not access.whole)


def _paper(plan: Plan, access: PlanAccess) -> Paper:
    row = plan.assessed.select_related("counts", "named", "named__area").first()
    if row is None or Plan.Stage.ASSESSMENT not in access.reads:
        raise Http404
    counts = getattr(row, "counts", None)
    worth = plan_worth(plan, row)
    return of_kept(
        row.result,
        None if counts is None else counts.data,
        place=plan.area.name,
        source=_source(row),
        created=row.made_at.astimezone(datetime.UTC).replace(microsecond=0),
        tables=tuple(row.data_versions.items()),
        designed=_designed(plan, row.named),
        valued=worth.valued,
        not_valued=worth.why_not,
        engine_version=row.engine_version,
        public=not access.whole,
        names={} if counts is None else names_of_places(counts.data["units"]),
        title=f"Did it work? {plan.title}",
        force=plan.ref,
        marking=Marking(plan.marking).label,
        handling=HANDLING,
    )


def _source(row: Assessed) -> tuple[str, ...]:
    asked = row.asked
    types = counted_in_words(asked.get("crime_types") or ()).lower()
    compared = asked.get("comparison")
    others = "every other small area of the force" if compared is None else _small_areas(len(compared))
    return (
        f"Recorded events by small area and month: {types}, {month(asked['from'])} to {month(asked['to'])}. Counted on "
        f"{day(row.made_at)} from the records held.",
        f"Treated: {_small_areas(len(asked['treated']))}; compared with {others}.",
    )


def _small_areas(number: int) -> str:
    return "one small area" if number == 1 else f"{number} small areas"


def _designed(plan: Plan, named: NamedAssessment) -> Designed:
    roles = {NamedPlace.Role(role).label.lower(): len(at) for role, at in named.places_by_role().items() if at}
    facts = (
        ("Outcome measure", named.measure),
        ("Where", named.area.name),
        ("Compared with", named.comparison),
        ("Places named", "; ".join(f"{label} {number}" for label, number in roles.items()).capitalize()),
        ("Before", f"{day(named.before_from)} to {day(named.before_to)}"),
        ("After", f"{day(named.after_from)} to {day(named.after_to)}"),
        *known_of(named),
        ("Smallest reduction worth having", f"{named.smallest_effect:g}%"),
        ("Result due by", day(named.review_on)),
    )
    return Designed(facts, _locked(plan, named))


def _locked(plan: Plan, named: NamedAssessment) -> str:
    """When it was locked, and whether it was changed since."""
    rows = list(plan.named_assessments.filter(pk__lte=named.pk).order_by("pk"))
    locks = [one.locked_at for one in rows if one.locked_at]
    if not locks:
        return "It was not locked when this was found."
    changes = [one for one in rows if one.reason and one.made_at > locks[0]]
    if not changes:
        return f"Locked on {day(locks[0])}; not changed after."
    said = "; ".join(f"on {day(one.made_at)}: {one.reason.rstrip('.')}" for one in changes)
    late = changed_after_start(plan)
    after = " It was changed after the time after had begun: take it as exploratory." if late else ""
    return f"Locked on {day(locks[0])}, and changed after ({said}). What was named before stays in the plan.{after}"
