"""Notices: who learns of what, once, and letters that give nothing away."""

import datetime
import smtplib

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from factories.notices import NoticeFactory
from factories.people import AreaFactory, OrganisationFactory, TeamFactory, UserFactory, person
from factories.problems import ActionFactory, InvitationFactory, PlanFactory, ready_plan
from upstream_web.audit.changes import System
from upstream_web.audit.models import AuditEvent
from upstream_web.notices import changes, digests
from upstream_web.notices.models import Digest, Notice
from upstream_web.people.links import Holder
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import access_to, supervisors_of
from upstream_web.problems.changes import actions, sharing, supervision
from upstream_web.problems.changes.steps import take_step
from upstream_web.problems.changes.telling import remind
from upstream_web.problems.models import Action, Plan

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 5, 7)
FULL = (Permission.PLAN_SUPERVISE, Permission.SENSITIVE_READ)


@pytest.fixture
def area():
    return AreaFactory(code="NORTH")


@pytest.fixture
def team(area):
    return TeamFactory(area=area)


@pytest.fixture
def officer(team):
    return person(Permission.PLAN_START, team=team)


@pytest.fixture
def supervisor(area):
    return person(*FULL, team=TeamFactory(area=area))


@pytest.fixture
def plan(team, officer) -> Plan:
    return ready_plan(team=team, owner=officer, title="Thefts on the parade")


def kinds(user) -> list[str]:
    return list(user.notices.order_by("id").values_list("kind", flat=True))


def step(plan: Plan, by, key: str) -> None:
    take_step(plan=plan, by=by, access=access_to(by, plan), step=key, comment="Which shops?")


def test_supervisors_of_a_plan_are_those_of_its_area_who_may_read_it(area, plan, supervisor) -> None:
    above = person(*FULL, team=TeamFactory(area=None))
    without_marking = person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=area))
    person(*FULL, team=TeamFactory(area=AreaFactory(code="SOUTH")))
    person(Permission.PLAN_HUB, team=TeamFactory(area=area))
    gone = person(*FULL, team=TeamFactory(area=area), is_active=False)
    ended = person(*FULL, team=TeamFactory(area=area))
    ended.memberships.update(valid_to=datetime.date(2021, 1, 1))
    assert {*supervisors_of(plan)} == {supervisor, above, without_marking}
    plan.marking = "sensitive"
    plan.save()
    assert {*supervisors_of(plan)} == {supervisor, above}
    assert gone not in supervisors_of(plan)


def test_a_submitted_plan_is_told_to_its_supervisors_and_settled_when_they_answer(plan, officer, supervisor) -> None:
    step(plan, officer, "submit")
    assert kinds(supervisor) == ["plan_submitted"]
    assert kinds(officer) == []
    step(plan, supervisor, "return")
    assert kinds(officer) == ["plan_returned"]
    assert not supervisor.notices.unread().exists()
    step(plan, officer, "submit")
    step(plan, supervisor, "approve")
    assert kinds(officer) == ["plan_returned", "plan_approved"]


def test_nobody_is_told_of_what_they_did_themselves(area, team) -> None:
    sergeant = person(Permission.PLAN_START, *FULL, team=team)
    plan = ready_plan(team=team, owner=sergeant)
    step(plan, sergeant, "submit")
    step(plan, sergeant, "approve")
    actions.add_action(plan=plan, by=sergeant, title="Visit", organisation=plan.lead, owner=sergeant, due_on=TODAY)
    assert kinds(sergeant) == []


def test_an_action_is_told_to_its_owner_and_to_the_next_one(plan, officer, team) -> None:
    first, second = person(Permission.PLAN_START, team=team), person(Permission.PLAN_START, team=team)
    given = {"title": "Visit", "organisation": plan.lead, "due_on": TODAY}
    action = actions.add_action(plan=plan, by=officer, owner=first, **given)
    assert kinds(first) == ["action_given"]
    action = actions.change_action(action=action, by=officer, based_on=action.version, owner=first, title="Visit again")
    assert kinds(first) == ["action_given"]
    actions.change_action(action=action, by=officer, based_on=action.version, owner=second)
    assert (kinds(first), kinds(second)) == (["action_given"], ["action_given"])
    actions.update_action(action=action, by=second, text="Done", state="done")
    assert not Notice.objects.unread().filter(user=second).exists()


def test_a_plan_given_and_a_partners_answer(plan, officer, team) -> None:
    colleague = person(Permission.PLAN_START, team=team)
    sharing.give_to(plan=plan, owner=colleague, by=officer)
    assert kinds(colleague) == ["plan_given"]
    action = ActionFactory(plan=plan)
    actions.update_action(action=action, by=Holder("jo@housing.example"), text="", state="done")
    assert kinds(colleague) == ["plan_given", "action_answered"]


def test_a_notice_is_undone_with_its_cause(plan, officer, supervisor, monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr("upstream_web.problems.changes.steps.keep_version", fail)
    with pytest.raises(OSError, match="no"):
        step(plan, officer, "submit")
    assert not Notice.objects.exists()


class TestReminders:
    def due(self, plan: Plan, owner, days: int, **fields: object) -> Action:
        return ActionFactory(plan=plan, owner=owner, due_on=TODAY + datetime.timedelta(days=days), **fields)

    @pytest.mark.parametrize(
        ("days", "expected"), [(4, []), (3, ["action_due"]), (0, ["action_due"]), (-1, ["action_overdue"])]
    )
    def test_actions_by_their_day(self, plan, officer, days, expected) -> None:
        self.due(plan, officer, days)
        remind(on=TODAY, by=System("remind"))
        assert kinds(officer) == expected

    def test_each_is_reminded_of_once(self, plan, officer) -> None:
        action = self.due(plan, officer, 2)
        assert [remind(on=TODAY, by=System("remind")) for _ in range(3)] == [1, 0, 0]
        late = TODAY + datetime.timedelta(days=3)
        assert [remind(on=late, by=System("remind")) for _ in range(2)] == [1, 0]
        Action.objects.filter(pk=action.pk).update(due_on=late + datetime.timedelta(days=2))
        assert remind(on=late, by=System("remind")) == 1
        assert kinds(officer) == ["action_due", "action_overdue", "action_due"]
        assert AuditEvent.objects.filter(action="notices.reminded", by_name="remind").count() == 3

    def test_two_runs_at_once_make_one_notice(self, plan, officer) -> None:
        self.due(plan, officer, 2)
        remind(on=TODAY, by=System("remind"))
        once = officer.notices.get().once
        changes.notify([changes.notice(to=officer, kind="action_due", subject=plan, once=once)])
        assert officer.notices.count() == 1

    def test_nobody_is_reminded_of_what_is_over_or_shut_to_them(self, plan, officer) -> None:
        self.due(plan, officer, -1, state="done", done_on=TODAY)
        self.due(plan, officer, -1, state="dropped")
        self.due(plan, UserFactory(), -1)
        self.due(plan, officer, -1, marking="sensitive")
        ended = PlanFactory(team=plan.team, status="withdrawn", closed_on=TODAY)
        self.due(ended, officer, -1)
        assert remind(on=TODAY, by=System("remind")) == 0

    def test_a_review_is_reminded_of_until_it_is_held(self, plan, officer, supervisor) -> None:
        Plan.objects.filter(pk=plan.pk).update(status="active", next_review_on=TODAY + datetime.timedelta(days=3))
        assert remind(on=TODAY, by=System("remind")) == 2
        assert (kinds(officer), kinds(supervisor)) == (["review_due"], ["review_due"])
        supervision.review(plan=plan, by=supervisor, text="Goes on")
        assert not Notice.objects.unread().exists()

    def test_a_killed_run_leaves_nothing_and_the_next_makes_all(self, plan, officer, monkeypatch) -> None:
        self.due(plan, officer, 1)
        self.due(plan, officer, -1)

        def killed(**_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("upstream_web.problems.changes.telling.record", killed)
            with pytest.raises(KeyboardInterrupt):
                remind(on=TODAY, by=System("remind"))
        assert not Notice.objects.exists()
        assert remind(on=TODAY, by=System("remind")) == 2

    def test_the_command_says_how_many(self, capsys) -> None:
        call_command("remind")
        assert capsys.readouterr().out == "Made 0 notices\n"


class TestLetters:
    @pytest.fixture
    def told(self, officer, plan):
        for kind in ("plan_returned", "action_overdue", "action_overdue"):
            NoticeFactory(user=officer, kind=kind, subject_id=plan.pk)
        return officer

    def test_a_letter_counts_and_names_nothing(self, told, plan) -> None:
        assert digests.send_digests(TODAY) == digests.Sent(1, 0)
        (letter,) = mail.outbox
        assert letter.to == [told.email]
        assert letter.subject == "3 unread notices in Upstream"
        assert "1  Returned to you with comments" in letter.body
        assert "2  Action overdue" in letter.body
        assert "http://127.0.0.1:8765/notices/\n" in letter.body
        for hidden in (plan.title, plan.ref, plan.area.name, str(plan.pk) + "/"):
            assert hidden not in letter.body.replace("/notices/", "")

    def test_one_a_day_and_only_of_what_is_new(self, told) -> None:
        for _ in range(3):
            digests.send_digests(TODAY)
        assert len(mail.outbox) == 1
        tomorrow = TODAY + datetime.timedelta(days=1)
        digests.send_digests(tomorrow)
        assert len(mail.outbox) == 1
        NoticeFactory(user=told)
        digests.send_digests(tomorrow)
        assert mail.outbox[1].subject == "4 unread notices in Upstream"

    def test_who_wants_none_or_read_all_or_left_gets_none(self, told) -> None:
        changes.choose_digest(by=told, digest="none")
        reader = NoticeFactory(read_at=timezone.now()).user
        NoticeFactory(user=UserFactory(is_active=False))
        assert digests.send_digests(TODAY) == digests.Sent(0, 0)
        assert reader.notices.exists()

    def test_a_letter_in_another_senders_hands_is_left_to_it_until_it_is_dead(self, told) -> None:
        held = changes.claim_digest(user=told, day=TODAY)
        assert held
        assert digests.send_digests(TODAY) == digests.Sent(0, 0)
        Digest.objects.update(claimed_at=timezone.now() - changes.CLAIM_LASTS - datetime.timedelta(seconds=1))
        assert digests.send_digests(TODAY) == digests.Sent(1, 0)

    def test_a_letter_that_was_sent_is_not_sent_again_however_long_ago_it_was_claimed(self, told) -> None:
        assert digests.send_digests(TODAY) == digests.Sent(1, 0)
        Digest.objects.update(claimed_at=timezone.now() - 2 * changes.CLAIM_LASTS)
        assert changes.claim_digest(user=told, day=TODAY) is None
        assert digests.send_digests(TODAY) == digests.Sent(0, 0)
        assert len(mail.outbox) == 1

    def test_what_cannot_be_sent_waits_and_the_others_go_out(self, told, monkeypatch) -> None:
        NoticeFactory()
        real = digests.send_mail

        def refusing(subject, text, sender, to):
            if to == [told.email]:
                raise smtplib.SMTPRecipientsRefused({})
            return real(subject, text, sender, to)

        with monkeypatch.context() as patch:
            patch.setattr(digests, "send_mail", refusing)
            with pytest.raises(CommandError, match="1 letters could not be sent"):
                call_command("send_digests")
        assert len(mail.outbox) == 1
        assert digests.send_digests(timezone.localdate()) == digests.Sent(1, 0)


class TestPages:
    def test_the_page_names_what_the_reader_may_see(self, client, officer, plan) -> None:
        NoticeFactory(user=officer, subject_id=plan.pk)
        action = ActionFactory(plan=plan, title="Visit the shops")
        hidden = ActionFactory(plan=plan, title="Watch number nine", marking="sensitive")
        for one in (action, hidden):
            NoticeFactory(user=officer, kind="action_given", subject_type="problems.action", subject_id=one.pk)
        NoticeFactory(user=officer, subject_id=PlanFactory(title="Of another team").pk)
        client.force_login(officer)
        page = client.get("/notices/").content.decode()
        assert "Returned to you with comments: " + str(plan) in page
        assert "An action for you: Visit the shops" in page
        assert "number nine" not in page
        assert "another team" not in page
        assert page.count("which is no longer open to you") == 2
        assert '<span class="app-masthead__count">4' in page

    def test_a_partner_sees_the_action_that_is_theirs(self, client, plan) -> None:
        housing = OrganisationFactory(kind="housing")
        partner = person(team=TeamFactory(organisation=housing))
        InvitationFactory(plan=plan, organisation=housing, response="write")
        action = ActionFactory(plan=plan, title="Mend the lock", owner=partner)
        NoticeFactory(user=partner, kind="action_due", subject_type="problems.action", subject_id=action.pk)
        client.force_login(partner)
        assert "Mend the lock" in client.get("/notices/").content.decode()

    def test_following_is_reading(self, client, officer, plan) -> None:
        row, other = NoticeFactory(user=officer, subject_id=plan.pk), NoticeFactory(user=officer)
        client.force_login(officer)
        assert client.get(f"/notices/{row.pk}/")["Location"] == f"/plans/{plan.pk}/"
        assert list(officer.notices.unread()) == [other]
        assert client.get(f"/notices/{other.pk}/")["Location"] == "/notices/"

    def test_reading_all_leaves_those_of_others(self, client, officer) -> None:
        NoticeFactory.create_batch(3, user=officer)
        other = NoticeFactory()
        client.force_login(officer)
        client.post("/notices/read-all/")
        assert list(Notice.objects.unread()) == [other]
        answer = client.get("/notices/read-all/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "A button opens this" in answer.content.decode()

    def test_choosing_letters(self, client, officer) -> None:
        client.force_login(officer)
        assert 'value="daily" checked' in client.get("/notices/settings/").content.decode()
        assert client.post("/notices/settings/", {"digest": "none"}).status_code == 302
        assert 'value="none" checked' in client.get("/notices/settings/").content.decode()
        assert client.post("/notices/settings/", {"digest": "hourly"}).status_code == 200

    def test_the_number_of_queries_does_not_grow(self, client, officer, plan, django_assert_max_num_queries) -> None:
        for number in range(25):
            NoticeFactory(user=officer, subject_id=plan.pk + number)
        client.force_login(officer)
        with django_assert_max_num_queries(10):
            client.get("/notices/")
