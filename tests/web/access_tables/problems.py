"""Plans: a stranger finds nothing at any address of a plan; who else finds what is in test_problems_access."""

from django.core.files.uploadedfile import SimpleUploadedFile

from factories.access import ABSENT, ELSEWHERE, OPENS, REFUSED, SIGN_IN, Row, World
from factories.people import AreaFactory, TeamFactory, person
from factories.problems import ActionFactory, InvitationFactory, ObjectiveFactory, PlanFactory
from upstream_web.files.changes import keep_file
from upstream_web.intake.changes import keep_workbook
from upstream_web.people.permissions import Permission
from upstream_web.problems.models import Plan


def world() -> World:
    force = AreaFactory(code="FORCE")
    team = TeamFactory(area=AreaFactory(code="NORTH", parent=force))
    plan = PlanFactory(team=team)
    elsewhere = TeamFactory(area=AreaFactory(code="SOUTH", parent=force))
    people = {
        "anonymous": None,
        "stranger": person(Permission.PLAN_START, Permission.PLAN_SUPERVISE, Permission.PLAN_HUB, team=elsewhere),
        "colleague": person(Permission.PLAN_START, team=team),
        "importer": person(Permission.PLAN_IMPORT, team=team),
        "another importer": person(Permission.PLAN_IMPORT, team=team),
    }
    upload = SimpleUploadedFile("plans.csv", b"Ref,Title,Area\n1,Sheds,NORTH\n")
    batch = keep_workbook(kind="plans", upload=upload, by=people["importer"])
    kwargs = {
        "pk": plan.pk,
        "part": ObjectiveFactory(plan=plan).pk,
        "invitation": InvitationFactory(plan=plan).pk,
        "action": ActionFactory(plan=plan).pk,
        "file": keep_file(upload=SimpleUploadedFile("a.txt", b"words"), owner=plan, by=plan.owner).pk,
        "batch": batch.pk,
        "step": "submit",
        "stage": Plan.Stage.SCANNING,
        "group": "problem",
    }
    return World(people, kwargs)


LISTS = {"anonymous": SIGN_IN, "stranger": OPENS, "colleague": OPENS}
PAGES = {"anonymous": SIGN_IN, "stranger": ABSENT, "colleague": OPENS}

# open to everybody: what a supervisor approved for the public, and nothing of a plan without such a summary
PUBLIC = {"anonymous": OPENS, "stranger": OPENS, "colleague": OPENS}
NOT_PUBLISHED = {"anonymous": ABSENT, "stranger": ABSENT, "colleague": ABSENT}
IMPORTERS = {"anonymous": SIGN_IN, "stranger": REFUSED, "colleague": REFUSED, "importer": OPENS}
OWN_WORKBOOK = {**IMPORTERS, "another importer": ABSENT}
ON_THE_WAY = {**OWN_WORKBOOK, "importer": ELSEWHERE}

ROWS = [
    Row("problems:public_list", PUBLIC),
    Row("problems:public", NOT_PUBLISHED),
    Row("problems:plans", LISTS),
    Row("problems:start", LISTS),
    Row("problems:overview", PAGES),
    Row("problems:history", PAGES),
    Row("problems:readers", PAGES),
    Row("problems:sharing", PAGES),
    Row("problems:beat", {**PAGES, "colleague": ELSEWHERE}),  # a standard plan has its own pages
    *(Row(f"problems:{stage}", PAGES) for stage in Plan.Stage.values),
    Row("problems:action", PAGES, {"pk": "action"}),
    Row("problems:public_list", {"anonymous": OPENS}),
    Row("problems:public", {"anonymous": ABSENT}),  # no summary of this plan was approved
    Row("problems:send_action_link", {"anonymous": SIGN_IN, "stranger": ABSENT}, {"pk": "action"}),
    Row("problems:action_by_link", dict.fromkeys(PAGES, ABSENT), {"pk": "action"}),
    Row("problems:workbooks", IMPORTERS),
    Row("problems:workbook_columns", OWN_WORKBOOK, {"pk": "batch"}),
    Row("problems:workbook_quarantine", OWN_WORKBOOK, {"pk": "batch"}),
    *(Row(f"problems:workbook{page}", ON_THE_WAY, {"pk": "batch"}) for page in ("", "_preview", "_undo")),
]
