"""Plans from a workbook, as the hub brings them in, and the list out again."""

import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, UserFactory, person
from factories.problems import ActionFactory, PlanFactory
from factories.workbooks import ACTION_HEADERS, BROKEN, HEADERS, action_row, hub_workbook, plan_row, workbook
from upstream_web.audit.changes import record
from upstream_web.audit.models import AuditEvent
from upstream_web.intake.models import Batch
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.sharing import add_note
from upstream_web.problems.models import Action, Plan
from upstream_web.search.models import IndexedWord

pytestmark = pytest.mark.django_db


@pytest.fixture
def north():
    force = AreaFactory(code="FORCE", name="The force")
    AreaFactory(code="S", name="South", parent=force)
    return AreaFactory(code="N", name="North", parent=force)


@pytest.fixture
def officer(north):
    return person(Permission.PLAN_START, email="officer@force.example", name="Robin Ash", team=TeamFactory(area=north))


@pytest.fixture
def hub(client, officer, north):
    user = person(Permission.PLAN_IMPORT, Permission.PLAN_HUB, team=TeamFactory(area=north.parent))
    client.force_login(user)
    return user


def page(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def form_of(answer) -> dict[str, str]:
    """What the page's own form would send."""
    (form,) = (
        form
        for form in html.fromstring(page(answer)).forms
        if "/logout/" not in (form.action or "") and form.method == "POST"
    )
    return {name: value or "" for name, value in form.form_values() if name != "csrfmiddlewaretoken"}


def upload(client, content: bytes, name: str = "register.xlsx") -> Batch:
    answer = client.post("/plans/workbook/", {"upload": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, page(answer)
    return Batch.objects.latest("id")


def mapped(client, content: bytes, name: str = "register.xlsx", **columns: str) -> Batch:
    """Upload a workbook and take the columns as they are guessed."""
    batch = upload(client, content, name)
    form = form_of(client.get(f"/plans/workbook/{batch.pk}/columns/"))
    answer = client.post(f"/plans/workbook/{batch.pk}/columns/", form | columns)
    assert answer.status_code == 302, page(answer)
    return batch


def brought_in(client, content: bytes, name: str = "register.xlsx", **columns: str) -> Batch:
    batch = mapped(client, content, name, **columns)
    address = f"/plans/workbook/{batch.pk}/preview/"
    answer = client.post(address, form_of(client.get(address)))
    assert answer.status_code == 302, page(answer)
    batch.refresh_from_db()
    return batch


def counts(batch: Batch) -> tuple[int, int, int, int]:
    return batch.rows_read, batch.accepted, batch.quarantined, batch.already_held


def refusals(client, *rows: list, actions: list = ()) -> list[str]:
    """Why rows would be refused."""
    sheets = {"Plans": [HEADERS, *rows]} | ({"Actions": [ACTION_HEADERS, *actions]} if actions else {})
    batch = mapped(client, workbook(**sheets))
    tree = html.fromstring(page(client.get(f"/plans/workbook/{batch.pk}/preview/")))
    cells = tree.xpath("//table[caption[contains(., 'Quarantined')]]//td")
    return [" ".join(cell.text_content().split()) for cell in cells]


def test_146_plans_come_in_and_nine_broken_rows_are_quarantined(client, hub) -> None:
    batch = mapped(client, hub_workbook())
    preview = form_of(client.get(f"/plans/workbook/{batch.pk}/preview/"))
    assert Plan.objects.count() == 0
    client.post(f"/plans/workbook/{batch.pk}/preview/", preview)
    batch.refresh_from_db()
    assert counts(batch) == (146 * 3 + 9, 146 * 3, 9, 0)
    assert (Plan.objects.count(), Action.objects.count(), batch.rows.count()) == (146, 292, 447)
    shown = page(client.get(f"/plans/workbook/{batch.pk}/"))
    assert "Narnia" in shown
    assert client.get(f"/plans/workbook/{batch.pk}/quarantine.csv").content.decode().count("\n") == 1 + len(BROKEN)
    again = brought_in(client, hub_workbook())
    assert counts(again) == (447, 0, 9, 438)
    assert Plan.objects.count() == 146


def test_a_plan_says_what_the_workbook_said_and_no_more(client, hub, officer) -> None:
    row = plan_row(7, **{"Offence type": "Burglary; Hare coursing", "Status": "Live"})
    brought_in(client, workbook(Plans=[HEADERS, row], Actions=[ACTION_HEADERS, action_row(7, Agency="")]))
    plan = Plan.objects.get()
    assert (plan.title, plan.place, plan.area.name) == ("Burglary of sheds, allotment 7", "7 Mill Lane", "North")
    assert (plan.owner, plan.team, plan.status) == (officer, officer.memberships.get().team, "active")
    assert (plan.opened_on, plan.next_review_on) == (datetime.date(2025, 3, 14), datetime.date(2026, 12, 1))
    assert (plan.ref, plan.started_from, plan.started_from_ref) == ("P2025-0001", "workbook", "OLD/0007")
    assert (plan.colour, plan.scores.count(), plan.crime_types) == ("", 0, ["Burglary"])
    note = plan.notes.get().text
    for said in ("Colour in the workbook: amber. It is not a score", "Hare coursing", "Fewer sheds broken into"):
        assert said in note
    action = plan.actions.get()
    assert (action.title, action.owner, action.organisation, action.state) == (
        "Mark tools",
        officer,
        plan.lead,
        "to_do",
    )
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"workbook.uploaded", "workbook.brought_in", "plan.started", "plan.action_added", "plan.noted"} <= actions
    assert plan.status_records.get().to_status == "active"


def test_an_owner_without_an_account_leaves_the_plan_with_whoever_brought_it_in(client, hub, officer) -> None:
    UserFactory(name="Robin Ash")
    rows = [plan_row(1, OIC="Somebody Retired"), plan_row(2, OIC="Robin Ash"), plan_row(3, OIC="OFFICER@force.example")]
    brought_in(client, workbook(Plans=[HEADERS, *rows]))
    first, second, third = Plan.objects.order_by("started_from_ref")
    assert (first.owner, second.owner, third.owner) == (hub, hub, officer)
    assert first.team == hub.memberships.get().team
    assert "“Somebody Retired” has no account here" in first.notes.get().text
    assert "is the name of 2 people here" in second.notes.get().text


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"PSP Ref": ""}, "no reference"),
        ({"Problem": ""}, "no title"),
        ({"Problem": "x" * 161}, "has 161 characters; 160 are allowed"),
        ({"LPA": ""}, "no area"),
        ({"LPA": "Narnia"}, "says “Narnia”, which is not known here"),
        ({"Team": "Nobody"}, "says “Nobody”, which is not known here"),
        ({"Status": "On Mars"}, "says “On Mars”, which is not known"),
        ({"RAG": "Blue"}, "says “Blue”, which is not known"),
        ({"Date opened": "31/02/2025"}, "“31/02/2025” is not a day"),
        ({"Date opened": "01/01/2199"}, "still to come"),
        ({"Status": "Closed"}, "not on any day"),
        ({"Review date": "01/01/2020"}, "before it was opened"),
    ],
)
def test_a_row_that_is_not_right_is_refused_with_its_reason(client, hub, cells, why) -> None:
    (reason,) = refusals(client, plan_row(1, **cells), plan_row(2))
    assert why in reason


def test_a_reference_that_stands_on_two_rows_is_refused_on_both(client, hub) -> None:
    reasons = refusals(client, plan_row(1), plan_row(2, **{"PSP Ref": "old/0001"}), plan_row(3))
    assert len(reasons) == 2
    assert "stands on 2 rows" in reasons[0]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"PSP Ref": "OLD/9999"}, "There is no plan OLD/9999"),
        ({"PSP Ref": "OLD/0002"}, "Plan OLD/0002 is refused"),
        ({"PSP Ref": ""}, "does not say which plan"),
        ({"Task": ""}, "does not say what is to be done"),
        ({"Due date": ""}, "no day by which it is due"),
        ({"Status": "Done"}, "not on any day"),
        ({"Status": "Blocked"}, "by nothing"),
        ({"Agency": "Nobody"}, "“Nobody”, which is not known here"),
    ],
)
def test_an_action_that_is_not_right_is_refused_with_its_reason(client, hub, cells, why) -> None:
    reasons = refusals(client, plan_row(1), plan_row(2, LPA="Narnia"), actions=[action_row(1), action_row(1, **cells)])
    assert why in reasons[-1]
    assert len(reasons) == 2


def test_an_area_outside_the_role_is_refused(client, officer, north) -> None:
    client.force_login(person(Permission.PLAN_IMPORT, team=TeamFactory(area=north)))
    (reason,) = refusals(client, plan_row(1, LPA="S"), plan_row(2, LPA="n"))
    assert "You may not bring plans of South in" in reason


def test_what_is_marked_sensitive_stays_so_and_needs_the_permission(client, hub, north) -> None:
    rows = workbook(
        Plans=[(*HEADERS, "Marking"), [*plan_row(1), "OFFICIAL-SENSITIVE"]], Actions=[ACTION_HEADERS, action_row(1)]
    )
    assert counts(brought_in(client, rows)) == (2, 0, 2, 0)
    client.force_login(person(Permission.PLAN_IMPORT, Permission.SENSITIVE_READ, team=TeamFactory(area=north)))
    assert counts(brought_in(client, rows)) == (2, 2, 0, 0)
    plan = Plan.objects.get()
    assert {plan.marking, plan.notes.get().marking, plan.actions.get().marking} == {"sensitive"}


def test_a_csv_file_with_a_broken_line_comes_in_but_for_that_line(client, hub) -> None:
    text = b"Ref;Title;Area\nA1;Sheds;North\nA2;Bikes\nA3;=cmd|' /C calc'!A0;Narnia\n"
    batch = brought_in(client, text, "register.csv")
    assert counts(batch) == (3, 1, 2, 0)
    answer = client.get(f"/plans/workbook/{batch.pk}/quarantine.csv").content.decode()
    assert "'=cmd|" in answer
    assert "The line cannot be split" in answer


def test_the_person_puts_a_wrong_guess_right_and_keeps_it_for_the_next(client, hub) -> None:
    rows = workbook(Sheet1=[("Zeta", "Eta", "Theta"), ("A1", "Sheds", "North")])
    batch = upload(client, rows)
    address = f"/plans/workbook/{batch.pk}/columns/"
    assert "Choose the column that holds “Title” of the plans." in page(client.post(address, {}))
    twice = {"plans-ref": "Zeta", "plans-title": "Zeta", "plans-area": "Theta"}
    assert "is chosen for “Reference” already" in page(client.post(address, twice))
    brought_in(client, rows, **(twice | {"plans-title": "Eta", "save_as": "Hub"}))
    assert Plan.objects.get().title == "Sheds"
    new = workbook(Sheet1=[("Zeta", "Eta", "Theta"), ("A2", "Bikes", "North")])
    brought_in(client, new)
    assert Plan.objects.filter(title="Bikes").exists()


def test_what_changed_since_the_preview_is_shown_again_and_nothing_is_written(client, hub, north) -> None:
    batch = mapped(client, workbook(Plans=[HEADERS, plan_row(1)]))
    address = f"/plans/workbook/{batch.pk}/preview/"
    seen = form_of(client.get(address))
    north.name = "The north"
    north.code = "NN"
    north.save()
    assert "Something changed since you looked" in page(client.post(address, seen))
    assert Plan.objects.count() == 0


def test_undo_takes_everything_back_and_the_rows_may_come_in_again(client, hub) -> None:
    content = workbook(Plans=[HEADERS, plan_row(1), plan_row(2)], Actions=[ACTION_HEADERS, action_row(1)])
    kept = PlanFactory()
    batch = brought_in(client, content)
    words = IndexedWord.objects.count()
    assert client.post(f"/plans/workbook/{batch.pk}/undo/").status_code == 302
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("undone", (3, 3, 0, 0))
    assert list(Plan.objects.all()) == [kept]
    assert IndexedWord.objects.count() < words
    assert AuditEvent.objects.filter(action="plan.import_undone").count() == 2
    assert counts(brought_in(client, content)) == (3, 3, 0, 0)


def test_undo_is_refused_once_somebody_worked_on_a_plan_and_says_on_which(client, hub) -> None:
    batch = brought_in(client, workbook(Plans=[HEADERS, plan_row(1), plan_row(2)]))
    plan = Plan.objects.first()
    add_note(plan=plan, by=plan.owner, text="Spoke to the allotment society.", marking="official")
    shown = page(client.get(f"/plans/workbook/{batch.pk}/undo/"))
    assert plan.ref in shown
    assert "Undo it" not in shown
    assert f"{plan.ref} changed since" in page(client.post(f"/plans/workbook/{batch.pk}/undo/"))
    assert Plan.objects.count() == 2


def test_undo_is_not_refused_because_somebody_read_a_plan_or_took_a_paper_of_it(client, hub) -> None:
    batch = brought_in(client, workbook(Plans=[HEADERS, plan_row(1)]))
    plan = Plan.objects.get()
    for reading in ("plan.read", "plan.paper_taken"):
        record(by=hub, action=reading, of=plan)
    assert client.post(f"/plans/workbook/{batch.pk}/undo/").status_code == 302
    assert not Plan.objects.exists()


@pytest.mark.parametrize("address", ["", "{}/", "{}/columns/", "{}/preview/", "{}/quarantine.csv", "{}/undo/"])
def test_a_workbook_is_shut_to_those_without_the_permission_and_to_other_people(client, hub, officer, address) -> None:
    batch = mapped(client, workbook(Plans=[HEADERS, plan_row(1)]))
    client.force_login(officer)
    assert client.get(f"/plans/workbook/{address}".format(batch.pk)).status_code == 403
    client.force_login(person(Permission.PLAN_IMPORT))
    expected = 404 if address else 200
    assert client.get(f"/plans/workbook/{address}".format(batch.pk)).status_code == expected


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("plans.pdf", b"%PDF-1.7", "is neither of .xlsx and .csv"),
        ("plans.xlsx", b"not a workbook", "its content is not"),
        ("plans.csv", b"", "empty"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(client, hub, name, content, why) -> None:
    assert why in page(client.post("/plans/workbook/", {"upload": SimpleUploadedFile(name, content)}))
    assert Batch.objects.count() == 0


def test_a_workbook_without_anything_in_it_says_so(client, hub) -> None:
    batch = upload(client, workbook(Plans=[]))
    assert "cannot be read" in page(client.get(f"/plans/workbook/{batch.pk}/columns/"))


def test_the_preview_asks_as_many_questions_for_fifty_rows_as_for_five(
    client, hub, django_assert_max_num_queries
) -> None:
    for number in (5, 50):
        rows = [plan_row(n) for n in range(1, number + 1)]
        batch = mapped(
            client,
            workbook(Plans=[HEADERS, *rows], Actions=[ACTION_HEADERS, *(action_row(n) for n in range(1, number + 1))]),
        )
        with django_assert_max_num_queries(20):
            client.get(f"/plans/workbook/{batch.pk}/preview/")


def test_a_list_taken_out_comes_in_again_as_already_held(client, hub, north) -> None:
    partner = OrganisationFactory(name="Brackenfold Homes")
    plan = PlanFactory(team=TeamFactory(area=north), title="=1+1", next_review_on=datetime.date(2026, 12, 1))
    ActionFactory(plan=plan, organisation=partner)
    ActionFactory(plan=plan, title="Hidden", marking="sensitive")
    PlanFactory(title="Elsewhere")
    answer = client.get("/plans/export.xlsx?show=all")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [[cell.value for cell in row][:2] for row in book["Plans"].iter_rows(min_row=2)] == [[plan.ref, "=1+1"]]
    assert book["Plans"]["B2"].data_type == "s"
    assert [row[1].value for row in book["Actions"].iter_rows(min_row=2)] == ["Visit the shops"]
    batch = brought_in(client, answer.content)
    assert counts(batch) == (2, 0, 0, 2)
