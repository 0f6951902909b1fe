"""How to call each change of plans, and how each is refused: by itself, or at the door of the pages that call it."""

import datetime
from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from factories.notices import NoticeFactory
from factories.people import AreaFactory, OrganisationFactory, TeamFactory, UserFactory, person
from factories.problems import (
    ActionFactory,
    AnswerFactory,
    InvitationFactory,
    NamedAssessmentFactory,
    NoteFactory,
    ObjectiveFactory,
    PlanFactory,
    ResponseFactory,
    ready_plan,
)
from factories.signals import SignalFactory
from upstream_web.audit.changes import System
from upstream_web.audit.retention import kept_for
from upstream_web.evidence.changes import add_card
from upstream_web.evidence.models import LocalResult
from upstream_web.intake.changes import keep_workbook, map_columns
from upstream_web.intake.judged import Judged
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.problems import access
from upstream_web.problems.changes import (
    actions,
    assessing,
    assessment,
    beat,
    designing,
    drafts,
    found,
    from_signals,
    papers,
    parts,
    plans,
    public,
    readings,
    sharing,
    slices,
    small_areas,
    steps,
    supervision,
    telling,
    versions,
    workbooks,
    worth,
)
from upstream_web.problems.engine import Counted, SmallArea
from upstream_web.problems.models import Design, Draft, Marking, Plan, PublicSummary
from upstream_web.problems.rubrics import rubric

DAY = datetime.date(2026, 5, 7)
FOLLOWING = {"what": "Fewer thefts", "measure": "Thefts a month", "by_when": DAY}
RESULT = {
    "process": "All visits were made.",
    "outcome": "Thefts fell.",
    "verdict": "some",
    "lesson": "Go on.",
    "decision": "close",
}
SUMMARY = {"title": "Sheds", "text": "Neighbours look out for each other."}
EXTENTS = {"scanning": "read", "analysis": "none", "response": "read", "assessment": "none"}


# -- calls ---------------------------------------------------------------------------------------------------------
def officer_of(plan: Plan) -> User:
    return person(Permission.PLAN_START, team=plan.team)


def start(change, *, permission=Permission.PLAN_START, **instead):
    team = TeamFactory()
    given = {"by": person(permission, team=team), "area": team.area, "team": team} | instead
    return partial(change, title="Sheds", **given)


def start_plan():
    return start(plans.start_plan)


def open_plan():
    return start(plans.open_plan)


def accepting(*permissions, **instead):
    signal, team = SignalFactory(), TeamFactory()
    allowed = permissions or (Permission.PLAN_START, Permission.SIGNAL_READ, Permission.SIGNAL_DECIDE)
    given = {"signal": signal, "by": person(*allowed, team=team, area=signal.area), "area": signal.area, "team": team}
    return partial(from_signals.accept_signal, title="Vehicle crime", size="standard", **given | instead)


def accept_signal():
    return accepting()


def accept_as_a_reader():
    return accepting(Permission.PLAN_START, Permission.SIGNAL_READ)


def accept_without_plans():
    return accepting(Permission.SIGNAL_READ, Permission.SIGNAL_DECIDE)


def accept_for_another_team():
    return accepting(team=TeamFactory())


def accept_twice():
    call = accepting()
    call()
    return call


def change_details():
    plan = PlanFactory()
    before = {"title": plan.title}
    by = officer_of(plan)
    return partial(plans.change_details, plan=plan, by=by, based_on=plan.version, before=before, title="Sheds")


def save_answers():
    plan = PlanFactory()
    answers = {"community": {"text": "Tenants"}}
    return partial(plans.save_answers, plan=plan, by=officer_of(plan), answers=answers, based_on={"community": 0})


def save_beat():
    plan = PlanFactory(size=Plan.Size.BEAT)
    given = {"answers": {"community": {"text": "Tenants"}}, "objective": {}, "response": {}, "assessment": {}}
    return partial(beat.save_beat, plan=plan, by=officer_of(plan), based_on={"community": 0}, **given)


def save_hypothesis():
    plan = PlanFactory()
    return partial(parts.save_hypothesis, plan=plan, by=officer_of(plan), statement="Sheds stand open", test="Look")


def save_objective():
    plan = PlanFactory()
    return partial(parts.save_objective, plan=plan, by=officer_of(plan), baseline=12.0, target=8.0, **FOLLOWING)


def save_response():
    plan = PlanFactory()
    given = {"title": "Locks", "mechanism": "Harder to open", "tier": "primary", "side": "location"}
    return partial(parts.save_response, plan=plan, by=officer_of(plan), organisation=plan.lead, **given)


def remove_part():
    row = ObjectiveFactory()
    return partial(parts.remove_part, row=row, by=officer_of(row.plan))


def add_delivery():
    row = ResponseFactory()
    return partial(parts.add_delivery, response=row, by=officer_of(row.plan), on=DAY, amount=3.0)


def add_action():
    plan = PlanFactory()
    given = {"title": "Visit", "organisation": plan.lead, "due_on": DAY}
    return partial(actions.add_action, plan=plan, by=officer_of(plan), **given)


def change_action():
    row = ActionFactory()
    return partial(actions.change_action, action=row, by=officer_of(row.plan), based_on=row.version, title="Call")


def update_action():
    row = ActionFactory()
    return partial(actions.update_action, action=row, by=officer_of(row.plan), text="Begun", state="under_way")


def send_action_link():
    row = ActionFactory(owner_name="Jo", owner_email="jo@housing.example")
    return partial(actions.send_action_link, action=row, by=officer_of(row.plan))


def name_assessment():
    plan = PlanFactory()
    held = NamedAssessmentFactory.build(plan=plan, area=plan.area)
    names = ("measure", "comparison", "before_from", "before_to", "after_from", "after_to", "smallest_effect")
    given = {name: getattr(held, name) for name in (*names, "review_on")}
    return partial(assessment.name_assessment, plan=plan, by=officer_of(plan), area=plan.area, **given)


def write_result():
    plan = PlanFactory()
    return partial(assessment.write_result, plan=plan, by=officer_of(plan), **RESULT)


def take_from_cards():
    plan = PlanFactory(marking=Marking.SENSITIVE)
    card = add_card(key="greet", by=UserFactory(), kind="intervention", title="Greet", summary="s", source="x")
    LocalResult.objects.create(card=card, plan_ref=plan.ref, found_on=timezone.localdate(), what="Ask first")
    return partial(assessment.take_from_cards, plan=plan, by=officer_of(plan))


def keep_draft():
    return partial(drafts.keep_draft, by=UserFactory(), form="plan-1", data={"text": "Tenants"})


def old_draft() -> Draft:
    ago = timezone.now() - 2 * kept_for("drafts")
    return Draft.objects.create(user=UserFactory(), form="plan-1", data={}, saved_at=ago)


def drop_draft():
    return partial(drafts.drop_draft, by=old_draft().user, form="plan-1")


def forget_drafts():
    old_draft()
    return partial(drafts.forget_drafts, by=System("tidy_up"))


def note_list():
    return partial(papers.note_list, by=UserFactory(), kind="csv", plans=3, marked=1)


def note_meeting_sheet():
    return partial(papers.note_meeting_sheet, area=AreaFactory(), by=UserFactory())


def note_paper():
    plan = PlanFactory()
    return partial(papers.note_paper, plan=plan, by=officer_of(plan), kind="brief", marking=plan.marking)


def publishable() -> Plan:
    return PlanFactory(status=Plan.Status.ACTIVE)


def approve_summary():
    return partial(public.approve_summary, plan=publishable(), by=UserFactory(), **SUMMARY)


def withdraw_summary():
    plan = publishable()
    PublicSummary.objects.create(plan=plan, approved_at=timezone.now(), **SUMMARY)
    return partial(public.withdraw_summary, plan=plan, by=UserFactory())


def note_page():
    plan = PlanFactory(marking=Marking.SENSITIVE)
    note = NoteFactory(plan=plan, marking=Marking.SENSITIVE)
    return partial(readings.note_page, plan=plan, by=UserFactory(), shown=[note])


def note_plan_by_program():
    plan = PlanFactory(marking=Marking.SENSITIVE)
    return partial(readings.note_plan_by_program, plan=plan, by=UserFactory(), program="List")


def note_actions_by_program():
    row = ActionFactory(marking=Marking.SENSITIVE)
    return partial(readings.note_actions_by_program, actions=[row], by=UserFactory(), program="List")


def add_note():
    plan = PlanFactory()
    return partial(sharing.add_note, plan=plan, by=officer_of(plan), text="Seen", marking=Marking.OFFICIAL)


def add_file():
    plan, upload = PlanFactory(), SimpleUploadedFile("a.txt", b"words")
    given = {"what": "The lane", "marking": Marking.SENSITIVE}
    return partial(sharing.add_file, plan=plan, by=officer_of(plan), upload=upload, **given)


def note_reading():
    return partial(sharing.note_reading, file=add_file()(), by=UserFactory())


def invite():
    plan = PlanFactory()
    given = {"organisation": OrganisationFactory(), "purpose": "Section 115", "extents": EXTENTS}
    return partial(sharing.invite, plan=plan, by=officer_of(plan), **given)


def end_invitation():
    row = InvitationFactory()
    return partial(sharing.end_invitation, invitation=row, by=officer_of(row.plan))


def give_to():
    plan = PlanFactory()
    return partial(sharing.give_to, plan=plan, owner=officer_of(plan), by=UserFactory())


def keep_slice():
    plan = PlanFactory()
    return partial(slices.keep_slice, plan=plan, by=officer_of(plan), counted=Counted({}, {"crimes": 1}, "1", {}))


def ask_to_count():
    plan = PlanFactory()
    return partial(slices.ask_to_count, plan=plan, stage="analysis", by=officer_of(plan))


def count_again():
    plan = PlanFactory(
        area=AreaFactory(code="A", kind="policing_area"),
        crime_types=["Burglary"],
        period_from=datetime.date(2022, 6, 1),
        period_to=datetime.date(2022, 6, 30),
    )
    return partial(slices.count_again, plan=plan, by=officer_of(plan))


def asked_of_a_design():
    return {
        "place": "", "small_areas": ["S01000462"], "crime_types": [], "begins": "2022-04", "metres": 0, "effect": 20.0,
        "chosen_by": 3,
    }  # fmt: skip


def ask_to_design():
    plan = PlanFactory()
    return partial(designing.ask_to_design, plan=plan, by=officer_of(plan), asked=asked_of_a_design())


def design_again():
    for number in range(455, 470):
        AreaFactory(code=f"S01000{number}", kind="small_area")
    plan = PlanFactory()
    return partial(designing.design_again, plan=plan, by=officer_of(plan), asked=asked_of_a_design())


def keep_found():
    plan = PlanFactory()
    counted = Counted(asked_of_a_design(), {"crimes": 1}, "1", {})
    return partial(
        found.keep_found, kind=Design, plan=plan, by=officer_of(plan), found=counted, action="plan.assessment_designed"
    )


def lock_design():
    plan, place = PlanFactory(), AreaFactory()
    asked = asked_of_a_design() | {"treated": ["S01000462"], "buffer": [], "from": "2020-04", "to": "2022-03"}
    planned = {"candidates": [{"unit": place.code, "fit": {}, "reasons": []}]}
    row = Design.objects.create(
        plan=plan,
        made_at=timezone.now(),
        asked=asked,
        data_versions={},
        engine_version="1",
        result={"planned": planned},
    )
    said = {"compared": [place.code], "measure": "Crimes", "months": 6, "smallest_effect": 20.0}
    return partial(designing.lock_design, plan=plan, by=officer_of(plan), row=row, **said)


def lock_of_none():
    return partial(lock_design(), compared=[])


def lock_of_what_is_not_alike():
    return partial(lock_design(), compared=[AreaFactory().code])


def lock_again_without_a_reason():
    call = lock_design()
    NamedAssessmentFactory(plan=call.keywords["plan"], locked_at=timezone.now())
    return call


def ask_to_assess():
    plan = PlanFactory()
    return partial(assessing.ask_to_assess, plan=plan, by=officer_of(plan))


def keep_assessed():
    named = NamedAssessmentFactory()
    found = Counted({}, {"crimes": 1}, "1", {})
    return partial(assessing.keep_assessed, plan=named.plan, by=officer_of(named.plan), named=named, found=found)


def assessed_plan():
    """A plan of the north in June 2022, judged by its first half against the second: whole months of one."""
    plan = PlanFactory(
        area=AreaFactory(code="A", kind="policing_area"), crime_types=[], status="active", small_areas=["S01000462"]
    )
    months = {
        "before_from": (2022, 4, 1),
        "before_to": (2022, 5, 31),
        "after_from": (2022, 6, 1),
        "after_to": (2022, 6, 30),
    }
    days = {name: datetime.date(*day) for name, day in months.items()}
    NamedAssessmentFactory(plan=plan, locked_at=timezone.now(), **days)
    return plan


def assess_again():
    plan = assessed_plan()
    return partial(assessing.assess_again, plan=plan, by=officer_of(plan))


def assume_worth():
    plan = PlanFactory()
    given = {"optimism": 15.0, "optimism_source": "our own plans", "spent": 900}
    return partial(worth.assume_worth, plan=plan, by=officer_of(plan), **given)


def add_small_areas():
    AreaFactory(code="N", name="North")
    held = [SmallArea("S01000001", "Alderbeck 001", (("N", "North"),))]
    return partial(small_areas.add_small_areas, by=System("load_small_areas"), held=held)


def assess_waiting():
    assessed_plan()
    return partial(assessing.assess_waiting, by=System("assess_plans"))


def take_step():
    plan = ready_plan()
    team = access.PlanAccess(team=True)
    return partial(steps.take_step, plan=plan, by=officer_of(plan), access=team, step="submit")


def review():
    return partial(supervision.review, plan=PlanFactory(), by=UserFactory(), text="It goes on.")


def score(scorer: str = "self", **capacity: bool):
    plan = PlanFactory()
    marks = {item.key: 2 for item in rubric(plan.kind)}
    given = {"access": access.PlanAccess(**(capacity or {"team": True})), "scorer": scorer, "marks": marks, "notes": {}}
    return partial(supervision.score, plan=plan, by=officer_of(plan), **given)


def nominate():
    plan = PlanFactory()
    given = {"award": "Tilley", "summary": "Sheds", "case": "It worked."}
    return partial(supervision.nominate, plan=plan, by=officer_of(plan), **given)


def remind():
    row = ActionFactory(due_on=DAY)
    row.owner = officer_of(row.plan)
    row.save()
    return partial(telling.remind, on=DAY, by=System("remind"))


def settle_action():
    row = ActionFactory()
    NoticeFactory(subject_type="problems.action", subject_id=row.pk, kind="action_given")
    return partial(telling.settle_action, action=row)


def settle_review():
    return partial(telling.settle_review, plan=PlanFactory())


def tell_new_owner():
    return partial(telling.tell_new_owner, plan=PlanFactory(), by=UserFactory())


def tell_of_action():
    return partial(telling.tell_of_action, action=ActionFactory(owner=UserFactory()), by=UserFactory())


def tell_of_answer():
    return partial(telling.tell_of_answer, action=ActionFactory())


def tell_of_step():
    return partial(telling.tell_of_step, plan=PlanFactory(), by=UserFactory(), step="approve")


def keep_version():
    plan = PlanFactory()
    return partial(versions.keep_version, plan=plan, by=officer_of(plan), why="Started")


def workbook():
    team = TeamFactory()
    by = person(Permission.PLAN_IMPORT, team=team)
    upload = SimpleUploadedFile("plans.csv", b"Ref,Title\n1,Sheds\n")
    batch = keep_workbook(kind="plans", upload=upload, by=by)
    map_columns(batch=batch, by=by, sheets={"plans": ""}, columns={"plans": {"ref": "Ref", "title": "Title"}})
    values = {"title": "Sheds", "area": team.area, "team": team, "objective": {}}
    return batch, by, [Judged("plans", 2, "1", "Sheds", "accepted", values=values)]


def bring_in():
    batch, by, rows = workbook()
    return partial(workbooks.bring_in, batch=batch, by=by, rows=rows)


def take_back():
    batch, by, rows = workbook()
    return partial(workbooks.take_back, batch=workbooks.bring_in(batch=batch, by=by, rows=rows), by=by)


# -- refusals: a `stranger` may do everything elsewhere -------------------------------------------------------------
def stranger() -> User:
    return person(*Permission, team=TeamFactory(area=AreaFactory(kind="beat")))


def stranger_to(_: Plan) -> User:
    return stranger()


def reader_of(plan: Plan) -> User:
    return person(Permission.PLAN_SEE_AREA, Permission.SENSITIVE_READ, team=TeamFactory(area=plan.area))


def writing_refused(who, stage: str = "scanning", **fields: object):
    def asked():
        plan = PlanFactory(**fields)
        return partial(access.plan_for_editing, who(plan), plan.pk, stage)

    return asked


def refused_at(door):
    """Two who may not: one to whom the plan is absent, one who may only read it."""

    def absent():
        return partial(door, stranger(), PlanFactory().pk)

    def to_readers():
        plan = PlanFactory()
        return partial(door, reader_of(plan), plan.pk)

    return (absent, to_readers)


def editing(stage: str):
    return (
        writing_refused(stranger_to, stage),
        writing_refused(reader_of, stage),
        writing_refused(officer_of, stage, status=Plan.Status.CLOSED, closed_on=DAY),
    )


def clash_in_details():
    call = change_details()
    plan = call.keywords["plan"]
    plans.change_details(plan=plan, by=plan.owner, based_on=plan.version, before={"title": plan.title}, title="Yards")
    return call


def clash_in_answers():
    call = save_answers()
    AnswerFactory(plan=call.keywords["plan"], version=3)
    return call


def clash_in_action():
    call = change_action()
    row = call.keywords["action"]
    actions.change_action(action=row, by=row.plan.owner, based_on=row.version, title="Write")
    return call


def clash_in_update():
    call = update_action()
    return partial(call, based_on=call.keywords["action"].version + 1)


def unknown_detail():
    return partial(change_details(), version=9)


def start_elsewhere():
    return start(plans.start_plan, area=AreaFactory())


def start_for_another_team():
    by = person(Permission.PLAN_START)
    area = by.memberships.get().team.area
    return start(plans.start_plan, by=by, area=area, team=TeamFactory(area=area))


def start_by_a_reader():
    return start(plans.start_plan, permission=Permission.PLAN_SEE_AREA)


def action_of_strangers():
    return partial(access.action_for_working, stranger(), ActionFactory().pk)


def action_of_an_ended_plan():
    call = update_action()
    Plan.objects.update(status=Plan.Status.CLOSED, closed_on=DAY)
    return call


def link_without_address():
    row = ActionFactory()
    return partial(actions.send_action_link, action=row, by=officer_of(row.plan))


def link_by_a_reader():
    row = ActionFactory(owner_email="jo@housing.example")
    return partial(access.action_for_sending, reader_of(row.plan), row.pk)


def change_after_approval():
    call = name_assessment()
    NamedAssessmentFactory(plan=call.keywords["plan"], locked_at=timezone.now())
    return call


def summary_of_a_draft():
    return partial(public.approve_summary, plan=PlanFactory(), by=UserFactory(), **SUMMARY)


def summary_of_a_marked_plan():
    plan = PlanFactory(status=Plan.Status.ACTIVE, marking=Marking.SENSITIVE)
    return partial(public.approve_summary, plan=plan, by=UserFactory(), **SUMMARY)


def step_by_a_reader():
    return partial(take_step(), access=access.PlanAccess(hub=True))


def step_not_from_here():
    return partial(take_step(), step="close", access=access.PlanAccess(supervisor=True))


def approval_by_the_team():
    plan = ready_plan(status=Plan.Status.SUBMITTED)
    team = access.PlanAccess(team=True)
    return partial(steps.take_step, plan=plan, by=officer_of(plan), access=team, step="approve")


def return_without_words():
    plan, supervisor = ready_plan(status=Plan.Status.SUBMITTED), access.PlanAccess(supervisor=True)
    return partial(steps.take_step, plan=plan, by=UserFactory(), access=supervisor, step="return", comment=" ")


def not_ready():
    plan = PlanFactory()
    return partial(steps.take_step, plan=plan, by=plan.owner, access=access.PlanAccess(team=True), step="submit")


def score_of_the_hub_by_the_team():
    return score("hub", team=True, supervisor=True)


def score_of_the_supervisor_by_the_hub():
    return score("supervisor", team=True, hub=True)


def file_of_strangers():
    row = add_file()()
    return partial(access.file_for_reading, stranger(), row.plan_id, row.pk)


def invitation_of_strangers():
    row = InvitationFactory()
    return partial(access.invitation_for_ending, stranger(), row.plan_id, row.pk)


def reading_by_a_stranger():
    return partial(access.plan_for_reading, stranger(), PlanFactory().pk)


def import_elsewhere():
    return partial(bring_in(), by=person(Permission.PLAN_IMPORT, team=TeamFactory(area=AreaFactory())))


def import_without_the_role():
    return partial(take_back(), by=person(Permission.PLAN_START))


def undo_after_work():
    call = take_back()
    plan = Plan.objects.get()
    sharing.add_note(plan=plan, by=UserFactory(), text="Seen", marking=Marking.OFFICIAL)
    return call


def meeting_elsewhere():
    return partial(access.area_for_meeting, UserFactory(), AreaFactory().code, must=True)


CALLS = {
    one.__name__: one
    for one in (
        *(start_plan, open_plan, accept_signal, change_details, save_answers, save_beat),
        *(save_hypothesis, save_objective, save_response, remove_part, add_delivery),
        *(add_action, change_action, update_action, send_action_link),
        *(name_assessment, write_result, take_from_cards, keep_draft, drop_draft, forget_drafts),
        *(note_list, note_meeting_sheet, note_paper, approve_summary, withdraw_summary),
        *(note_page, note_plan_by_program, note_actions_by_program),
        *(add_note, add_file, note_reading, invite, end_invitation, give_to, keep_slice),
        *(ask_to_count, count_again, ask_to_assess, assess_again, keep_assessed, assess_waiting, assume_worth),
        *(add_small_areas, ask_to_design, design_again, keep_found, lock_design),
        *(take_step, review, score, nominate, keep_version, bring_in, take_back),
        *(remind, settle_action, settle_review, tell_new_owner, tell_of_action, tell_of_answer, tell_of_step),
    )
}
FIXTURES = ("figures",)
A_PART = "a part of changes that are refused themselves"
SUPERVISING = refused_at(access.plan_for_supervising)
SHARING = refused_at(access.plan_for_sharing)
COUNTING = refused_at(access.plan_for_counting)
ASSESSING = refused_at(access.plan_for_assessing)

REFUSED = {
    "start_plan": (start_elsewhere, start_for_another_team, start_by_a_reader),
    "accept_signal": (accept_as_a_reader, accept_without_plans, accept_for_another_team, accept_twice),
    "change_details": (*editing("scanning"), clash_in_details, unknown_detail),
    "save_answers": (*editing("analysis"), clash_in_answers),
    "save_beat": editing("scanning"),
    "save_hypothesis": editing("analysis"),
    **dict.fromkeys(("save_objective", "save_response", "remove_part", "add_delivery"), editing("response")),
    "add_action": editing("response"),
    "change_action": (*editing("response"), clash_in_action),
    "update_action": (action_of_strangers, action_of_an_ended_plan, clash_in_update),
    "send_action_link": (link_without_address, link_by_a_reader),
    "name_assessment": (*editing("assessment"), change_after_approval),
    "write_result": editing("assessment"),
    "approve_summary": (*SUPERVISING, summary_of_a_draft, summary_of_a_marked_plan),
    "withdraw_summary": SUPERVISING,
    **dict.fromkeys(("add_file", "invite", "nominate"), SHARING),
    "end_invitation": (invitation_of_strangers,),
    "note_reading": (file_of_strangers,),
    **dict.fromkeys(("note_page", "note_paper", "note_plan_by_program", "add_note"), (reading_by_a_stranger,)),
    "note_actions_by_program": (action_of_strangers,),
    "note_meeting_sheet": (meeting_elsewhere,),
    **dict.fromkeys(("keep_slice", "ask_to_count", "count_again"), COUNTING),
    **dict.fromkeys(("ask_to_assess", "assess_again", "keep_assessed", "assume_worth"), ASSESSING),
    **dict.fromkeys(("ask_to_design", "design_again", "keep_found"), ASSESSING),
    "lock_design": (*ASSESSING, lock_of_none, lock_of_what_is_not_alike, lock_again_without_a_reason),
    "take_step": (step_by_a_reader, step_not_from_here, approval_by_the_team, return_without_words, not_ready),
    "review": SUPERVISING,
    "score": (score_of_the_hub_by_the_team, score_of_the_supervisor_by_the_hub),
    "bring_in": (import_elsewhere,),
    "take_back": (import_without_the_role, undo_after_work),
}
NO_PERSON_ASKS = {
    "open_plan": "a part of starting a plan and of a workbook, which are refused themselves",
    "give_to": "a part of handing over, which is refused itself",
    **dict.fromkeys(("keep_draft", "drop_draft"), "of one's own"),
    **dict.fromkeys(("forget_drafts", "remind", "assess_waiting", "add_small_areas"), "the operator's command"),
    "note_list": "a list holds what the person may see",
    **dict.fromkeys(("settle_action", "settle_review", "tell_new_owner", "tell_of_action"), A_PART),
    **dict.fromkeys(("tell_of_answer", "tell_of_step", "keep_version", "take_from_cards"), A_PART),
}
WRITES = {
    "accept_signal": ("plan.started", "plan.answered", "signal.accepted", "run.asked_for"),
    "add_action": ("plan.action_added",),
    "add_small_areas": ("area.added",),
    "ask_to_design": ("run.asked_for",),
    "design_again": ("plan.assessment_designed",),
    "keep_found": ("plan.assessment_designed",),
    "lock_design": ("plan.assessment_named",),
    "change_action": ("plan.action_changed",),
    "send_action_link": ("plan.action_link_sent",),
    "update_action": ("plan.action_updated",),
    "name_assessment": ("plan.assessment_named",),
    "write_result": ("plan.result_written",),
    "take_from_cards": ("evidence.local_result_removed",),
    "save_beat": ("plan.answered",),
    "forget_drafts": ("draft.forgotten",),
    "note_list": ("plan.list_taken",),
    "note_meeting_sheet": ("plan.meeting_sheet_taken",),
    "note_paper": ("plan.paper_taken",),
    "add_delivery": ("plan.dose_delivered",),
    "remove_part": ("plan.objective_removed",),
    "save_hypothesis": ("plan.hypothesis_added",),
    "save_objective": ("plan.objective_added",),
    "save_response": ("plan.response_added",),
    "change_details": ("plan.changed",),
    "open_plan": ("plan.started",),
    "save_answers": ("plan.answered",),
    "start_plan": ("plan.started",),
    "approve_summary": ("plan.public_summary_approved",),
    "withdraw_summary": ("plan.public_summary_withdrawn",),
    "note_actions_by_program": ("action.read",),
    "note_page": (
        "plan.read",
        "note.read",
    ),
    "note_plan_by_program": ("plan.read",),
    "add_file": (
        "file.added",
        "plan.file_added",
    ),
    "add_note": ("plan.noted",),
    "end_invitation": ("plan.partner_left",),
    "give_to": ("plan.given",),
    "invite": ("plan.partner_invited",),
    "note_reading": ("plan.sensitive_file_read",),
    "ask_to_count": ("run.asked_for",),
    "count_again": ("plan.records_counted",),
    "keep_slice": ("plan.records_counted",),
    "ask_to_assess": ("run.asked_for",),
    "assume_worth": ("plan.worth_assumed",),
    **dict.fromkeys(("assess_again", "keep_assessed", "assess_waiting"), ("plan.assessed",)),
    "take_step": ("plan.submit",),
    "nominate": ("plan.nominated",),
    "review": ("plan.reviewed",),
    "score": ("plan.scored",),
    "remind": ("notices.reminded",),
    "bring_in": (
        "plan.started",
        "workbook.brought_in",
    ),
    "take_back": (
        "plan.import_undone",
        "workbook.undone",
    ),
    **dict.fromkeys(
        (
            "drop_draft",
            "keep_draft",
            "settle_action",
            "settle_review",
            "tell_new_owner",
            "tell_of_action",
            "tell_of_answer",
            "tell_of_step",
            "keep_version",
        ),
        (),
    ),
}
