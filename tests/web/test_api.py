"""The API: tokens, scopes, the access of the pages, errors in words, and everything that its description allows."""

import datetime
import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, UserFactory, person
from factories.problems import ActionFactory, InvitationFactory, PlanFactory
from factories.signing_in import PASSWORD, sign_in
from fixtures_figures import MONTH
from upstream_web.audit.models import AuditEvent
from upstream_web.people.changes import close_account, open_account
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.people.tasks import password_link
from upstream_web.problems.changes.actions import update_action
from upstream_web.problems.models import Plan
from upstream_web.programs import changes
from upstream_web.programs.models import ApiToken, Scope

pytestmark = pytest.mark.django_db
FULL = (Permission.PLAN_START, Permission.SENSITIVE_READ)


class Program:
    """A program with a token."""

    def __init__(self, user: User, *scopes: str) -> None:
        self.made = changes.make_token(by=user, name="List", scopes=scopes or Scope.values, days=30)
        self.client = Client(headers={"authorization": f"Bearer {self.made.secret}"})

    def get(self, path: str, **query: object):
        return self.client.get(f"/api/v1{path}", query)

    def post(self, path: str, body: object):
        return self.client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


@pytest.fixture
def team():
    return TeamFactory(area=AreaFactory(code="NORTH"))


@pytest.fixture
def officer(team):
    return person(*FULL, team=team, name="Officer Ash")


@pytest.fixture
def program(officer) -> Program:
    return Program(officer)


@pytest.fixture
def plan(team, officer) -> Plan:
    return PlanFactory(team=team, owner=officer, title="Thefts on the parade")


class TestTokens:
    @pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer upstream_" + "a" * 43])
    def test_nothing_without_a_token_that_works(self, client, header, plan) -> None:
        client.force_login(plan.owner)  # a session opens no door here
        for path in ("/plans", f"/plans/{plan.pk}", "/actions", "/measures"):
            answer = client.get(f"/api/v1{path}", headers={"authorization": header} if header is not None else {})
            assert answer.status_code == 401
            assert answer["WWW-Authenticate"] == "Bearer"
            assert "ended or too old" in answer.json()["title"]

    @pytest.mark.parametrize("happened", ["ended", "too old", "account closed", "closed and opened", "new password"])
    def test_a_token_that_works_no_more(self, program, officer, happened) -> None:
        assert program.get("/plans").status_code == 200
        token = program.made.token
        if happened == "ended":
            changes.end_token(token=token, by=officer)
        elif happened == "too old":
            ago = timezone.now() - datetime.timedelta(days=31)
            ApiToken.objects.update(made_at=ago, expires_at=timezone.now() - datetime.timedelta(seconds=1))
        elif happened == "account closed":
            User.objects.filter(pk=officer.pk).update(is_active=False)
        elif happened == "closed and opened":
            close_account(user=officer, by=UserFactory())
            open_account(user=officer, by=UserFactory())
        else:
            officer.set_password("three random words")
            officer.save()
        assert program.get("/plans").status_code == 401

    @pytest.mark.parametrize("by", ["change", "link"])
    def test_a_password_chosen_on_the_pages_ends_the_tokens_and_the_page_says_so(self, client, settings, by) -> None:
        user = person(Permission.PLAN_START)
        program = Program(user)
        new, old = "three random words", PASSWORD
        sign_in(client, user)
        assert "End it" in client.get("/api/tokens/").content.decode()
        if by == "change":
            client.post("/account/password/change/", {"oldpassword": old, "password1": new, "password2": new})
        else:
            other = Client()
            form = other.get(password_link(user).removeprefix(settings.SITE_ADDRESS))
            other.post(form.url, {"password1": new, "password2": new})
        assert program.get("/plans").status_code == 401
        client.force_login(User.objects.get(pk=user.pk))
        page = client.get("/api/tokens/").content.decode()
        assert "ended with the password it was made under" in page
        assert "End it" not in page
        assert Program(User.objects.get(pk=user.pk)).get("/plans").status_code == 200

    def test_a_better_hash_of_the_same_password_ends_no_token(self, settings) -> None:
        user = UserFactory()
        program = Program(user)
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
        assert user.check_password(PASSWORD)
        assert User.objects.get(pk=user.pk).password.startswith("pbkdf2")
        assert program.get("/plans").status_code != 401

    def test_the_database_does_not_hold_the_token(self, program) -> None:
        secret = program.made.secret
        held = str(list(ApiToken.objects.values())) + str(list(AuditEvent.objects.values()))
        assert secret.startswith("upstream_")
        assert secret not in held
        assert secret.removeprefix("upstream_") not in held

    @pytest.mark.parametrize(
        ("scope", "path"),
        [("plans.read", "/plans"), ("plans.read", "/plans/{plan}"), ("actions.read", "/plans/{plan}/actions"),
         ("actions.read", "/actions"), ("actions.read", "/actions/{action}"), ("measures.read", "/measures"),
         ("measures.read", "/measures/crime_total/figures")],
    )  # fmt: skip
    def test_a_token_is_good_for_its_scope_alone(self, officer, plan, scope, path) -> None:
        filled = path.format(plan=plan.pk, action=ActionFactory(plan=plan).pk)
        others = Program(officer, *(set(Scope.values) - {scope}))
        answer = others.get(filled)
        assert answer.status_code == 403
        assert Scope(scope).label in answer.json()["title"]
        if not scope.startswith("measures"):
            assert Program(officer, scope).get(filled).status_code == 200

    def test_so_many_requests_a_minute(self, program, officer, settings, monkeypatch) -> None:
        settings.API_PER_MINUTE = 3
        monkeypatch.setattr("upstream_web.programs.limits.time", lambda: 1_790_000_025.0)
        assert [program.get("/plans").status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = program.get("/plans")
        assert answer["Retry-After"] == "15"
        assert "Too many" in answer.json()["title"]
        assert Program(officer).get("/plans").status_code == 200
        monkeypatch.setattr("upstream_web.programs.limits.time", lambda: 1_790_000_041.0)
        assert program.get("/plans").status_code == 200

    def test_making_and_ending_one_on_the_pages(self, client, officer) -> None:
        sign_in(client, officer)
        given = {"name": "Action list", "scopes": ["plans.read", "actions.read"], "days": "30"}
        page = client.post("/api/tokens/make/", given).content.decode()
        token = ApiToken.objects.get()
        secret = page.partition("upstream_")[2].partition("<")[0]
        assert Client(headers={"authorization": f"Bearer upstream_{secret}"}).get("/api/v1/plans").status_code == 200
        assert secret not in client.get("/api/tokens/").content.decode()
        assert token.scopes == ["actions.read", "plans.read"]
        assert 29 <= (token.expires_at - timezone.now()).days <= 30
        assert client.post(f"/api/tokens/{token.pk}/end/").status_code == 302
        assert "Ended" in client.get("/api/tokens/").content.decode()
        assert {"api.token_made", "api.token_ended"} <= {event.action for event in AuditEvent.objects.all()}

    @pytest.mark.parametrize(
        "given", [{}, {"name": "x", "scopes": ["all"], "days": "30"}, {"name": "x", "days": "9999"}]
    )
    def test_no_token_is_made_from_what_is_not_offered(self, client, officer, given) -> None:
        sign_in(client, officer)
        assert client.post("/api/tokens/make/", given).status_code == 200
        assert not ApiToken.objects.exists()


class TestPlans:
    def test_a_list_has_what_the_page_has(self, program, plan) -> None:
        PlanFactory(title="Of another team")
        PlanFactory(team=plan.team, title="Ended", status="closed", closed_on="2026-02-01")
        found = program.get("/plans").json()
        assert [row["title"] for row in found["rows"]] == ["Thefts on the parade"]
        assert (found["count"], found["next"]) == (1, None)
        assert program.get("/plans", show="all").json()["count"] == 2
        assert program.get("/plans", show="all", status="closed").json()["count"] == 1
        assert program.get("/plans", area="NORTH", words="parade").json()["count"] == 1
        assert program.get("/plans", words="nothing like it").json()["count"] == 0

    def test_page_after_page(self, program, plan) -> None:
        PlanFactory.create_batch(4, team=plan.team)
        seen, path = [], "/api/v1/plans?size=2"
        while path:
            found = program.client.get(path).json()
            seen += [row["id"] for row in found["rows"]]
            path = found["next"]
        assert len(seen) == len(set(seen)) == found["count"] == 5
        assert program.get("/plans", page=9).json()["rows"] == []

    def test_a_plan_that_is_shut_looks_absent(self, program) -> None:
        shut, absent = program.get(f"/plans/{PlanFactory().pk}"), program.get("/plans/999999")
        assert (shut.status_code, shut.json()) == (absent.status_code, absent.json())
        assert shut.status_code == 404

    def test_a_partner_sees_no_more_than_on_the_pages(self, plan) -> None:
        housing = OrganisationFactory(kind="housing")
        partner = person(team=TeamFactory(organisation=housing))
        program = Program(partner)
        assert program.get("/plans").json()["count"] == 0
        row = InvitationFactory(plan=plan, organisation=housing, scanning="read", response="none")
        ActionFactory(plan=plan, organisation=housing)
        assert program.get(f"/plans/{plan.pk}").json()["reads"] == ["scanning"]
        assert program.get(f"/plans/{plan.pk}/actions").json()["count"] == 0
        row.response = "read"
        row.save()
        ActionFactory(plan=plan, title="Watch number nine", marking="sensitive")
        assert program.get(f"/plans/{plan.pk}/actions").json()["count"] == 1
        Plan.objects.update(marking="sensitive")
        assert program.get("/plans").json()["count"] == 0
        assert program.get("/actions").json()["count"] == 0

    @pytest.mark.parametrize("who", ["officer", "partner", "supervisor", "analyst", "stranger"])
    def test_a_token_shows_just_what_the_pages_show_its_person(self, plan, officer, who) -> None:
        housing = OrganisationFactory(kind="housing")
        plans = [
            plan,
            *(PlanFactory(team=plan.team, marking=marking) for marking in ("official", "sensitive")),
            PlanFactory(),
        ]
        extents = [("read", "none", False), ("none", "write", False), ("read", "read", True)]
        for one, (scanning, response, sensitive) in zip(plans, extents, strict=False):
            InvitationFactory(plan=one, organisation=housing, scanning=scanning, response=response, sensitive=sensitive)
        actions = [ActionFactory(plan=one, marking=marking) for one in plans for marking in ("official", "sensitive")]
        people = {
            "officer": officer,
            "partner": person(Permission.PLAN_START, team=TeamFactory(organisation=housing)),
            "supervisor": person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=plan.area)),
            "analyst": person(Permission.MEASURE_READ, Permission.PLAN_SEE_AREA, team=TeamFactory(area=plan.area)),
            "stranger": person(Permission.PLAN_START),
        }
        pages, program = sign_in(Client(), people[who]), Program(people[who])
        shown = {one.pk for one in plans if pages.get(f"/plans/{one.pk}/").status_code == 200}
        assert {row["id"] for row in program.get("/plans", size=100).json()["rows"]} == shown
        listed = {row["id"] for row in program.get("/actions", size=100).json()["rows"]}
        for one in plans:
            assert program.get(f"/plans/{one.pk}").status_code == (200 if one.pk in shown else 404)
            page = pages.get(f"/plans/{one.pk}/response/")
            of_plan = {action.pk for action in actions if action.plan_id == one.pk}
            on_page = {pk for pk in of_plan if f"/plans/actions/{pk}/" in page.content.decode()}
            assert listed & of_plan == on_page, one.marking
        for action in actions:
            assert program.get(f"/actions/{action.pk}").status_code == (200 if action.pk in listed else 404)
        refused = [answer.status_code == 403 for answer in (program.get("/measures"), pages.get("/measures/"))]
        assert refused[0] == refused[1]

    @pytest.mark.parametrize(
        ("query", "where"),
        [({"page": 0}, "query.page"), ({"size": 101}, "query.size"), ({"page": "x"}, "query.page"),
         ({"status": "red"}, "query.status"), ({"show": "none"}, "query.show"), ({"words": "a\0b"}, "query.words")],
    )  # fmt: skip
    def test_what_does_not_fit_is_said_with_its_place(self, program, query, where) -> None:
        answer = program.get("/plans", **query)
        assert answer.status_code == 422
        (fault,) = answer.json()["faults"]
        assert fault["where"] == where
        assert fault["words"]

    def test_a_misspelt_filter_does_not_give_everything(self, program, plan) -> None:
        answer = program.get("/plans", aera="NORTH")
        assert answer.status_code == 422
        assert "Not a filter here: aera. There are page, size, show, area," in answer.json()["title"]

    def test_an_area_that_is_not_there_is_said(self, program) -> None:
        assert program.get("/plans", area="NOWHERE").json()["title"] == "No area has the code “NOWHERE”."

    def test_queries_do_not_grow_with_rows(self, program, plan, django_assert_max_num_queries) -> None:
        PlanFactory.create_batch(30, team=plan.team)
        ActionFactory.create_batch(30, plan=plan)
        for path in ("/plans", "/actions", f"/plans/{plan.pk}/actions"):
            with django_assert_max_num_queries(19):
                assert len(program.get(path, size=100).json()["rows"]) >= 30


class TestActions:
    def test_reading_and_saying_how_it_goes(self, program, plan) -> None:
        action = ActionFactory(plan=plan, title="Visit the shops")
        assert program.get(f"/actions/{action.pk}").json()["title"] == "Visit the shops"
        answer = program.post(f"/actions/{action.pk}/updates", {"version": 1, "state": "done", "text": "All visited"})
        assert answer.status_code == 201
        assert answer.json()["state"] == "done"
        update = action.updates.get()
        assert (update.text, update.by, update.by_name) == (
            "All visited", plan.owner, "Officer Ash, by the program “List”",
        )  # fmt: skip
        assert AuditEvent.objects.get(action="plan.action_updated").by_id == plan.owner.pk

    def test_an_update_of_what_somebody_changed_meanwhile_is_refused_with_what_stands_now(self, program, plan) -> None:
        action = ActionFactory(plan=plan)
        read = program.get(f"/actions/{action.pk}").json()
        update_action(action=action, by=plan.owner, text="Two shops left", state="blocked", blocker="They are shut")
        stale = program.post(f"/actions/{action.pk}/updates", {"version": read["version"], "state": "done"})
        assert stale.status_code == 409
        present = stale.json()["present"]
        assert (present["state"], present["blocker"], present["version"]) == ("blocked", "They are shut", 2)
        assert present == program.get(f"/actions/{action.pk}").json()
        assert "Nothing was written" in stale.json()["title"]
        assert action.updates.count() == 1
        again = program.post(f"/actions/{action.pk}/updates", {"version": present["version"], "state": "done"})
        assert (again.status_code, again.json()["version"], again.json()["state"]) == (201, 3, "done")

    def test_an_update_by_if_match(self, program, plan) -> None:
        action = ActionFactory(plan=plan)
        path = f"/api/v1/actions/{action.pk}"

        def send(if_match: str, state: str = "to_do", **more: object):
            return program.client.post(
                f"{path}/updates", {"state": state, **more}, "application/json", headers={"If-Match": if_match}
            )

        read = program.get(f"/actions/{action.pk}")["ETag"]
        done = send(read)
        assert (done.status_code, done["ETag"]) == (201, program.get(f"/actions/{action.pk}")["ETag"])
        stale = send(read, "done")
        assert (stale.status_code, stale["ETag"]) == (412, done["ETag"])
        assert stale.json()["present"] == done.json()
        assert "Nothing was written" in stale.json()["title"]
        for other in ("*", '"2"', "2", 'W/"x"', '"other-0123456789abcdef"', ""):
            assert send(other, "done").status_code == 412
        assert send(done["ETag"], "done", version=1).status_code == 412
        assert action.updates.count() == 1
        packed = f"W/{done['ETag']}"  # as it is when the answer was sent packed
        assert send(f'"9-0123456789abcdef", {packed}', "done").status_code == 201

    def test_an_update_that_names_no_version_is_refused(self, program, plan) -> None:
        answer = program.post(f"/actions/{ActionFactory(plan=plan).pk}/updates", {"state": "done"})
        assert answer.status_code == 422
        assert answer.json()["faults"][0]["where"] == "version"

    def test_what_has_not_changed_is_not_sent_again(self, program, plan) -> None:
        action = ActionFactory(plan=plan, marking="sensitive")
        tags = {}
        for path in (f"/api/v1/plans/{plan.pk}", f"/api/v1/actions/{action.pk}"):
            for packing in ("identity", "gzip"):
                tags[path] = program.client.get(path, headers={"Accept-Encoding": packing})["ETag"]
                said = {"If-None-Match": tags[path], "Accept-Encoding": packing}
                again = program.client.get(path, headers=said)
                assert (again.status_code, again.content) == (304, b"")
        update_action(action=action, by=plan.owner, text="", state="done")
        for path, tag in tags.items():
            assert program.client.get(path, headers={"If-None-Match": tag}).status_code == 200

    def test_blocked_without_a_reason_is_refused(self, program, plan) -> None:
        action = ActionFactory(plan=plan)
        answer = program.post(f"/actions/{action.pk}/updates", {"version": 1, "state": "blocked"})
        assert answer.status_code == 422
        assert answer.json()["faults"] == [
            {"where": "blocker", "words": "Say what stands in the way, so that somebody can move it."}
        ]
        assert not action.updates.exists()

    def test_an_ended_plan_is_refused_in_words(self, program, plan) -> None:
        action = ActionFactory(plan=plan)
        Plan.objects.update(status="closed", closed_on="2026-02-01")
        answer = program.post(f"/actions/{action.pk}/updates", {"version": 1, "state": "done"})
        assert answer.status_code == 422
        assert "The plan has ended" in answer.json()["faults"][0]["words"]

    def test_a_reader_may_not_write(self, plan) -> None:
        action = ActionFactory(plan=plan)
        reader = Program(person(Permission.PLAN_SEE_AREA, team=TeamFactory(area=plan.area)))
        assert reader.get(f"/actions/{action.pk}").status_code == 200
        assert reader.post(f"/actions/{action.pk}/updates", {"version": 1, "state": "done"}).status_code == 403
        assert (
            Program(person()).post(f"/actions/{action.pk}/updates", {"version": 1, "state": "done"}).status_code == 404
        )

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "[]",
            '{"version": 1, "state": "done", "txet": "x"}',
            '{"version": 1, "state": "gone"}',
            '{"version": 1, "state": "done", "text": "a\\u0000"}',
            '{"state": "done"}',
            '{"version": 0, "state": "done"}',
            '{"version": "newest", "state": "done"}',
            "\xff",
        ],
    )
    def test_a_body_that_does_not_fit(self, program, plan, body) -> None:
        action = ActionFactory(plan=plan)
        path = f"/api/v1/actions/{action.pk}/updates"
        answer = program.client.post(path, body.encode("latin-1"), content_type="application/json")
        assert answer.status_code in (400, 422)
        assert answer.json()["title"]
        assert not action.updates.exists()

    def test_open_overdue_and_ones_own(self, program, officer, plan) -> None:
        ActionFactory(plan=plan, owner=officer, due_on=timezone.localdate() + datetime.timedelta(days=9))
        ActionFactory(plan=plan, due_on="2026-01-01")
        ActionFactory(plan=plan, state="done", done_on="2026-01-01")
        counts = [program.get("/actions", show=show).json()["count"] for show in ("open", "overdue", "all")]
        assert counts == [2, 1, 3]
        assert program.get("/actions", mine=True).json()["count"] == 1


class TestMeasures:
    @pytest.fixture
    def reader(self) -> Program:
        return Program(person(Permission.MEASURE_READ))

    def test_only_for_those_whose_role_reads_them(self, program) -> None:
        assert program.get("/measures").status_code == 403
        assert program.get("/measures/crime_total/figures").status_code == 403

    def test_the_figures_are_those_of_the_page(self, reader, ready) -> None:
        listed = reader.get("/measures", size=100).json()["rows"]
        assert "crime_total" in {row["key"] for row in listed}
        assert listed[0]["months"] == [MONTH]
        found = reader.get("/measures/crime_total/figures", month=MONTH, size=100).json()
        latest = [
            row for row in found["rows"] if (row["area"], row["period"], row["quantity"]) == ("force", MONTH, "value")
        ]
        client = Client()
        client.force_login(reader.made.token.user)
        page = client.get(f"/measures/{MONTH}/measure/crime_total/").content.decode()
        assert latest
        assert latest[0]["text"] in page
        assert all(row["tables"] for row in latest)

    @pytest.mark.parametrize("path", ["/measures/nothing/figures", "/measures/crime_total/figures?month=2020-01"])
    def test_what_is_not_ready_is_not_found(self, reader, ready, path) -> None:
        assert reader.client.get(f"/api/v1{path}").status_code == 404


class TestDescription:
    def test_the_page_names_every_operation_without_outside_assets(self, client, officer) -> None:
        client.force_login(officer)
        page = client.get("/api/").content.decode()
        described = Client().get("/api/v1/openapi.json").json()
        for path, methods in described["paths"].items():
            for told in methods.values():
                assert path in page
                assert told["summary"] in page
        assert "https://" not in page.replace("https://json-schema.org", "")

    def test_no_operation_is_open(self) -> None:
        described = Client().get("/api/v1/openapi.json").json()
        told = [one for methods in described["paths"].values() for one in methods.values()]
        assert len(told) == 10
        assert all(one["security"] for one in told)
        assert all({"400", "401", "403", "404", "422", "429"} <= {*one["responses"]} for one in told)
