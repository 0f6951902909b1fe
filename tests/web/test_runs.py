"""Long work: asked for, done, failed, lost with its worker; seen by whoever may."""

import datetime
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from factories.people import BEGIN, TeamFactory, UserFactory, person
from factories.problems import PlanFactory
from factories.runs import RunFactory
from upstream.errors import NotHeld
from upstream_web.audit.changes import System
from upstream_web.audit.models import AuditEvent
from upstream_web.measures.changes import CALCULATE, PAPER
from upstream_web.people.models import Membership, User
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.slices import COUNT
from upstream_web.problems.models import Plan
from upstream_web.reports.changes import MAKE
from upstream_web.runs import changes, kinds, progress, tasks
from upstream_web.runs.kinds import Outcome, kind_of_run
from upstream_web.runs.models import SILENT_AFTER, Run
from upstream_web.runs.progress import Progress, beating

pytestmark = pytest.mark.django_db
SEEN: list[Any] = []


def anybody(*_: Any) -> bool:
    return True


@pytest.fixture(autouse=True)
def kinds_of_tests() -> Any:
    before = dict(kinds._KINDS)

    @kind_of_run("tests.count", may_ask=anybody)
    def count(progress: Progress, by: Any, **given: Any) -> Outcome:
        progress.say("Counting", 2, 3)
        progress.rests_on({"crimes": 4}, "2")
        SEEN.append(Run.objects.get(pk=progress.run.pk))
        return Outcome("three", "/work/", b"1 2 3", "three.txt")

    @kind_of_run("tests.shared", may_ask=anybody, seen_by=Permission.MEASURE_READ)
    def shared(progress: Progress, by: Any, **given: Any) -> Outcome:
        return Outcome("shared")

    @kind_of_run("tests.bad", may_ask=anybody)
    def bad(progress: Progress, by: Any, *, how: str) -> Outcome:
        raise NotHeld("No records are held.", remedy="Add some.") if how == "known" else ZeroDivisionError("1/0")

    SEEN.clear()
    yield
    kinds._KINDS.clear()
    kinds._KINDS.update(before)


def asked(kind: str = "tests.count", **parameters: Any) -> Run:
    run = RunFactory(kind=kind, parameters=parameters)
    tasks.carry_out.func(run.pk)
    run.refresh_from_db()
    return run


def actions(run: Run) -> list[str]:
    return list(AuditEvent.objects.filter(object_id=str(run.pk)).order_by("id").values_list("action", flat=True))


def test_work_is_done_and_says_how_far_it_is_and_what_it_rests_on() -> None:
    run = asked()
    (during,) = SEEN
    assert (during.state, during.at_work_on, during.steps_done, during.steps_wanted) == ("running", "Counting", 2, 3)
    assert (run.state, run.output_words, run.inputs, run.engine_version) == ("done", "three", {"crimes": 4}, "2")
    with run.file.open() as file:
        assert file.read() == b"1 2 3"
    assert actions(run) == ["run.begun", "run.done"]


def test_starting_enqueues_when_the_transaction_ends_and_the_same_work_is_asked_for_once(
    django_capture_on_commit_callbacks: Any,
) -> None:
    by = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        run = changes.start(kind_key="tests.count", title="Count", parameters={}, by=by)
        assert changes.start(kind_key="tests.count", title="Count", parameters={}, by=by) == run
    run.refresh_from_db()
    assert run.state == "done"
    assert changes.start(kind_key="tests.count", title="Count", parameters={}, by=by) != run
    assert actions(run)[0] == "run.asked_for"


def test_nobody_fills_the_queue_that_is_everybodys(client: Client) -> None:
    analyst, other = person(Permission.PLAN_START), UserFactory()
    plan = PlanFactory(team=analyst.memberships.get().team)
    RunFactory.create_batch(changes.MOST_UNFINISHED, asked_by=analyst)
    client.force_login(analyst)
    answer = client.post(f"/plans/{plan.pk}/assessment/assess/")
    assert answer.status_code == 429
    assert "Wait until some of what you asked for is done" in answer.content.decode()
    new = {"kind_key": "tests.count", "title": "Count", "parameters": {"to": 3}}
    with pytest.raises(changes.TooMuchWork):
        changes.start(**new, by=analyst)
    assert changes.start(**new | {"parameters": {}}, by=analyst).asked_by == analyst  # it waits already
    assert changes.start(**new, by=other)
    assert changes.start(**new, by=System("worker"))
    assert changes.repeat(run=RunFactory(asked_by=analyst, parameters={"to": 4}), by=analyst)
    Run.objects.filter(asked_by=analyst).update(state=Run.State.DONE, ended_at=timezone.now())
    assert changes.start(**new, by=analyst)


def test_what_is_wrong_with_the_inputs_is_the_reason() -> None:
    run = asked("tests.bad", how="known")
    assert (run.state, run.reason) == ("failed", "No records are held. Add some.")


def test_a_fault_of_the_program_is_raised_for_the_log_and_said_plainly() -> None:
    run = RunFactory(kind="tests.bad", parameters={"how": "unknown"})
    with pytest.raises(ZeroDivisionError):
        tasks.carry_out.func(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "ZeroDivisionError" in run.reason
    assert "1/0" not in run.reason


def test_two_workers_do_not_do_the_same_run() -> None:
    run = RunFactory()
    assert changes.begin(run_id=run.pk, by=System("a")) is not None
    assert changes.begin(run_id=run.pk, by=System("b")) is None


def lost() -> Run:
    run = changes.begin(run_id=RunFactory().pk, by=System("worker"))
    Run.objects.filter(pk=run.pk).update(alive_at=timezone.now() - SILENT_AFTER - datetime.timedelta(seconds=1))
    return run


def test_a_lost_worker_is_reported_with_its_last_sign_of_life_and_may_be_tried_again_once() -> None:
    run = lost()
    alive = changes.begin(run_id=RunFactory().pk, by=System("worker"))
    assert [one.pk for one in changes.reap(by=System("runs_reap"), again=True)] == [run.pk]
    run.refresh_from_db()
    alive.refresh_from_db()
    assert run.state == "failed"
    assert "last sign of life" in run.reason
    assert alive.state == "running"
    again = Run.objects.get(again_of=run)
    held = changes.begin(run_id=again.pk, by=System("worker"))
    Run.objects.filter(pk=held.pk).update(alive_at=timezone.now() - 2 * SILENT_AFTER)
    changes.reap(by=System("runs_reap"), again=True)
    assert not Run.objects.filter(again_of=again).exists()


def test_a_worker_that_comes_back_late_changes_nothing() -> None:
    run = lost()
    changes.reap(by=System("runs_reap"))
    assert changes.finish(run=run, outcome=Outcome("late"), by=System("worker")) is False
    run.refresh_from_db()
    assert run.state == "failed"


@pytest.mark.usefixtures("committed")
def test_the_heart_beats_while_the_work_goes_on() -> None:
    long_ago = timezone.now() - 2 * SILENT_AFTER
    run = RunFactory(state="running", alive_at=long_ago, attempt=uuid.uuid4())
    with beating(run, every=0.05):
        time.sleep(0.6)
    assert not Run.objects.silent().exists()


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("lost", [OperationalError, InterfaceError])
def test_a_beat_that_fails_is_logged_and_tried_again(
    lost: type[Exception], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that has gone away raises one or the other, by where it is noticed."""
    run = RunFactory(state="running", alive_at=timezone.now() - 2 * SILENT_AFTER, attempt=uuid.uuid4())
    note, again, tries = progress._note, threading.Event(), []

    def gone_twice(run: Run) -> None:
        tries.append(run.pk)
        if len(tries) <= 2:
            raise lost("the connection is closed")
        note(run)
        again.set()

    monkeypatch.setattr(progress, "_note", gone_twice)
    with beating(run, every=0.02):
        assert again.wait(timeout=10)
    assert not Run.objects.silent().exists()
    assert [row.levelname for row in caplog.records if row.name == progress.__name__] == ["WARNING", "WARNING"]


def test_a_fault_is_in_the_log_even_where_the_database_is_gone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(**_: Any) -> bool:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(changes, "fail", gone)
    with pytest.raises(OperationalError):
        asked("tests.bad", how="unknown")
    assert "ZeroDivisionError: 1/0" in caplog.text


def test_the_page_says_what_happens_and_works_without_a_script(client: Client) -> None:
    user = person()
    client.force_login(user)
    run = RunFactory(asked_by=user)
    assert "Waiting for a worker" in client.get(f"/work/{run.pk}/").content.decode()
    tasks.carry_out.func(run.pk)
    page = client.get(f"/work/{run.pk}/").content.decode()
    assert f"/work/{run.pk}/file/" in page
    answer = client.get(f"/work/{run.pk}/file/")
    assert b"".join(answer.streaming_content) == b"1 2 3"
    assert "Count to three" in client.get("/work/").content.decode()


@pytest.mark.parametrize(
    ("kind", "permissions", "status"),
    [
        ("tests.count", (), 404),
        ("tests.count", (Permission.MEASURE_READ,), 404),
        ("tests.shared", (Permission.MEASURE_READ,), 200),
        ("tests.shared", (Permission.PLAN_START,), 404),
    ],
)
def test_others_see_only_the_kinds_that_their_role_opens(
    client: Client, kind: str, permissions: tuple[Permission, ...], status: int
) -> None:
    run = asked(kind)
    client.force_login(person(*permissions))
    assert client.get(f"/work/{run.pk}/").status_code == status
    assert client.get(f"/work/{run.pk}/file/").status_code == 404
    assert client.post(f"/work/{run.pk}/again/").status_code == 404


def test_failed_work_is_asked_for_again_by_whoever_asked(client: Client) -> None:
    run = asked("tests.bad", how="known")
    client.force_login(run.asked_by)
    answer = client.post(f"/work/{run.pk}/again/")
    assert Run.objects.get(again_of=run).pk == int(answer["Location"].split("/")[2])


def loses_its_role(user: User, plan: Plan) -> None:
    Membership.objects.filter(user=user).update(valid_to=BEGIN)


def is_closed(user: User, plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.CLOSED, closed_on=timezone.localdate())


def changes_hands(user: User, plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(team=TeamFactory(), owner=UserFactory())


@pytest.mark.parametrize(
    ("kind", "permission", "what_happens"),
    [
        (CALCULATE, Permission.MEASURE_READ, loses_its_role),
        (PAPER, Permission.MEASURE_READ, loses_its_role),
        (MAKE, Permission.COMMENTARY_WRITE, loses_its_role),
        (COUNT, Permission.PLAN_START, loses_its_role),
        (COUNT, Permission.PLAN_START, is_closed),
        (COUNT, Permission.PLAN_START, changes_hands),
    ],
)
def test_whoever_may_no_longer_ask_gets_no_file_no_second_try_and_no_work(
    client: Client, kind: str, permission: Permission, what_happens: Callable[[User, Plan], None]
) -> None:
    team = TeamFactory()
    user, plan = person(permission, team=team), PlanFactory(team=team)
    failed = {"kind": kind, "asked_by": user, "parameters": {"plan": plan.pk}, "title": "A paper"}
    run = RunFactory(**failed, state="failed", reason="No records.", ended_at=timezone.now())
    done = RunFactory(**failed, state="done", ended_at=timezone.now(), file_name="a.docx")
    done.file.save("a.docx", ContentFile(b"figures"))
    client.force_login(user)
    assert b"".join(client.get(f"/work/{done.pk}/file/").streaming_content) == b"figures"
    assert "Try again" in client.get(f"/work/{run.pk}/").content.decode()
    what_happens(user, plan)
    assert client.get(f"/work/{done.pk}/file/").status_code == 404
    assert client.post(f"/work/{run.pk}/again/").status_code == 404
    assert "Try again" not in client.get(f"/work/{run.pk}/").content.decode()
    assert "Download" not in client.get(f"/work/{done.pk}/").content.decode()
    assert not Run.objects.filter(again_of=run).exists()
    waiting = RunFactory(**failed)
    tasks.carry_out.func(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("failed", tasks.SHUT)


@pytest.mark.parametrize(
    "wrong",
    [{"state": "odd"}, {"state": "done"}, {"state": "running"}, {"state": "failed", "ended_at": timezone.now()}],
)
def test_the_database_refuses_states_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RunFactory(**wrong)


def test_the_list_of_work_asks_the_same_number_of_questions_however_long_it_is(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    user = person()
    client.force_login(user)
    RunFactory.create_batch(20, asked_by=user)
    with django_assert_max_num_queries(12):
        client.get("/work/")


WORKER = """
import time
import django
django.setup()
from django.core.files.base import ContentFile
from django.core.management import call_command
from upstream_web.audit.changes import System
from upstream_web.runs import changes, kinds

@kinds.kind_of_run("tests.long", may_ask=lambda *_: True)
def long(progress, by, **given):
    progress.say("At it")
    print("At it", flush=True)
    time.sleep(600)

call_command("migrate", verbosity=0)
changes.start(kind_key="tests.long", title="Long", parameters={}, by=System("test"))
call_command("db_worker", "--no-startup-delay", verbosity=0)
"""
AFTERWARDS = """
import django
django.setup()
from django.core.files.base import ContentFile
from django.core.management import call_command
from upstream_web.runs.models import SILENT_AFTER, Run
call_command("runs_reap")
run = Run.objects.get()
print(run.state, run.at_work_on)
Run.objects.update(alive_at=run.alive_at - 2 * SILENT_AFTER)
call_command("runs_reap")
run = Run.objects.get()
print(run.state, run.reason)
"""
QUEUED = """
from upstream_web.config.settings.test import *
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
"""


def test_a_worker_killed_in_the_middle_is_reported(tmp_path: Path) -> None:
    """A real worker process, a real queue in a database of its own, and a kill that leaves it no time for a word."""
    (tmp_path / "queued.py").write_text(QUEUED)
    own = f"sqlite:///{tmp_path / 'own.sqlite3'}" if connection.vendor == "sqlite" else _own_postgres()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "queued",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
        "UPSTREAM_TEST_DATABASE": own,
        "UPSTREAM_DATA": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as worker:
        assert worker.stdout.readline() == "At it\n"
        worker.kill()
    after = subprocess.run(
        [sys.executable, "-c", AFTERWARDS], env=environment, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert after[0] == "running At it"
    assert after[1].endswith("Long: its worker is lost.")
    assert re.match("failed The worker stopped without a word; its last sign of life was at", after[2])


def _own_postgres() -> str:
    """A database of this test's own beside the one of the suite."""
    given = connection.settings_dict
    where = f"postgres://{given['USER']}@{given['HOST']}:{given['PORT']}"
    name = f"{given['NAME']}_killed"
    with psycopg.connect(f"{where}/{given['NAME']}", autocommit=True) as link:
        link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        link.execute(f'CREATE DATABASE "{name}"')
    return f"{where}/{name}"


def test_the_command_reports_lost_runs(capsys: pytest.CaptureFixture[str]) -> None:
    run = lost()
    call_command("runs_reap", "--again")
    assert f"Run {run.pk}, Count to three: its worker is lost." in capsys.readouterr().out
    assert Run.objects.filter(again_of=run).exists()
