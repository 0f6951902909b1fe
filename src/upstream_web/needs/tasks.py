"""Counting needs, comparing with partners and planning patrols, as long work."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from upstream_web.needs.access import COMPARE, COUNT, READ, areas_for_patrols
from upstream_web.needs.changes import COMPARE_PARTNERS, COUNT_NEEDS, PLAN_PATROLS, keep_patrol, keep_version
from upstream_web.runs.kinds import Outcome, holders_of, kind_of_run
from upstream_web.runs.progress import Progress

USUAL_TOP = 10


@kind_of_run(COUNT_NEEDS, may_ask=holders_of(COUNT), seen_by=READ)
def count_needs(progress: Progress, by: Any) -> Outcome:
    """Count the needs of every small area, for the index and the typology."""
    from upstream_web.needs import engine as needs  # heavy: only where it runs

    found = None
    for key in (needs.INDEX, needs.TYPES):
        progress.say(f"Counting for the {key}")
        found = needs.count(key, by.email)
        progress.rests_on({one.table: one.version for one in found.tables}, needs.definition(key).hash)
        if key == needs.INDEX:
            _keep_as_reviewed(found, by)
    return Outcome("needs of small areas", reverse("needs:index"))


def _keep_as_reviewed(found: Any, by: Any) -> None:
    """Every count leaves a version with the weights as reviewed, so that what moved can be told afterwards."""
    from upstream_web.needs.engine.versions import as_it_stands

    content, digest = as_it_stands(found, {}, min(USUAL_TOP, len(found.areas)))
    words = f"Version {content['version']} as reviewed, records to {found.last.label}"
    keep_version(content=content, digest=digest, words=words, by=by)


@kind_of_run(COMPARE_PARTNERS, may_ask=holders_of(COMPARE))
def compare_partners(progress: Progress, by: Any, *, source: str, to: str) -> Outcome:
    """Compare a partner's violence with recorded violence, and keep it."""
    from upstream.measures.asked import ENGINE_VERSION  # heavy: only where it runs
    from upstream_web.needs.engine.overlay import work_out_overlay

    progress.say("Counting both by place and week")
    progress.rests_on(work_out_overlay(source, dt.date.fromisoformat(to), by.email), ENGINE_VERSION)
    address = f"{reverse('needs:overlay')}?{urlencode({'source': source, 'to': to})}"
    return Outcome("violence that partners see", address)


def _may_plan(user: Any, parameters: Mapping[str, Any]) -> bool:
    return parameters["area"] in areas_for_patrols(user)


@kind_of_run(PLAN_PATROLS, may_ask=_may_plan)
def plan_patrols(progress: Progress, by: Any, **asked: Any) -> Outcome:
    """Make a patrol plan from the records, and keep it."""
    from upstream_web.needs.engine.patrols import make_patrol  # heavy: only where it runs

    progress.say("Choosing places and hours")
    made = make_patrol(asked, by.email)
    progress.rests_on(made.tables, made.engine_version)
    plan = keep_patrol(asked=asked, made=made, by=by)
    return Outcome("the patrol plan", reverse("needs:patrol", args=[plan.pk]))
