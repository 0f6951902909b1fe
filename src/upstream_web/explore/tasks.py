"""Analyses as long work."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from upstream_web.explore import changes
from upstream_web.explore.models import Analysis
from upstream_web.people.permissions import Permission
from upstream_web.runs.kinds import Outcome, holders_of, kind_of_run
from upstream_web.runs.progress import Progress


@kind_of_run(changes.ANALYSE, may_ask=holders_of(Permission.MEASURE_READ))
def analyse(progress: Progress, by: Any, *, kind: str, asked: Mapping[str, Any]) -> Outcome:
    """Work an analysis out and keep it."""
    from upstream_web.explore.engine import concentration, places, profiles, work_out  # heavy: only where it runs

    own = {
        Analysis.Kind.PROFILE: profiles.work_out_profile,
        Analysis.Kind.HOT_SPOTS: places.hot_spots,
        Analysis.Kind.CONCENTRATION: concentration.concentration,
        Analysis.Kind.FACILITIES: concentration.facilities,
    }
    work = own.get(Analysis.Kind(kind), partial(work_out, kind))
    worked = work(asked, by.email, progress.say)
    progress.rests_on(worked.tables, worked.engine_version)
    changes.keep(kind=kind, asked=asked, worked=worked, by=by)
    words = Analysis.Kind(kind).label.lower()
    return Outcome(f"the {words}", f"{reverse(f'explore:{kind}')}?{urlencode(asked, doseq=True)}")
