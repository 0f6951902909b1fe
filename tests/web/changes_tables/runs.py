"""How to call each change of long work."""

from functools import partial

from django.utils import timezone

from factories.people import UserFactory
from factories.runs import RunFactory
from upstream_web.audit.changes import System
from upstream_web.runs import changes
from upstream_web.runs.access import own_run
from upstream_web.runs.kinds import Outcome, kind_of_run
from upstream_web.runs.models import SILENT_AFTER, Run

WORKER = System("worker")


@kind_of_run("tests.nothing", may_ask=lambda *_: True)
def nothing(progress: object, by: object) -> Outcome:
    return Outcome("nothing")


def begun() -> Run:
    return changes.begin(run_id=RunFactory(kind="tests.nothing").pk, by=WORKER)


def start():
    by = UserFactory()
    return partial(changes.start, kind_key="tests.nothing", title="Nothing", parameters={}, by=by)


def begin():
    run = RunFactory(kind="tests.nothing")
    return partial(changes.begin, run_id=run.pk, by=WORKER)


def finish():
    run = begun()
    return partial(changes.finish, run=run, outcome=Outcome("done"), by=WORKER)


def fail():
    run = begun()
    return partial(changes.fail, run=run, reason="Nothing is held.", by=WORKER)


def reap():
    run = begun()
    Run.objects.filter(pk=run.pk).update(alive_at=timezone.now() - 2 * SILENT_AFTER)
    return partial(changes.reap, by=System("runs_reap"))


def repeat():
    run = begun()
    changes.fail(run=run, reason="Nothing is held.", by=WORKER)
    return partial(changes.repeat, run=run, by=run.asked_by)


def no_such_kind():
    return partial(changes.start, kind_key="tests.never", title="Nothing", parameters={}, by=UserFactory())


def of_somebody_else():
    return partial(own_run, UserFactory(), RunFactory(kind="tests.nothing").pk)


CALLS = {one.__name__: one for one in (start, begin, finish, fail, reap, repeat)}
WRITES = {
    "begin": ("run.begun",),
    "fail": ("run.failed",),
    "finish": ("run.done",),
    "reap": ("run.failed",),
    "repeat": ("run.asked_for",),
    "start": ("run.asked_for",),
}
REFUSED = {"start": (no_such_kind,), "repeat": (of_somebody_else,)}
NO_PERSON_ASKS = dict.fromkeys(("begin", "finish", "fail", "reap"), "the worker")
