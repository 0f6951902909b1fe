"""Twenty people write in one plan at once, on a database that commits: nobody's words are lost."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from factories.patrols import PatrolSpotFactory, at
from factories.people import TeamFactory, UserFactory, person
from factories.problems import ActionFactory, PlanFactory
from fixtures_web import closing, one_database_for_all
from upstream_web.audit.models import AuditEvent
from upstream_web.needs import changes as needs
from upstream_web.needs.models import PatrolVisit
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.actions import update_action
from upstream_web.problems.changes.plans import save_answers
from upstream_web.problems.changes.versions import EditClash
from upstream_web.problems.models import Action, ActionUpdate, Plan
from upstream_web.programs.changes import make_token
from upstream_web.programs.models import Scope

WRITERS = 20
QUESTION = "community"


def add_own_word(plan: int, user: object, word: str) -> int:
    """Add a word to the answer that all of them write, as a person does: on a clash, look at what is there and put
    one's own to it. How many clashes it took."""
    clashes = 0
    while True:
        held = Plan.objects.get(pk=plan).answers.filter(question=QUESTION).first()
        text = f"{held.text} {word}" if held else word
        try:
            save_answers(
                plan=Plan(pk=plan),
                by=user,
                answers={QUESTION: {"text": text, "evidence": ""}},
                based_on={QUESTION: held.version if held else 0},
            )
        except EditClash:
            clashes += 1
        else:
            return clashes


def test_twenty_writers_at_once_lose_nothing(committed: None, tmp_path: Path) -> None:
    plan = PlanFactory(team=TeamFactory(), version=0)
    users = [UserFactory() for _ in range(WRITERS)]
    shared = ActionFactory(plan=plan)
    own = [ActionFactory(plan=plan) for _ in range(WRITERS)]
    start = Barrier(WRITERS)

    @closing
    def write(number: int) -> int:
        user = users[number]
        start.wait(timeout=60)
        clashes = add_own_word(plan.pk, user, f"word{number}")
        for action in (own[number], shared):
            update_action(action=action, by=user, text=f"said{number}", state=Action.State.TO_DO)
        return clashes

    @closing
    def check(_: int) -> int:
        found = Plan.objects.get(pk=plan.pk)
        assert Counter(found.answers.get().text.split()) == Counter(f"word{n}" for n in range(WRITERS))
        assert found.answers.get().version == WRITERS
        assert Counter(ActionUpdate.objects.filter(action=shared).values_list("text", flat=True)) == Counter(
            f"said{n}" for n in range(WRITERS)
        )
        assert {action.version for action in Action.objects.filter(pk__in=[one.pk for one in own])} == {2}
        assert Action.objects.get(pk=shared.pk).version == 1 + WRITERS
        assert [v.number for v in found.versions.order_by("number")] == list(range(1, 3 * WRITERS + 1))
        assert found.version == 3 * WRITERS
        assert AuditEvent.objects.filter(action__in=("plan.answered", "plan.action_updated")).count() == 3 * WRITERS
        return 0

    with one_database_for_all(tmp_path), ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
        pool.submit(check, 0).result()


def add_by_program(client: Client, action: int, word: str) -> int:
    """Add a word to what stands in the way, as a program does: read, send with the version, on 409 put one's own to
    what stands there now. How many were refused."""
    address, refused = f"/api/v1/actions/{action}", 0
    present = client.get(address).json()
    while True:
        said = {"version": present["version"], "state": "blocked", "blocker": f"{present['blocker']} {word}".strip()}
        answer = client.post(f"{address}/updates", json.dumps(said), content_type="application/json")
        if answer.status_code == 201:
            return refused
        assert answer.status_code == 409, answer.content
        present = answer.json()["present"]
        refused += 1


def test_twenty_programs_at_once_lose_nothing(committed: None, tmp_path: Path, settings: LazySettings) -> None:
    settings.API_PER_MINUTE = 1_000_000
    team = TeamFactory()
    users = [person(Permission.PLAN_START, team=team) for _ in range(WRITERS)]
    action = ActionFactory(plan=PlanFactory(team=team, version=0))
    secrets = [make_token(by=user, name="List", scopes=Scope.values, days=30).secret for user in users]
    start = Barrier(WRITERS)

    @closing
    def write(number: int) -> int:
        client = Client(headers={"authorization": f"Bearer {secrets[number]}"})
        start.wait(timeout=60)
        return add_by_program(client, action.pk, f"word{number}")

    @closing
    def check(_: int) -> int:
        found = Action.objects.get(pk=action.pk)
        assert Counter(found.blocker.split()) == Counter(f"word{n}" for n in range(WRITERS))
        assert found.version == 1 + WRITERS == 1 + found.updates.count()
        return 0

    with one_database_for_all(tmp_path), ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
        pool.submit(check, 0).result()


def test_two_who_write_the_same_patrol_stop_at_once_are_told(
    committed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spot = PatrolSpotFactory()
    users = [UserFactory() for _ in range(2)]
    start, look = Barrier(2), needs.written_already

    def look_slowly(*of: Any) -> Any:
        known = look(*of)
        time.sleep(0.3)  # both would have looked before either writes
        return known

    @closing
    def write(number: int) -> str:
        start.wait(timeout=60)
        try:
            needs.add_visits(plan=spot.plan, visits=[(spot, at(18), 15, "")], by=users[number])
        except ValidationError as refused:
            return refused.messages[0]
        return "written"

    @closing
    def written(_: int) -> int:
        return PatrolVisit.objects.count()

    monkeypatch.setattr(needs, "written_already", look_slowly)
    with one_database_for_all(tmp_path), ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(write, range(2)))
        assert pool.submit(written, 0).result() == 1
    assert said == [f"A stop at place {spot.number} at 18:00 on 2 March 2026 is written down already.", "written"]


@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_audit_log_refuses_again_after_it_was_emptied(committed: None, turn: str) -> None:
    assert AuditEvent.objects.count() == 0
    with transaction.atomic():
        from upstream_web.audit.changes import System, record

        record(by=System("test"), action="test.done", of=UserFactory())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.all().delete()
