"""Plans of the north, tried by every role of the north and of the south, and by a partner who is invited."""

import dataclasses
import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from factories.access import (
    ABSENT,
    ELSEWHERE,
    OPENS,
    REFUSED,
    TAKEN,
    WITHOUT_ROLE,
    Expected,
    Row,
    World,
    admits,
    anywhere,
    areas,
    everybody,
    team_of,
    to_all,
)
from factories.assessed import assessed
from factories.problems import ActionFactory, InvitationFactory, ObjectiveFactory, PlanFactory, ResponseFactory
from factories.signals import SignalFactory
from upstream_web.intake.changes import keep_workbook
from upstream_web.people.models import User
from upstream_web.problems.changes.sharing import add_file
from upstream_web.problems.changes.versions import keep_version
from upstream_web.problems.engine import Counted, count_records
from upstream_web.problems.models import Hypothesis, Marking, Plan, PublicSummary, Slice
from upstream_web.problems.views.parts import PARTS

FIXTURES = ("figures",)
MONTH = {"period_from": datetime.date(2022, 6, 1), "period_to": datetime.date(2022, 6, 30)}
COUNTED: list[Counted] = []
"""What the engine counted of the north, once for all worlds."""


def plan_of(owner: User, **fields: object) -> Plan:
    plan = PlanFactory(team=team_of(owner), owner=owner, crime_types=["Burglary"], **MONTH, **fields)
    for why in ("Started", "Details changed"):
        keep_version(plan=plan, by=owner, why=why)
    return plan


def parts_of(plan: Plan) -> dict[str, int]:
    """One of everything that may stand below a plan."""
    if not COUNTED:
        COUNTED.append(count_records(plan, [], "officer@force.example"))
    upload = SimpleUploadedFile("a.txt", b"words")
    assessed(plan)
    found = {
        field.name: getattr(COUNTED[0], field.name) for field in dataclasses.fields(Counted) if field.name != "summary"
    }
    return {
        "pk": plan.pk,
        "objective": ObjectiveFactory(plan=plan).pk,
        "hypothesis": Hypothesis.objects.create(plan=plan, statement="Sheds are left open", test="Look").pk,
        "response": ResponseFactory(plan=plan).pk,
        "action": ActionFactory(plan=plan, title=f"See to {plan.title}").pk,
        "invitation": InvitationFactory(plan=plan).pk,
        "file": add_file(plan=plan, by=plan.owner, upload=upload, what="", marking=Marking.OFFICIAL).pk,
        "row": Slice.objects.create(plan=plan, made_at=timezone.now(), **found).pk,
    }


def world() -> World:
    north, south = areas()
    people = everybody(north, south)
    officer, far, hub = (people[key] for key in ("neighbourhood_officer", "neighbourhood_officer elsewhere", "hub"))
    plan = plan_of(officer, title="Quiet lane")
    secret = plan_of(officer, title="Heron street", marking=Marking.SENSITIVE, status=Plan.Status.ACTIVE)
    invited = team_of(people["partner"]).organisation
    for one in (plan, secret):
        InvitationFactory(plan=one, organisation=invited)
    closed = plan_of(officer, status=Plan.Status.CLOSED, closed_on=timezone.localdate())
    beat = plan_of(officer, size=Plan.Size.BEAT)
    InvitationFactory(plan=beat, organisation=invited)
    shown = plan_of(officer, status=Plan.Status.ACTIVE)
    PublicSummary.objects.create(plan=shown, title="Sheds", text="Locks are fitted.", approved_at=timezone.now())
    upload = SimpleUploadedFile("plans.csv", b"Ref,Title,Area\n1,Sheds,A\n")
    kept = {"plan": plan, "by": officer, "what": "", "marking": Marking.SENSITIVE}
    kwargs = parts_of(plan) | {
        "secret": secret.pk,
        "closed": closed.pk,
        "beat": beat.pk,
        "shown": shown.pk,
        "ref": shown.ref,
        "unpublished": plan.ref,
        "secret action": ActionFactory(plan=plan, marking=Marking.SENSITIVE).pk,
        "partner action": ActionFactory(plan=plan, organisation=invited).pk,
        "analyst's action": ActionFactory(plan=plan, owner=people["analyst"]).pk,
        "secret file": add_file(**kept, upload=SimpleUploadedFile("b.txt", b"words")).pk,
        "signal": SignalFactory(area=north).pk,
        "batch": keep_workbook(kind="plans", upload=upload, by=hub).pk,
        "area": "A",
        "step": "submit",
        "supervisor step": "withdraw",
        "no step": "vanish",
        "stage": Plan.Stage.SCANNING,
        "group": "cheers",
    }
    mine = parts_of(plan_of(far, title="Mill road"))
    mine |= {f"secret {what}": mine[what] for what in ("action", "file")}
    return World(people, kwargs, mine, "neighbourhood_officer elsewhere")


# what each may do with a plan of the north
WRITERS = ("neighbourhood_officer", "supervisor")  # it is the officer's team's plan
READERS = (*WRITERS, "hub", "analyst", "performance_lead")
SENSITIVE_READERS = (*WRITERS, "hub", "analyst")
SEES_IT = (*READERS, "partner")  # the partner as far as the invitation goes: scanning and response, to read


def plan_page(*who: str, refused: tuple[str, ...] = (), found: Expected = OPENS) -> dict[str, Expected]:
    return admits(*who, found=found, but={key: REFUSED for key in refused if key not in who})


WHOLE = plan_page(*READERS)
SHARED = plan_page(*SEES_IT)
WRITING = plan_page(*WRITERS, refused=SEES_IT)
SENT = plan_page(*WRITERS, refused=SEES_IT, found=TAKEN)
SUPERVISING = plan_page("supervisor", refused=SEES_IT)
SCORING = plan_page(*WRITERS, "hub", refused=SEES_IT)
OF_PARTNER = plan_page(*WRITERS, "partner", refused=READERS, found=TAKEN)
OF_ANALYST = plan_page(*WRITERS, "analyst", refused=SEES_IT, found=TAKEN)
OF_SECRET = plan_page(*SENSITIVE_READERS)
OF_SECRET_SENT = plan_page(*WRITERS, refused=SENSITIVE_READERS, found=TAKEN)
ENDED = plan_page(refused=READERS)

NO_RESULTS = anywhere("partner", "panel_member", "auditor", "administrator")
STARTERS = anywhere("neighbourhood_officer", "supervisor", "hub")
RESULTS = {**to_all(), **dict.fromkeys((*WITHOUT_ROLE, *NO_RESULTS), REFUSED)}
IMPORTERS = admits(*anywhere("hub"), others=REFUSED)
OWN_WORKBOOK = {**IMPORTERS, "hub elsewhere": ABSENT}
ON_THE_WAY = {**OWN_WORKBOOK, "hub": ELSEWHERE}
MEETING = {**to_all(), **dict.fromkeys(WITHOUT_ROLE, REFUSED)}
NOT_PUBLISHED = to_all(ABSENT, anonymous=ABSENT)
SIGNAL_READERS = ("neighbourhood_officer", "supervisor", "analyst", "performance_lead")
ACCEPTING = admits("hub", but=dict.fromkeys(SIGNAL_READERS, REFUSED))
ACTION, BATCH, CLOSED, SECRET = {"pk": "action"}, {"pk": "batch"}, {"pk": "closed"}, {"pk": "secret"}

PAPERS = ("paper", "brief", "paper_pdf", "brief_pdf")
ASSESSED = ("assessed", "assessed_pdf", "assessed_bundle")
"""Papers of what was found, which only readers of the assessment see."""
FORMS = (
    *("edit_details", "edit_answers", "add_file", "invite", "name_assessment", "write_result", "nominate"),
    *("design", "worth"),
    *("add_action", "change_action", "add_delivery"),
    *(f"{verb}_{kind}" for kind in PARTS for verb in ("add", "change")),
)
"""Pages on which whoever may write the plan changes it."""

BUTTONS = ("count_records", "assess", "end_invitation", *(f"remove_{kind}" for kind in PARTS))
"""The same without a page."""

PART = {
    **{f"{verb}_{kind}": {"part": kind} for kind in PARTS for verb in ("change", "remove")},
    "change_action": {"part": "action"},
    "add_delivery": {"part": "response"},
}

ROWS = [
    *(Row(f"problems:{page}", to_all()) for page in ("plans", "dashboard", "export", "export_workbook")),
    *(Row(f"problems:{page}", RESULTS) for page in ("portfolio", "portfolio_csv", "overdue_csv")),
    Row("problems:start", admits(*STARTERS, others=REFUSED)),
    Row("problems:accept_signal", ACCEPTING, {"pk": "signal"}),
    Row("problems:meeting", MEETING),
    Row("problems:meeting_pdf", MEETING),
    # open to everybody: what a supervisor approved for the public, and nothing of a plan without such a summary
    Row("problems:public_list", to_all(anonymous=OPENS)),
    Row("problems:public", to_all(anonymous=OPENS)),
    Row("problems:public", NOT_PUBLISHED, {"ref": "unpublished"}),
    # reading
    Row("problems:overview", SHARED),
    Row("problems:overview", OF_SECRET, SECRET),
    *(Row(f"problems:{stage}", SHARED) for stage in ("scanning", "response")),
    *(Row(f"problems:{stage}", WHOLE) for stage in ("analysis", "assessment")),
    *(Row(f"problems:{page}", WHOLE) for page in ("history", "readers", "sharing", "slices", "slice", "download")),
    *(Row(f"problems:{page}", WHOLE) for page in ASSESSED),
    Row("problems:compare", WHOLE, query="?old=2&new=3"),
    Row("problems:download", OF_SECRET, {"file": "secret file"}),
    *(Row(f"problems:{page}", SHARED) for page in PAPERS),
    *(Row(f"problems:{page}", OF_SECRET, SECRET) for page in PAPERS),
    *(Row(f"problems:{page}", OF_SECRET, SECRET) for page in ("history", "readers", "slices", *Plan.Stage.values)),
    # writing
    Row("problems:beat", WRITING, {"pk": "beat"}),
    Row("problems:beat", plan_page(*WRITERS, refused=SEES_IT, found=ELSEWHERE)),  # a standard plan has its own pages
    *(Row(f"problems:{page}", WRITING, PART.get(page, {})) for page in FORMS),
    *(Row(f"problems:{page}", SENT, PART.get(page, {})) for page in BUTTONS),
    *(Row(f"problems:{page}", ENDED | {"partner": ABSENT}, CLOSED) for page in FORMS if page not in PART),
    Row("problems:lock_design", plan_page(*WRITERS, refused=SEES_IT, found=ABSENT)),  # nothing is designed yet
    Row("problems:add_note", plan_page(*WRITERS, "hub", refused=SEES_IT, found=TAKEN)),
    Row("problems:change_action", WRITING, {"part": "secret action"}),
    Row("problems:step", WRITING),
    Row("problems:step", SUPERVISING, {"step": "supervisor step"}),
    Row("problems:step", admits(), {"step": "no step"}),
    *(Row(f"problems:{page}", SUPERVISING) for page in ("review", "approve_public")),
    Row("problems:withdraw_public", plan_page("supervisor", refused=SEES_IT, found=TAKEN)),
    Row("problems:score", SCORING),
    # actions
    # how an action goes is said by those who write the plan, its owner, and its organisation where that is invited:
    # the force's analysts and hub, who only read, may not, though the action is the force's
    Row("problems:action", SHARED, ACTION, sends=plan_page(*WRITERS, refused=SEES_IT, found=TAKEN)),
    Row("problems:action", SHARED, {"pk": "analyst's action"}, sends=OF_ANALYST),
    Row("problems:action", SHARED, {"pk": "partner action"}, sends=OF_PARTNER),
    Row("problems:action", OF_SECRET, {"pk": "secret action"}, sends=OF_SECRET_SENT),
    Row("problems:send_action_link", SENT, ACTION),
    Row("problems:send_action_link", plan_page(*WRITERS, refused=SEES_IT, found=TAKEN), {"pk": "partner action"}),
    Row("problems:action_by_link", NOT_PUBLISHED, ACTION),
    # workbooks
    Row("problems:workbooks", IMPORTERS),
    Row("problems:workbook_columns", OWN_WORKBOOK, BATCH),
    Row("problems:workbook_quarantine", OWN_WORKBOOK, BATCH),
    *(Row(f"problems:workbook{page}", ON_THE_WAY, BATCH) for page in ("", "_preview", "_undo")),
]

# refused, and not as if absent: the pages of a plan that they may read, of which this is one they may not write
MAY_SEE_IT_IS_THERE = dict.fromkeys((row.name for row in ROWS if REFUSED in row.expected.values()), SEES_IT)
