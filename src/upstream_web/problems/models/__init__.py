"""Tables of problem-solving plans."""

from upstream_web.problems.models.actions import Action, ActionUpdate
from upstream_web.problems.models.assessed_counts import AssessedCounts
from upstream_web.problems.models.plan import Draft, Marking, Plan, PlanSeries, PlanVersion
from upstream_web.problems.models.public import PublicSummary
from upstream_web.problems.models.sara import (
    LONGEST_PHASE_IN,
    Answer,
    Assessed,
    Delivery,
    Design,
    Hypothesis,
    NamedAssessment,
    NamedPlace,
    Note,
    Objective,
    Response,
    Result,
    Slice,
)
from upstream_web.problems.models.supervision import AwardNomination, Invitation, PlanFile, Review, Score, StatusRecord
from upstream_web.problems.models.worth import WorthAssumed

__all__ = [
    "LONGEST_PHASE_IN",
    "Action",
    "ActionUpdate",
    "Answer",
    "Assessed",
    "AssessedCounts",
    "AwardNomination",
    "Delivery",
    "Design",
    "Draft",
    "Hypothesis",
    "Invitation",
    "Marking",
    "NamedAssessment",
    "NamedPlace",
    "Note",
    "Objective",
    "Plan",
    "PlanFile",
    "PlanSeries",
    "PlanVersion",
    "PublicSummary",
    "Response",
    "Result",
    "Review",
    "Score",
    "Slice",
    "StatusRecord",
    "WorthAssumed",
]
