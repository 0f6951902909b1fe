"""How to call each change of long work."""

from django.utils import timezone

from factories.people import UserFactory
from factories.runs import RunFactory
from upstream_web.audit.changes import System
from upstream_web.runs import changes
from upstream_web.runs.kinds import Outcome, kind_of_run
from upstream_web.runs.models import SILENT_AFTER, Run

WORKER = System("worker")


@kind_of_run("tests.nothing")
def nothing(progress: object, by: object) -> Outcome:
    return Outcome("nothing")


def begun() -> Run:
    return changes.begin(run_id=RunFactory(kind="tests.nothing").pk, by=WORKER)


def start():
    by = UserFactory()
    return lambda: changes.start(kind_key="tests.nothing", title="Nothing", parameters={}, by=by)


def begin():
    run = RunFactory(kind="tests.nothing")
    return lambda: changes.begin(run_id=run.pk, by=WORKER)


def finish():
    run = begun()
    return lambda: changes.finish(run=run, outcome=Outcome("done"), by=WORKER)


def fail():
    run = begun()
    return lambda: changes.fail(run=run, reason="Nothing is held.", by=WORKER)


def reap():
    run = begun()
    Run.objects.filter(pk=run.pk).update(alive_at=timezone.now() - 2 * SILENT_AFTER)
    return lambda: changes.reap(by=System("runs_reap"))


def repeat():
    run = begun()
    changes.fail(run=run, reason="Nothing is held.", by=WORKER)
    return lambda: changes.repeat(run=run, by=run.asked_by)


CALLS = {one.__name__: one for one in (start, begin, finish, fail, reap, repeat)}
