"""A run in words."""

from typing import Any

from django.urls import reverse

from upstream_web.runs.models import Run

TAGS = {
    Run.State.WAITING: ("Waiting", "govuk-tag--grey"),
    Run.State.RUNNING: ("Running", "govuk-tag--blue"),
    Run.State.DONE: ("Done", "govuk-tag--green"),
    Run.State.FAILED: ("Failed", "govuk-tag--red"),
}


def tag(run: Run) -> dict[str, str]:
    """State as a tag; a run that was lost says so."""
    if run.is_silent:
        return {"text": "No sign of life", "classes": "govuk-tag--orange"}
    text, classes = TAGS[Run.State(run.state)]
    return {"text": text, "classes": classes}


def line(run: Run) -> dict[str, Any]:
    """What the list of work says of a run."""
    return {"run": run, "tag": tag(run)}


def shown(run: Run, *, own: bool) -> dict[str, Any]:
    """What the page of a run needs; `own` where the reader asked for it and still may."""
    return {
        **line(run),
        "ended": run.ended_at is not None,
        "now": words(run),
        "file": reverse("runs:file", args=[run.pk]) if own and run.file else "",
        "again": own and run.state == Run.State.FAILED,
        "inputs": ", ".join(f"{table} version {version}" for table, version in sorted(run.inputs.items())),
    }


def words(run: Run) -> str:
    """What is happening, in a sentence."""
    if run.is_silent:
        return (
            "Nothing has been heard of the worker for a while. It will be marked as failed, and can be asked for again."
        )
    if run.state == Run.State.WAITING:
        return "Waiting for a worker to take it."
    if run.state == Run.State.RUNNING:
        counted = f" ({run.steps_done} of {run.steps_wanted})" if run.steps_wanted else ""
        return f"{run.at_work_on or 'Begun'}{counted}."
    return run.reason if run.state == Run.State.FAILED else f"{run.output_words or 'Done'}."
