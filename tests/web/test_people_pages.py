"""Pages of people and bodies: adding, changing, ending, handing over, and what each role may do there."""

import datetime
import io
from collections.abc import Iterator, Sequence

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories.people import (
    BEGIN,
    AreaFactory,
    MembershipFactory,
    OrganisationFactory,
    RoleFactory,
    TeamFactory,
    UserFactory,
    person,
)
from factories.signing_in import second_step, sign_in
from upstream_web.audit.changes import System
from upstream_web.audit.models import AuditEvent
from upstream_web.people import access, changes, handover
from upstream_web.people.access import standing
from upstream_web.people.models import Membership, Organisation, PolicingBodyForm, Role, Team, User
from upstream_web.people.permissions import Permission

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 5, 7)


def test_whoever_is_in_no_team_is_kept_by_the_keeper_of_the_whole_force_alone() -> None:
    force = AreaFactory()
    beat = TeamFactory(area=AreaFactory(parent=force))
    nowhere = UserFactory()
    assert not access.manages_person(person(Permission.PEOPLE_MANAGE, team=beat), nowhere)
    assert access.manages_person(person(Permission.PEOPLE_MANAGE, team=TeamFactory(area=force)), nowhere)


def date(name: str, day: datetime.date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


@pytest.fixture
def force() -> Team:
    """The force's office: its area is the top of the tree."""
    area = AreaFactory(code="FORCE")
    return TeamFactory(organisation=OrganisationFactory(area=area), area=area, name="Office")


@pytest.fixture
def administrator(force: Team, client: Client) -> User:
    user = person(Permission.PEOPLE_MANAGE, team=force)
    sign_in(client, user)
    return user


def test_adding_a_person_sends_a_link_and_goes_on_to_the_team(
    client: Client, administrator: User, force: Team, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/people/add/", {"name": "Kim Lee", "email": "Kim@Force.example", "post": "PC"})
    kim = User.objects.get(email="kim@force.example")
    assert answer["Location"] == f"/people/{kim.pk}/join/"
    assert mail.outbox[0].to == ["kim@force.example"]
    role = RoleFactory()
    form = {"team": force.pk, "role": role.pk, "area": "", **date("valid_from", DAY)}
    client.post(answer["Location"], form)
    assert Membership.objects.get(user=kim).valid_from == DAY
    page = client.get(f"/people/{kim.pk}/").content.decode()
    assert "Membership added" in page
    assert "7 May 2026" in page


@pytest.mark.parametrize("email", ["taken@force.example", "TAKEN@force.example"])
def test_an_address_has_one_account(client: Client, administrator: User, email: str) -> None:
    UserFactory(email="taken@force.example")
    page = client.post("/people/add/", {"name": "Kim Lee", "email": email})
    assert "Somebody has an account with this address already." in page.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=email.swapcase(), name="Another")


def test_correcting_somebodys_details_is_recorded_field_by_field(client: Client, administrator: User) -> None:
    kim = UserFactory(name="Kim", post="PC")
    client.post(f"/people/{kim.pk}/edit/", {"name": "Kim Lee", "email": kim.email, "post": "PC"})
    assert AuditEvent.objects.get(action="person.edited").details == {"name": {"old": "Kim", "new": "Kim Lee"}}


def test_a_person_sees_their_own_bodys_people_and_no_others(client: Client) -> None:
    team = TeamFactory()
    me, colleague, other = person(Permission.PLAN_START, team=team), UserFactory(), UserFactory(name="Elsewhere")
    MembershipFactory(user=colleague, team=team)
    MembershipFactory(user=other)
    past = UserFactory(name="Left long ago")
    MembershipFactory(user=past, team=team, valid_to=BEGIN)
    sign_in(client, me)
    page = client.get("/people/").content.decode()
    assert colleague.name in page
    assert "Elsewhere" not in page
    assert "Left long ago" not in page
    assert "2 people" in page
    assert "0 people" in client.get("/people/?q=elsewhere").content.decode()
    assert "Account" not in client.get(f"/people/{colleague.pk}/").content.decode()


def test_the_directory_asks_the_database_as_often_for_many_as_for_few(client: Client, administrator: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/people/")
        return len(captured)

    MembershipFactory()
    few = queries()
    for _ in range(10):
        MembershipFactory(user=MembershipFactory().user)
    assert queries() == few < 20


def test_nobody_gives_a_role_to_themselves(client: Client, administrator: User, force: Team) -> None:
    form = {"team": force.pk, "role": RoleFactory().pk, "area": "", **date("valid_from", DAY)}
    page = client.post(f"/people/{administrator.pk}/join/", form).content.decode()
    assert "You cannot give yourself a role. Ask another administrator." in page
    assert administrator.memberships.count() == 1


def test_an_administrator_of_one_area_keeps_just_that_area(client: Client, force: Team) -> None:
    north, south = AreaFactory(code="NORTH", parent=force.area), AreaFactory(code="SOUTH", parent=force.area)
    of_north, of_south = (TeamFactory(organisation=force.organisation, area=area) for area in (north, south))
    sign_in(client, person(Permission.PEOPLE_MANAGE, team=of_north))
    kim, role = UserFactory(), RoleFactory()
    MembershipFactory(user=kim, team=of_south)
    assert client.get(f"/people/{kim.pk}/edit/").status_code == 404
    assert client.post(f"/people/{kim.pk}/account/close/").status_code == 404
    form = {"team": of_south.pk, "role": role.pk, "area": "", **date("valid_from", DAY)}
    assert "Select a valid choice" in client.post(f"/people/{kim.pk}/join/", form).content.decode()
    weighty = RoleFactory(key="auditor", permissions=["audit.read"])
    page = client.post(f"/people/{kim.pk}/join/", form | {"team": of_north.pk, "role": weighty.pk}).content.decode()
    assert "Select a valid choice" in page
    page = client.post(f"/people/{kim.pk}/join/", form | {"team": of_north.pk, "area": south.pk}).content.decode()
    assert "Select a valid choice" in page
    assert client.post(f"/people/{kim.pk}/join/", form | {"team": of_north.pk}).status_code == 302
    assert client.get(f"/people/{kim.pk}/edit/").status_code == 404  # still in the south too


def test_closing_an_account_signs_the_person_out_everywhere(client: Client, administrator: User) -> None:
    kim = person(Permission.PLAN_START)
    theirs = Client()
    theirs.post("/account/login/", {"login": kim.email, "password": "a long enough password"})
    assert theirs.get("/people/me/").status_code == 200
    client.post(f"/people/{kim.pk}/account/close/")
    assert theirs.get("/people/me/").status_code == 302
    assert not User.objects.get(pk=kim.pk).is_active
    assert kim.name not in client.get("/people/").content.decode()
    client.post(f"/people/{kim.pk}/account/open/")
    assert User.objects.get(pk=kim.pk).is_active


def test_an_administrator_cannot_close_their_own_account(client: Client, administrator: User) -> None:
    page = client.post(f"/people/{administrator.pk}/account/close/", follow=True).content.decode()
    assert "You cannot close your own account" in page
    assert User.objects.get(pk=administrator.pk).is_active


def test_changing_an_account_asks_who_signed_in_long_ago(client: Client, administrator: User) -> None:
    kim = person(Permission.PLAN_START)
    sign_in(client, administrator, ago=20 * 60)
    answer = client.post(f"/people/{kim.pk}/account/close/")
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert User.objects.get(pk=kim.pk).is_active


def test_whoever_lost_everything_gets_the_second_step_taken_off(client: Client, administrator: User) -> None:
    kim = person(Permission.PLAN_START)
    second_step(kim)
    assert "Take the second step off" in client.get(f"/people/{kim.pk}/").content.decode()
    client.post(f"/people/{kim.pk}/account/second-step-off/")
    assert not kim.authenticator_set.exists()
    assert AuditEvent.objects.filter(action="account.second_step_taken_off", object_id=str(kim.pk)).exists()


def test_a_membership_ends_on_its_last_day_and_stays_in_the_history(
    client: Client, administrator: User, force: Team
) -> None:
    membership = MembershipFactory(team=force)
    client.post(f"/people/memberships/{membership.pk}/end/", date("last_day", DAY))
    membership.refresh_from_db()
    assert membership.valid_to == DAY
    page = client.post(f"/people/memberships/{membership.pk}/end/", date("last_day", datetime.date(2019, 1, 1)))
    assert "it cannot end before" in page.content.decode()


def test_what_a_role_allows_is_said_in_words_and_changes_at_once(client: Client, administrator: User) -> None:
    role = RoleFactory(key="officer", permissions=[Permission.PLAN_START.value])
    user = MembershipFactory(role=role).user
    assert "start plans for the areas of the role" in client.get("/people/roles/officer/").content.decode()
    given = {"name": "Officer", "description": "An officer.", "permissions": [Permission.PLAN_IMPORT.value]}
    client.post("/people/roles/officer/edit/", given)
    assert standing(User.objects.get(pk=user.pk)).allows(Permission.PLAN_IMPORT)
    assert not standing(User.objects.get(pk=user.pk)).allows(Permission.PLAN_START)
    assert Role.objects.get(key="officer").permissions == ["plan.import"]


def test_a_permission_that_does_not_exist_cannot_be_given(client: Client, administrator: User) -> None:
    RoleFactory(key="officer")
    given = {"name": "Officer", "description": "An officer.", "permissions": ["everything"]}
    assert "Select a valid choice" in client.post("/people/roles/officer/edit/", given).content.decode()
    with pytest.raises(ValueError, match="everything"):
        changes.set_role(key="x", name="X", description="X", permissions=["everything"], by=administrator)


def loaded(**options: bool) -> str:
    said = io.StringIO()
    call_command("load_roles", stdout=said, **options)
    return said.getvalue()


def test_a_release_brings_new_permissions_to_the_roles_that_nobody_here_changed(administrator: User) -> None:
    loaded()
    whole = {role.key: role.permissions for role in Role.objects.all()}
    for key in ("neighbourhood_officer", "analyst"):  # as an earlier release had them
        less = whole[key][1:]
        changes.set_role(key=key, name=key, description=key, permissions=less, by=System("load_roles"))
    changes.set_role(key="analyst", name="Our analyst", description="x", permissions=less, by=administrator)
    said = loaded()
    assert Role.objects.get(key="neighbourhood_officer").permissions == whole["neighbourhood_officer"]
    assert Role.objects.get(key="analyst").name == "Our analyst"
    assert Role.objects.get(key="analyst").permissions == less
    assert (
        f"Our analyst: left as it was changed here. The release has another, and allows also: {whole['analyst'][0]}."
        in said
    )
    events = AuditEvent.objects.filter(action="role.set").count()
    loaded()
    assert AuditEvent.objects.filter(action="role.set").count() == events
    loaded(again=True)
    assert Role.objects.get(key="analyst").permissions == whole["analyst"]


# -- bodies ------------------------------------------------------------------------------------------------------
def test_a_local_policing_body_keeps_its_forms_by_date(client: Client, administrator: User) -> None:
    body = OrganisationFactory(kind=Organisation.Kind.POLICING_BODY, name="Northshire commissioner")
    for form, day in (("commissioner", datetime.date(2021, 5, 6)), ("mayor", DAY)):
        client.post(f"/people/bodies/{body.pk}/form/", {"form": form, **date("valid_from", day)})
    rows = list(body.forms.values_list("form", "valid_from", "valid_to"))
    assert rows == [
        ("commissioner", datetime.date(2021, 5, 6), DAY - datetime.timedelta(days=1)),
        ("mayor", DAY, None),
    ]
    page = client.get(f"/people/bodies/{body.pk}/").content.decode()
    assert "Police and crime commissioner, 6 May 2021 to 6 May 2026" in page
    assert [form.form for form in PolicingBodyForm.objects.current(on=datetime.date(2022, 1, 1))] == ["commissioner"]


def test_a_body_that_succeeds_another_takes_its_teams(client: Client, administrator: User) -> None:
    old = OrganisationFactory(kind=Organisation.Kind.POLICING_BODY, name="The commissioner's office")
    team, ended = TeamFactory(organisation=old), TeamFactory(organisation=old, valid_to=datetime.date(2022, 1, 1))
    answer = client.post(
        f"/people/bodies/{old.pk}/successor/", {"name": "The mayor's office", **date("valid_from", DAY)}
    )
    heir = Organisation.objects.get(name="The mayor's office")
    assert answer["Location"] == f"/people/bodies/{heir.pk}/"
    old.refresh_from_db()
    assert (old.valid_to, heir.succeeds, heir.kind) == (DAY - datetime.timedelta(days=1), old, old.kind)
    assert list(heir.teams.all()) == [team]
    assert list(old.teams.all()) == [ended]
    assert "It succeeds" in client.get(answer["Location"]).content.decode()
    page = client.post(f"/people/bodies/{old.pk}/successor/", {"name": "A third", **date("valid_from", DAY)})
    assert "ended on 06/05/2026 already" in page.content.decode()


def test_a_team_that_ends_ends_its_memberships(client: Client, administrator: User, force: Team) -> None:
    membership = MembershipFactory(team=TeamFactory(organisation=force.organisation, area=force.area))
    client.post(f"/people/teams/{membership.team_id}/end/", date("last_day", DAY))
    membership.refresh_from_db()
    assert membership.valid_to == DAY
    assert AuditEvent.objects.filter(action="membership.ended").count() == 1


def test_adding_a_body_a_team_and_an_area(client: Client, administrator: User, force: Team) -> None:
    client.post("/people/bodies/add/", {"name": "Northshire Council", "kind": "council", **date("valid_from", DAY)})
    council = Organisation.objects.get(name="Northshire Council")
    client.post(
        f"/people/bodies/{council.pk}/teams/add/", {"name": "Safety", "kind": "partner", **date("valid_from", DAY)}
    )
    assert council.teams.get().name == "Safety"
    client.post("/people/areas/FORCE/add/", {"name": "North", "code": "NORTH", "kind": "policing_area"})
    north = force.area.children.get()
    assert (north.name, north.path) == ("North", "FORCE/NORTH/")
    again = client.post("/people/areas/FORCE/add/", {"name": "North", "code": "north", "kind": "policing_area"})
    assert "There is an area with this code already." in again.content.decode()
    client.post("/people/areas/NORTH/rename/", {"name": "North and coast"})
    assert "North and coast" in client.get("/people/areas/").content.decode()


# -- handing over ------------------------------------------------------------------------------------------------
class Lamps:
    """Work of one kind, for tests: each lamp has a keeper."""

    key = "lamps"

    def __init__(self, **keepers: User) -> None:
        self.keepers = keepers

    def listed(self, *, user: User) -> Sequence[handover.Item]:
        return [
            handover.Item("Keeper of a lamp", name, f"/lamps/{name}/") for name, k in self.keepers.items() if k == user
        ]

    def refusal(self, *, user: User, to: User) -> str:
        return f"{to.name} is afraid of the dark." if to.post == "Afraid" else ""

    def pass_on(self, *, user: User, to: User, by: User) -> int:
        mine = [name for name, keeper in self.keepers.items() if keeper == user]
        self.keepers |= dict.fromkeys(mine, to)
        return len(mine)


@pytest.fixture
def lamps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lamps]:
    monkeypatch.setattr(handover, "_holdings", {})
    mover, other = UserFactory(name="Mover"), UserFactory(name="Somebody else")
    kept = Lamps(north=mover, south=mover, east=other)
    handover.register(kept)
    MembershipFactory(user=mover)
    return kept


def test_handing_over_shows_everything_first_and_then_passes_it_at_once(
    client: Client, administrator: User, lamps: Lamps
) -> None:
    mover, heir = User.objects.get(name="Mover"), UserFactory(name="Heir")
    where = f"/people/{mover.pk}/hand-over/"
    assert "2 pieces" in client.get(where).content.decode()
    form = {"to": heir.pk, **date("last_day", DAY)}
    check = client.post(where, form).content.decode()
    assert "north" in check
    assert "south" in check
    assert "east" not in check
    assert lamps.keepers["north"] == mover
    client.post(where, form | {"step": "do"})
    assert [lamps.keepers[name] for name in ("north", "south")] == [heir, heir]
    assert mover.memberships.get().valid_to == DAY
    event = AuditEvent.objects.get(action="person.handed_over")
    assert event.details == {"to": "Heir", "last_day": "2026-05-07", "passed": {"lamps": 2}}


def test_what_cannot_pass_is_said_and_nothing_passes(client: Client, administrator: User, lamps: Lamps) -> None:
    mover, afraid = User.objects.get(name="Mover"), UserFactory(name="Afraid one", post="Afraid")
    form = {"to": afraid.pk, **date("last_day", DAY)}
    where = f"/people/{mover.pk}/hand-over/"
    check = client.post(where, form).content.decode()
    assert "Afraid one is afraid of the dark." in check
    assert 'value="do"' not in check
    assert "afraid of the dark" in client.post(where, form | {"step": "do"}).content.decode()
    assert lamps.keepers["north"] == mover
    assert mover.memberships.get().valid_to is None


def test_a_hand_over_that_fails_half_way_leaves_everything(lamps: Lamps, monkeypatch: pytest.MonkeyPatch) -> None:
    mover, heir = User.objects.get(name="Mover"), UserFactory()

    def fail(**_: object) -> int:
        raise ValidationError("no")

    monkeypatch.setattr(lamps, "pass_on", fail)
    with pytest.raises(ValidationError):
        changes.hand_over(user=mover, to=heir, last_day=DAY, by=UserFactory())
    assert mover.memberships.get().valid_to is None
    assert not AuditEvent.objects.filter(action="person.handed_over").exists()


def test_work_passes_to_nobody_whose_account_is_closed(lamps: Lamps) -> None:
    mover = User.objects.get(name="Mover")
    for to in (mover, UserFactory(is_active=False)):
        with pytest.raises(ValidationError, match="somebody else whose account is open"):
            changes.hand_over(user=mover, to=to, last_day=DAY, by=UserFactory())
