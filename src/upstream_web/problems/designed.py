"""What a design found, shaped for its page: data for templates, never HTML."""

import math
from dataclasses import dataclass
from typing import Any

from upstream.reports.figures import MINUS
from upstream_web.measures.presenters.blocks import block
from upstream_web.places.queries import names_of_places
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.changes.designing import DESIGN
from upstream_web.problems.engine.designs import Ranked, candidates_of, design_of
from upstream_web.problems.models import Design, Plan
from upstream_web.problems.slices import run_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that it may be compared with, as a row: numbers as printed, and why not where it cannot serve."""

    code: str
    name: str
    level: str
    apart: str
    together: str
    drifts: bool
    proposed: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class DesignShown:
    """The newest design of a plan.

    blocks : what would be seen, and what comes by itself
    candidates : the best first
    treated, near : names of small areas, or of the place
    """

    row: Design
    blocks: tuple[dict[str, Any], ...]
    candidates: tuple[Candidate, ...]
    treated: tuple[str, ...]
    near: tuple[str, ...]

    @property
    def proposed(self) -> list[str]:
        """Codes of the places that are ticked at first."""
        return [one.code for one in self.candidates if one.proposed]


def designed_on(plan: Plan, access: PlanAccess) -> dict[str, Any]:
    """The newest design, and how far the one is that somebody asked for."""
    row = plan.designs.select_related("made_by", "plan__area").first()
    return {"designed": _shown(row, access) if row else None, "working": run_of(plan, DESIGN)}


def _shown(row: Design, access: PlanAccess) -> DesignShown:
    listed, asked = candidates_of(row), row.asked
    place = [asked["place"]] if asked["place"] else asked["treated"]
    names = names_of_places([*(one.unit for one in listed), *place, *asked["buffer"]])
    proposed = set(row.result["proposed"])
    return DesignShown(
        row,
        tuple(block(one, lambda _: "") for one in design_of(row, public=not access.whole)),
        tuple(_candidate(one, names.get(one.unit, one.unit), one.unit in proposed) for one in listed),
        tuple(names.get(code, code) for code in place),
        tuple(names.get(code, code) for code in asked["buffer"]),
    )


def _candidate(one: Ranked, name: str, proposed: bool) -> Candidate:
    fit = one.fit
    if fit is None:
        return Candidate(one.unit, name, "", "", "", False, False, " ".join(one.reasons))
    together = "–" if math.isnan(fit.together) else f"{fit.together:.2f}".replace("-", MINUS)
    level, apart = f"{fit.level:.2f}", f"{fit.apart_per_cent:.0f}%"
    return Candidate(one.unit, name, level, apart, together, fit.drifts, proposed, "")
