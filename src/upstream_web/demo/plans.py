"""The plans of the demonstration: problems of `problems.toml` in invented places, at every stage, some failed.

Everything is written through the same `changes` as the work of real people, so histories, versions and the audit log
are as they would be; only the days are then set back, for a demonstration of work that began long ago.
"""

import datetime
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone

from upstream_web.demo.in_records import InRecords
from upstream_web.demo.officers import NAMES, officers_of, one_of
from upstream_web.demo.people import Cast
from upstream_web.demo.results import noon, result_of
from upstream_web.evidence.models import EvidenceCard
from upstream_web.people.models import Team, User
from upstream_web.places.queries import small_areas_by_code
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.changes import actions, assessment, parts, plans, sharing, steps, supervision
from upstream_web.problems.models import NamedPlace, Plan
from upstream_web.problems.rubrics import rubric

PROBLEMS = Path(__file__).with_name("problems.toml")
SEED = 2022
SHARES = {"B": 51, "A": 19, "C": 15, "D": 37, "E": 24}
"""Open plans by area as the panel's pack of September 2022 counts them (source 004): 146 in all."""
ALL = frozenset(Plan.Stage.values)
WHOLE = PlanAccess(reads=ALL, writes=ALL, sensitive=True, team=True, supervisor=True, hub=True)
"""The demonstration acts in every capacity."""
FATES = (
    ("draft", 0.10),
    ("submitted", 0.08),
    ("returned", 0.05),
    ("active", 0.42),
    ("assessing", 0.10),
    ("closed worked", 0.09),
    ("closed some", 0.06),
    ("closed none", 0.06),
    ("closed worse", 0.02),
    ("withdrawn", 0.02),
)
DAYS_AGO = {
    "draft": (5, 90),
    "submitted": (5, 90),
    "returned": (5, 90),
    "active": (5, 290),
    "assessing": (235, 300),
    "withdrawn": (5, 290),
    "closed": (285, 700),
}
"""How long ago plans were opened, by their fate: few of those under way are past the time that they are judged by."""
FROM_RECORDS = 0.4
"""Share of the plans that ended whose place is small areas of the records, so that they were assessed from these."""
SLOW = "Anti-social behaviour"
"""Counted from incidents, which are many: such plans are left to be assessed by whoever looks at them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One plan about to be made: its problem, place, people, days and fate."""

    problem: dict[str, Any]
    place: str
    words: dict[str, Any]
    team: Team
    officer: User
    sergeant: User
    opened: datetime.date
    fate: str
    treated: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)


def make_plans(cast: Cast, *, number: int, within: InRecords | None = None) -> list[Plan]:
    """Make the plans, the same ones each time; those that have ended within the years of the records, where there are
    any."""
    rng = np.random.default_rng(SEED)
    problems = tomllib.loads(PROBLEMS.read_text("utf-8"))["problem"]
    officers = officers_of(cast, rng)
    codes = [code for code in SHARES if code in cast.areas]
    weights = np.array([SHARES[code] for code in codes], dtype=float)
    made = []
    for i in range(number):
        code = codes[int(rng.choice(len(codes), p=weights / weights.sum()))]
        problem = problems[i % len(problems)]
        made.append(_make(_setting(problem, code, officers, rng, within), cast, rng))
    _put_own_work_on_desks(cast, made)
    return made


def _setting(
    problem: dict[str, Any], code: str, officers: dict[str, Any], rng: np.random.Generator, within: InRecords | None
) -> Setting:
    team, other, people, sergeant = officers[code]
    kind = problem.get("kind", "neighbourhood")
    fate = str(rng.choice([name for name, _ in FATES], p=[share for _, share in FATES]))
    opened = timezone.localdate() - datetime.timedelta(days=int(rng.integers(*DAYS_AGO[fate.split()[0]])))
    treated: list[str] = []
    compared: list[str] = []
    if fate.startswith("closed") and within is not None:
        opened = within.opened(rng)
        if rng.random() < FROM_RECORDS and SLOW not in problem["crime_types"]:
            treated, compared = within.places(code, rng)
    place = f"{one_of(NAMES['place_first'], rng)} {one_of(NAMES['place_last'], rng)}"
    words = {"place": place, "n": int(rng.integers(6, 60)), "month": one_of(NAMES["month"], rng)}
    return Setting(
        problem=problem,
        place=place,
        words=words,
        team=other if kind == "intervention" else team,
        officer=people[-1] if kind == "intervention" else people[int(rng.integers(len(people) - 1))],
        sergeant=sergeant,
        opened=opened,
        fate=fate,
        treated=treated,
        compared=compared,
    )


def _make(about: Setting, cast: Cast, rng: np.random.Generator) -> Plan:
    problem, said = about.problem, about.words
    title = problem["title"].format(**said)
    plan = plans.start_plan(
        by=about.officer,
        title=title[:160],
        area=about.team.area,
        team=about.team,
        on=about.opened,
        place=about.place,
        crime_types=problem["crime_types"],
        small_areas=about.treated,
        problem=f"{problem['who'].format(**said)} {problem['events'].format(**said)}",
        kind=problem.get("kind", "neighbourhood"),
        size=str(rng.choice(["beat", "standard", "standard", "standard", "force"])),
        marking="sensitive" if rng.random() < 0.08 else "official",
        public_summary=f"Residents raised this problem. We and our partners work on it: {title[0].lower()}{title[1:]}.",
        period_from=about.opened - datetime.timedelta(days=365),
        period_to=about.opened,
    )
    early = about.fate == "draft" and rng.random() < 0.5
    answer(plan, about, only_some=early)
    if not early:
        analyse_and_respond(plan, about, cast, rng)
        _name_assessment(plan, about)
    _live(plan, about, cast, rng)
    _set_back(plan, about)
    return plan


def answer(plan: Plan, about: Setting, *, only_some: bool) -> None:
    problem, said = about.problem, about.words
    keys = {
        "community": "who",
        "harmful": "harm",
        "expectation": "expectation",
        "events": "events",
        "recurring": "recurring",
        "similarity": "similarity",
    }
    answers = {key: {"text": problem[name].format(**said), "yes": True, "evidence": ""} for key, name in keys.items()}
    answers["recurring"]["evidence"] = "Crime and incident records of the last twelve months"
    answers["expectation"]["evidence"] = "Minutes and call log"
    answers["raised_by"] = {"text": problem["expectation"].format(**said)}
    if only_some:
        answers = {key: answers[key] for key in ("community", "events", "raised_by")}
    else:
        answers |= {
            "why": {"text": problem["why"]},
            "when_where": {"text": f"{problem['recurring'].format(**said)} {problem['similarity'].format(**said)}"},
            "location": {"text": problem["similarity"].format(**said)},
            "victim": {"text": problem["who"].format(**said)},
            "equality": {
                "text": "Older residents and the young are affected most; a response must not push the young out."
            },
            "community_voice": {"text": f"{said['n'] + 12} people were asked at the door and at a meeting."},
        }
    plans.save_answers(plan=plan, by=about.officer, answers=answers, based_on={})


def analyse_and_respond(plan: Plan, about: Setting, cast: Cast, rng: np.random.Generator) -> None:
    problem, said = about.problem, about.words
    causes = []
    for i, line in enumerate(problem["causes"]):
        statement, test = (part.strip() for part in line.split("|"))
        state = (
            ("supported" if i == 0 else str(rng.choice(["supported", "not_supported", "open"])))
            if about.fate != "draft"
            else "open"
        )
        finding = (
            "The records bear it out."
            if state == "supported"
            else "No difference was found."
            if state == "not_supported"
            else ""
        )
        causes.append(
            parts.save_hypothesis(
                plan=plan, by=about.officer, statement=statement, test=test, finding=finding, state=state
            )
        )
    baseline = float(said["n"])
    parts.save_objective(
        plan=plan,
        by=about.officer,
        what=f"A third less of it: {problem['title'].format(**said)}",
        measure="Recorded a quarter",
        baseline=baseline,
        target=round(baseline * 2 / 3),
        by_when=about.opened + datetime.timedelta(days=270),
    )
    for i, line in enumerate(problem["responses"]):
        title, mechanism, side, tier, card, organisation, unit = (part.strip() for part in line.split("|"))
        body = cast.organisations[organisation]
        if body.pk != plan.lead_id and not plan.invitations.filter(organisation=body).exists():
            extents = {"scanning": "read", "analysis": "none", "response": "write", "assessment": "none"}
            sharing.invite(
                plan=plan,
                by=about.officer,
                organisation=body,
                extents=extents,
                purpose="Preventing crime: Crime and Disorder Act 1998, section 115",
            )
        response = parts.save_response(
            plan=plan,
            by=about.officer,
            title=title,
            mechanism=mechanism,
            side=side,
            tier=tier,
            card=EvidenceCard.objects.get(key=card),
            technique=EvidenceCard.objects.get(key=card).technique,
            organisation=body,
            hypothesis=causes[min(i, len(causes) - 1)],
            dose_unit=unit,
            dose_planned=float(rng.integers(4, 40)),
            displacement="To the next place like it: watched in the same count.",
            cost=int(rng.integers(2, 80)) * 50,
        )
        if about.fate.startswith(("active", "assessing", "closed")):
            parts.add_delivery(
                response=response,
                by=about.officer,
                on=about.opened + datetime.timedelta(days=60),
                amount=max(1.0, round(response.dose_planned * float(rng.uniform(0.2, 1.1)))),
            )
    _actions(plan, about, cast, rng)


def _name_assessment(plan: Plan, about: Setting) -> None:
    measure = f"{about.problem['crime_types'][0]} recorded within 300 metres"
    compared = "The most similar small area of the force where nothing new is done"
    places = None
    if about.treated:
        measure = f"{about.problem['crime_types'][0]} recorded a month"
        compared = f"{len(about.compared)} small areas of {plan.area.name} where nothing new is done"
        roles = NamedPlace.Role
        tree = {area.code: area for area in small_areas_by_code(about.treated + about.compared)}
        places = {
            roles.TREATED: [tree[code] for code in about.treated],
            roles.COMPARED: [tree[code] for code in about.compared],
        }
    assessment.name_assessment(
        plan=plan,
        by=about.officer,
        measure=measure,
        area=plan.area,
        comparison=compared,
        places=places,
        before_from=about.opened - datetime.timedelta(days=365),
        before_to=about.opened - datetime.timedelta(days=1),
        after_from=about.opened + datetime.timedelta(days=60),
        after_to=about.opened + datetime.timedelta(days=240),
        smallest_effect=20.0,
        review_on=about.opened + datetime.timedelta(days=260),
    )


def _actions(plan: Plan, about: Setting, cast: Cast, rng: np.random.Generator) -> None:
    bodies = [row.organisation for row in plan.invitations.select_related("organisation")]
    accounts = {user.memberships.first().team.organisation_id: user for user in cast.people.values()}
    for i, title in enumerate(about.problem["actions"]):
        partner = bodies[i % len(bodies)] if bodies and i % 2 else None
        owner = accounts.get(partner.pk) if partner else about.officer
        due = about.opened + datetime.timedelta(days=30 + 25 * i)
        action = actions.add_action(
            plan=plan,
            by=about.officer,
            title=title,
            organisation=partner or plan.lead,
            owner=owner,
            due_on=due,
            owner_name="" if owner else "Duty officer",
            owner_email="" if owner else f"duty@{partner.pk}.invented.example",
        )
        _work_on(action, about, due, rng)


def _work_on(action: Any, about: Setting, due: datetime.date, rng: np.random.Generator) -> None:
    if about.fate in ("draft", "submitted", "returned"):
        return
    past = due < timezone.localdate()
    ended = about.fate.startswith(("closed", "assessing"))
    if ended or (past and rng.random() < 0.8):
        actions.update_action(action=action, by=about.officer, text="Done as agreed.", state="done")
    elif rng.random() < 0.15:
        actions.update_action(
            action=action,
            by=about.officer,
            text="Waiting.",
            state="blocked",
            blocker="The budget holder has not answered.",
        )


def _live(plan: Plan, about: Setting, cast: Cast, rng: np.random.Generator) -> None:
    fate, by = about.fate, about.sergeant

    def step(key: str, who: User, comment: str = "") -> None:
        steps.take_step(plan=plan, by=who, access=WHOLE, step=key, comment=comment)

    if fate == "draft":
        return None
    step("submit", about.officer)
    if fate == "returned":
        step("return", by, "Say where the figures come from, and who speaks for the residents.")
    if fate in ("submitted", "returned"):
        return None
    if fate == "withdrawn":
        return step("withdraw", by, "The same problem is dealt with in another plan.")
    step("approve", by)
    score(plan, cast, rng)
    for _ in range(int(rng.integers(0, 4))):
        supervision.review(plan=plan, by=by, text="Actions go as planned; residents were told.")
    if fate == "active":
        return None
    step("assess", about.officer)
    if fate == "assessing":
        return None
    assessment.write_result(
        plan=plan,
        by=about.officer,
        process="Most of what was planned was done.",
        community="Asked again at the door.",
        lesson=about.problem["lesson"],
        **result_of(plan, fate.split()[1], about.words["n"], by=about.officer if about.treated else None),
    )
    return step("close", by)


def score(plan: Plan, cast: Cast, rng: np.random.Generator) -> None:
    if rng.random() < 0.3:
        return  # the source found seven in ten plans unscored; here three in ten wait for the hub
    skill = rng.choice([0.5, 1.5, 2.0, 2.6])
    marks = {item.key: int(np.clip(round(rng.normal(skill, 0.6)), 0, 3)) for item in rubric(plan.kind)}
    hub = cast.people["hub@demo.example"]
    supervision.score(plan=plan, by=hub, access=WHOLE, scorer="hub", marks=marks, notes={})


def _set_back(plan: Plan, about: Setting) -> None:
    """Put the days of a plan's life where they would have been; the audit log keeps the true time of writing."""
    plan.refresh_from_db()
    approved = about.opened + datetime.timedelta(days=21) if plan.approved_on else None
    closed = about.opened + datetime.timedelta(days=280) if plan.closed_on and plan.approved_on else plan.closed_on
    today = timezone.localdate()
    changed = min(today, about.opened + datetime.timedelta(days=14 + plan.pk * 37 % 120))
    plan.approved_on, plan.closed_on = approved, min(closed, today) if closed else None
    plan.changed_at = noon(changed)
    if plan.next_review_on:
        plan.next_review_on = today + datetime.timedelta(days=plan.pk * 13 % 60 - 25)
    plan.save(update_fields=["approved_on", "closed_on", "next_review_on", "changed_at"])
    named = {"locked_at": noon(approved)} if approved else {}
    plan.named_assessments.update(made_at=noon(about.opened), **named)
    if plan.closed_on:
        plan.results.update(made_at=noon(plan.closed_on))


def _put_own_work_on_desks(cast: Cast, made: list[Plan]) -> None:
    """See that whoever signs in finds something that waits for them."""
    officer = cast.people["officer@demo.example"]
    for plan in [plan for plan in made if plan.team_id == cast.teams["safer neighbourhood", "B"].pk and plan.is_open][
        :6
    ]:
        sharing.give_to(plan=plan, owner=officer, by=cast.people["sergeant@demo.example"])
