"""Signs of life and of progress. They say nothing that anybody decided, so they are no changes and are not audited."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from django.db import connection
from django.utils import timezone

from upstream_web.runs.models import Run

logger = logging.getLogger(__name__)
BEAT_SECONDS = 5.0


class Progress:
    """How a piece of work says how far it is."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def say(self, words: str, done: int = 0, wanted: int = 0) -> None:
        """What it is at now, and step `done` of `wanted` where that can be counted."""
        _note(self.run, at_work_on=words[:200], steps_done=done, steps_wanted=wanted)

    def rests_on(self, inputs: Mapping[str, int], engine_version: str) -> None:
        """The table versions that it reads, and the version of the calculation."""
        _note(self.run, inputs=dict(inputs), engine_version=engine_version)


def _note(run: Run, **fields: object) -> None:
    Run.objects.filter(pk=run.pk, attempt=run.attempt, state=Run.State.RUNNING).update(
        alive_at=timezone.now(), **fields
    )


@contextmanager
def beating(run: Run, every: float = BEAT_SECONDS) -> Iterator[Progress]:
    """While the work goes on, a thread says every few seconds that its process lives."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(run, ended, every), daemon=True)
    thread.start()
    try:
        yield Progress(run)
    finally:
        ended.set()
        thread.join()


def _beat(run: Run, ended: threading.Event, every: float) -> None:
    """Whatever a database that is locked, or has gone away, raises costs one beat, never the thread: the next opens
    the database anew."""
    while not ended.wait(every):
        try:
            with closing(connection):
                _note(run)
        except Exception:
            logger.warning("Run %s: its sign of life was not written; the next is tried", run.pk, exc_info=True)
