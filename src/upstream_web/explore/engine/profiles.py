"""Problem profiles: any place, types and months in one answer, worked out, drawn, and as a paper."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from upstream.analyse.kept import as_data, from_data
from upstream.analyse.problem_profile import TABLES, problem_profile
from upstream.analyse.profile_counts import ProfileOf
from upstream.periods import Month
from upstream.places.tables import AREAS, BY_NAME, read_table
from upstream.reports.document import Document, Section
from upstream.reports.problem_profile import profile_paper, profile_sections
from upstream.store import ReadingScope, Store
from upstream_web.explore.engine import CALCULATION, Worked
from upstream_web.measures.engine.store import force

PURPOSE = "Problem profile on the site"
USUAL_MONTHS = 24
"""Two years, so that each month has last year's beside it."""


def profile_versions() -> dict[str, int]:
    """Everything that a profile may read, at its newest version."""
    store = force().store
    return {name: store.version(name) for name in sorted({*TABLES, *BY_NAME}) if store.holds(name)}


def work_out_profile(asked: Mapping[str, Any], who: str, say: Callable[[str], None]) -> Worked:
    """Count everything that a profile has, for a person; what is read of people is logged."""
    of, versions = force(), profile_versions()
    say("Counting the records, and what stands beside them")
    question = ProfileOf(
        Month.parse(asked["first"]), Month.parse(asked["last"]), (asked["area"],) if asked["area"] else None,
        tuple(asked["small"]), tuple(asked["type"]), of.settings.force_key,
    )  # fmt: skip
    settings = of.settings
    made = problem_profile(
        question, of.store, ReadingScope(who, PURPOSE, TABLES, personal=True), areas=of.areas,
        engine=settings.engine, memory=settings.memory, threads=settings.threads,
    )  # fmt: skip
    return Worked(as_data(made), versions, CALCULATION)


def place_of(asked: Mapping[str, Any]) -> str:
    """The place in words."""
    of = force()
    area = of.areas.get(asked["area"], asked["area"]) or of.name
    small = asked["small"]
    if not small:
        return area
    names = [small_area_names().get(code, code) for code in small[:3]]
    more = f" and {len(small) - len(names)} more small areas" if len(small) > len(names) else ""
    return f"{', '.join(names)}{more}"


def small_area_names() -> dict[str, str]:
    """Code to name of every small area of the look-up."""
    store = force().store
    version = store.version(AREAS.name) if store.holds(AREAS.name) else -1
    return _names(str(store.root), version)


@lru_cache(maxsize=2)
def _names(root: str, version: int) -> dict[str, str]:
    rows = read_table(Store(Path(root)), AREAS).to_pylist() if version >= 0 else []
    return {row["lsoa"]: row["name"] or row["lsoa"] for row in rows}


def sections_of(answer: Mapping[str, Any], place: str, *, small_numbers: bool) -> tuple[Section, ...]:
    """A kept profile by heading; small numbers only for those who may see the records."""
    return profile_sections(from_data(answer), place, public=not small_numbers)


def paper_of(answer: Mapping[str, Any], place: str, *, small_numbers: bool) -> Document:
    """The same as a paper."""
    of = force()
    return profile_paper(
        from_data(answer), place, force=of.name, marking=of.settings.marking, public=not small_numbers, names=of.areas
    )
