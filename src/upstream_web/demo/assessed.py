"""Plans of the demonstration whose effects were planted in its records: designed, done, and assessed by the engine.

What is written of the result follows what the engine found, whatever that was.
"""

import datetime
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone

from upstream.periods import Month
from upstream_web.demo.people import Cast
from upstream_web.demo.plans import WHOLE, Setting, analyse_and_respond, answer, score
from upstream_web.demo.results import as_found, noon
from upstream_web.people.models import Team, User
from upstream_web.places.models import Area
from upstream_web.problems.changes import assessing, assessment, parts, plans, steps, supervision
from upstream_web.problems.models import NamedPlace, Plan

PLANS = Path(__file__).with_name("assessed.toml")
MONTHS_BEFORE, MONTHS_AFTER = 24, 12
WEEK = datetime.timedelta(days=7)
OPENED, NAMED, APPROVED, WRITTEN = -12 * WEEK, -8 * WEEK, -6 * WEEK, 6 * WEEK
"""From the day that a response begins; the last from the end of the time that is judged."""


def make_assessed_plans(cast: Cast, manifest: Path) -> list[Plan]:
    """Make them; the small areas of the records are in the tree."""
    rng = np.random.default_rng(len(PLANS.stem))
    planted = {one["key"]: one for one in json.loads(manifest.read_text("utf-8"))["planted"]["interventions"]}
    rows = tomllib.loads(PLANS.read_text("utf-8"))["plan"]
    return [_make(row, planted[row["planted"]], cast, rng) for row in rows]


def _make(row: dict[str, Any], planted: dict[str, Any], cast: Cast, rng: np.random.Generator) -> Plan:
    start = Month.parse(planted["first_month"])
    about = _setting(row, cast.teams["safer neighbourhood", planted["area"]], start)
    plan = plans.start_plan(
        by=about.officer,
        title=row["title"].format(**about.words),
        area=about.team.area,
        team=about.team,
        on=about.opened,
        place=about.place,
        crime_types=row["crime_types"],
        small_areas=planted["treated"],
        problem=f"{row['who'].format(**about.words)} {row['events'].format(**about.words)}",
        public_summary="",
        period_from=(start - MONTHS_BEFORE).first_day,
        period_to=(start - 1).last_day,
    )
    answer(plan, about, only_some=False)
    analyse_and_respond(plan, about, cast, rng)
    for response in plan.responses.all():
        until = (start + (MONTHS_AFTER - 1)).last_day
        parts.save_response(
            plan=plan,
            by=about.officer,
            row=response,
            based_on=response.version,
            starts_on=start.first_day,
            ends_on=until,
            cost=row["cost"],
        )
    _name(plan, row, planted, about.officer, start)
    _live(plan, about, cast, rng)
    _set_back(plan, about, start)
    return plan


def _setting(row: dict[str, Any], team: Team, start: Month) -> Setting:
    officer, sergeant = (_one_of(team, role) for role in ("neighbourhood_officer", "supervisor"))
    words = {"place": team.area.name, "n": len(row["title"]) // 2, "month": (start - 3).first_day.strftime("%B")}
    fate = "assessing" if row.get("unfinished") else "closed"
    return Setting(row, team.area.name, words, team, officer, sergeant, start.first_day + OPENED, fate)


def _one_of(team: Team, role: str) -> User:
    return User.objects.filter(memberships__team=team, memberships__role__key=role).order_by("pk")[0]


def _name(plan: Plan, row: dict[str, Any], planted: dict[str, Any], by: User, start: Month) -> None:
    tree = {area.code: area for area in Area.objects.filter(code__in=planted["treated"] + planted["control"])}
    roles = NamedPlace.Role
    last = start + (MONTHS_AFTER - 1)
    assessment.name_assessment(
        plan=plan,
        by=by,
        measure=row["measure"],
        crime_types=row["counted"],
        area=plan.area,
        comparison=f"{len(planted['control'])} small areas of {plan.area.name} with as much of it before, left alone",
        places={
            roles.TREATED: [tree[code] for code in planted["treated"]],
            roles.COMPARED: [tree[code] for code in planted["control"]],
        },
        before_from=(start - MONTHS_BEFORE).first_day,
        before_to=(start - 1).last_day,
        after_from=start.first_day,
        after_to=last.last_day,
        smallest_effect=row["smallest_effect"],
        review_on=last.last_day + WRITTEN,
    )


def _live(plan: Plan, about: Setting, cast: Cast, rng: np.random.Generator) -> None:
    for step, who in (("submit", about.officer), ("approve", about.sergeant), ("assess", about.officer)):
        steps.take_step(plan=plan, by=who, access=WHOLE, step=step)
    score(plan, cast, rng)
    supervision.review(plan=plan, by=about.sergeant, text="Done as planned so far; the counts are seen each month.")
    row = assessing.assess_again(plan=plan, by=about.officer)
    if about.fate == "assessing":
        return
    assessment.write_result(
        plan=plan,
        by=about.officer,
        process=about.problem["process"],
        community=about.problem["community"],
        lesson=about.problem["lesson"],
        **as_found(row),
    )
    steps.take_step(plan=plan, by=about.sergeant, access=WHOLE, step="close")


def _set_back(plan: Plan, about: Setting, start: Month) -> None:
    """Put the days of a plan's life where they would have been; the audit log keeps the true time of writing."""
    plan.refresh_from_db()
    begun = start.first_day
    written = (start + (MONTHS_AFTER - 1)).last_day + WRITTEN
    plan.approved_on = begun + APPROVED
    if plan.closed_on:
        plan.closed_on = written
    plan.changed_at = noon(written)
    plan.next_review_on = None if plan.closed_on else timezone.localdate() + WEEK
    plan.save(update_fields=["approved_on", "closed_on", "next_review_on", "changed_at"])
    plan.named_assessments.update(made_at=noon(begun + NAMED), locked_at=noon(begun + APPROVED))
    plan.results.update(made_at=noon(written))
