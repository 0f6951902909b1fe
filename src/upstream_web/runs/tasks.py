"""The one task: take a run, do its work, say what came of it."""

import logging

from django_tasks import task

from upstream.errors import UpstreamError
from upstream_web.audit.changes import System
from upstream_web.runs import changes
from upstream_web.runs.access import may_still_ask
from upstream_web.runs.kinds import kind
from upstream_web.runs.progress import beating

logger = logging.getLogger(__name__)
WORKER = System("worker")
UNEXPECTED = (
    "A fault of the program stopped it ({name}). Nothing was changed; an operator finds the details in the log."
)
SHUT = "What it is about has ended, or is no longer open to you."


@task()
def carry_out(run_id: int) -> None:
    """Do the work of a run; what is wrong with its inputs is its reason, anything else is also the log's."""
    run = changes.begin(run_id=run_id, by=WORKER)
    if run is None:
        return
    if run.asked_by is not None and not may_still_ask(run.asked_by, run):
        changes.fail(run=run, reason=SHUT, by=WORKER)
        return
    try:
        with beating(run) as progress:
            outcome = kind(run.kind).work(progress, run.asked_by or WORKER, **run.parameters)
    except UpstreamError as error:
        changes.fail(run=run, reason=error.sentence, by=WORKER)
    except BaseException as error:
        logger.exception("Run %s (%s) failed", run.pk, run.kind)  # first: the database may be what is gone
        changes.fail(run=run, reason=UNEXPECTED.format(name=type(error).__name__), by=WORKER)
        raise
    else:
        changes.finish(run=run, outcome=outcome, by=WORKER)
