"""What was found of a plan, without records: a small panel counted by every method, once for all tests."""

import functools
from typing import Any

from django.utils import timezone

from factories.problems import NamedAssessmentFactory
from upstream.assess.kept import as_data
from upstream.assess.ladder import answer
from upstream.assess.methods import METHODS
from upstream.assess.panel import panel_of
from upstream.assess.panel_data import panel_data
from upstream_web.problems.models import Assessed, AssessedCounts, Plan

ASKED = {
    "treated": ["S01000001"],
    "comparison": None,
    "buffer": [],
    "crime_types": ["Robbery"],
    "from": "2022-01",
    "start": "2022-09",
    "to": "2022-12",
}


@functools.cache
def found() -> tuple[dict[str, Any], dict[str, Any]]:
    """A result and its counts: robberies halve in one small area of three."""
    rows = [
        (unit, f"2022-{month:02d}", float((20 + month % 3) // (2 if unit == "S01000001" and month > 8 else 1)))
        for unit in ("S01000001", "S01000002", "S01000003")
        for month in range(1, 13)
    ]
    panel = panel_of(rows, outcome="recorded crimes of robbery", treated=["S01000001"], start="2022-09")
    kept = as_data(answer(panel, METHODS)) | {"table": "crimes", "kinds": [["personal_robbery", None, 200]]}
    return kept, panel_data(panel)


def assessed(plan: Plan, *, counts: bool = True, **named: Any) -> Assessed:
    """A plan's assessment as it is kept."""
    result, data = found()
    row = Assessed.objects.create(
        plan=plan,
        named=plan.named_assessments.first() or NamedAssessmentFactory(plan=plan, **named),
        made_at=timezone.now(),
        asked=ASKED,
        data_versions={"crimes": 3},
        engine_version="3",
        result=result,
    )
    if counts:
        AssessedCounts.objects.create(assessed=row, data=data)
    return row
