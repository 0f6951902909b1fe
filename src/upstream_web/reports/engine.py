"""The only door of the reports to the engine: makes the document in every format, and checks it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from upstream.measures.forecasts import keep_forecasts
from upstream.reports.check import RULES, check_paths
from upstream.reports.commentary import Commentary
from upstream.reports.data_quality import kept_holdings
from upstream.reports.publishing import FORMATS, publish, uncollected
from upstream.reports.quarterly import Request, quarterly_report
from upstream_web.measures.engine.figures import PURPOSE, Figures

KINDS = FORMATS
RULE_WORDS = RULES
STEPS = len(FORMATS) + 2


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of the check: what contradicts what, and where."""

    rule: str
    severity: str
    place: str
    arithmetic: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document in every format, and what the check says of it."""

    files: dict[str, bytes]
    findings: tuple[Found, ...]


Say = Callable[[str, int, int], None]


def draw(figures: Figures, *, public: bool, commentary: Mapping[str, Commentary], who: str, say: Say) -> Drawn:
    """Make the report and check it as a stranger would.

    Raises `Refused` when commentary holds a number that no value backs, or the report prints one fact with two values.
    """
    of = figures.force
    say("Writing the words and drawing the charts", 0, STEPS)
    own = (of.settings.force_key,) if of.settings.force_key else ()
    request = Request(
        results=figures.results,
        packs=figures.packs,
        force=of.name,
        marking=of.settings.marking,
        public=public,
        commentary=commentary,
        holdings=kept_holdings(of.store, who=who, purpose=PURPOSE, areas=[*of.areas, *own]),
    )
    with tempfile.TemporaryDirectory() as folder, uncollected():
        done = iter(range(1, STEPS))
        written = publish(
            quarterly_report(request),
            Path(folder) / "report",
            on_format=lambda name: say(f"Setting the pages: {name} is ready", next(done), STEPS),
        )
        files = {path.suffix[1:]: path.read_bytes() for path in written}
        say("Checking the report for contradictions", STEPS - 1, STEPS)
        return Drawn(files, _checked(next(path for path in written if path.suffix == ".html")))


def _checked(page: Path) -> tuple[Found, ...]:
    found = check_paths([page]).findings
    return tuple(Found(one.rule, one.severity, _place(one.where), one.arithmetic) for one in found)


def _place(where: object) -> str:
    """Where in the report, without the folder that it was made in."""
    place = str(where).partition("report.html")[2].lstrip(":, ")
    return f"line {place}" if place[:1].isdigit() else place or "the report"


def keep_likelihoods(figures: Figures, *, on: object, who: str) -> None:
    """What was published as likely is kept by the engine, to be scored when its date has passed."""
    keep_forecasts(figures.force.store, figures.results, made_on=on, who=who)
