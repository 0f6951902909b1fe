"""Every decision about a run: asked for, begun, finished, failed, given up for lost, asked for again."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.runs.kinds import Outcome, kind
from upstream_web.runs.models import Run

MOST_UNFINISHED = 20
"""Pieces of work that one person may have waiting or at work: the queue is everybody's. Ours."""


class TooMuchWork(Exception):
    """Somebody asks for more before the work asked for earlier is done."""


LOST = "The worker stopped without a word; its last sign of life was at {at:%H:%M:%S} UTC on {at:%-d %B %Y}."


@transaction.atomic
def start(*, kind_key: str, title: str, parameters: Mapping[str, Any], by: Any, again_of: Run | None = None) -> Run:
    """Ask for a piece of long work; the same work asked for twice is done once, while it has not ended.

    Refused with `TooMuchWork` when the person has :data:`MOST_UNFINISHED` that are not done; commands, and work
    that was lost or failed and is asked for again, are not counted.
    """
    kind(kind_key)
    own = Run.objects.unfinished().filter(asked_by_id=by.pk)
    found = own.filter(kind=kind_key, parameters=dict(parameters)).first()
    if found is not None:
        return found
    if by.pk is not None and again_of is None and own.count() >= MOST_UNFINISHED:
        raise TooMuchWork
    run = Run.objects.create(
        kind=kind_key, title=title, parameters=dict(parameters), asked_by_id=by.pk, again_of=again_of
    )
    record(by=by, action="run.asked_for", of=run, after={"kind": kind_key, **parameters})
    transaction.on_commit(lambda: _enqueue(run))
    return run


def _enqueue(run: Run) -> None:
    # the task calls this module, so it is named only when it is needed
    from upstream_web.runs.tasks import carry_out

    carry_out.enqueue(run.pk)


@transaction.atomic
def begin(*, run_id: int, by: Any) -> Run | None:
    """Take hold of a waiting run; `None` when somebody else has it or it has ended."""
    now = timezone.now()
    held = Run.objects.filter(pk=run_id, state=Run.State.WAITING).update(
        state=Run.State.RUNNING, started_at=now, alive_at=now, attempt=uuid.uuid4()
    )
    if not held:
        return None
    run = Run.objects.get(pk=run_id)
    record(by=by, action="run.begun", of=run, before={"state": "waiting"}, after={"state": "running"})
    return run


@transaction.atomic
def finish(*, run: Run, outcome: Outcome, by: Any) -> bool:
    """The work is done; `False`, and nothing changes, when this hold on it was given up for lost."""
    held = Run.objects.select_for_update().filter(pk=run.pk, attempt=run.attempt, state=Run.State.RUNNING).first()
    if held is None:
        return False
    held.state, held.ended_at, held.at_work_on = Run.State.DONE, timezone.now(), ""
    held.output_words, held.output_address = outcome.words, outcome.address
    if outcome.content is not None:
        held.file_name = outcome.file_name
        held.file.save(outcome.file_name, ContentFile(outcome.content), save=False)
    held.save()
    record(by=by, action="run.done", of=held, before={"state": "running"}, after={"state": "done"})
    return True


@transaction.atomic
def fail(*, run: Run, reason: str, by: Any) -> bool:
    """The work came to nothing, and why; `False` when this hold on it was given up already."""
    held = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=Run.State.RUNNING).update(
        state=Run.State.FAILED, ended_at=timezone.now(), reason=reason
    )
    if not held:
        return False
    record(by=by, action="run.failed", of=run, before={"state": "running"}, after={"state": "failed", "reason": reason})
    return True


def reap(*, by: Any, again: bool = False) -> list[Run]:
    """Mark every run whose worker is lost as failed, with the reason; `again` asks for each once more."""
    lost = []
    for run in Run.objects.silent():
        if fail(run=run, reason=LOST.format(at=run.alive_at), by=by):
            lost.append(run)
            # once: what kills its worker twice is not tried a third time by itself
            if again and run.again_of_id is None:
                repeat(run=run, by=run.asked_by or by)
    return lost


def repeat(*, run: Run, by: Any) -> Run:
    """Ask for the same work again."""
    return start(kind_key=run.kind, title=run.title, parameters=run.parameters, by=by, again_of=run)
