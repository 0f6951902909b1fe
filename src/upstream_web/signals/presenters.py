"""Words, tags and links for the pages of signals: data, never HTML."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from upstream_web.measures.presenters.blocks import block
from upstream_web.notices.subjects import Subject
from upstream_web.people.models import User
from upstream_web.signals.access import looks_for_reading
from upstream_web.signals.engine import Share, as_file, drawn, share_of, simulated_of
from upstream_web.signals.models import Signal, State
from upstream_web.signals.queries import KindTally

STATE_TAGS = {
    State.WAITING: "govuk-tag--grey",
    State.NEW: "govuk-tag--blue",
    State.WATCHED: "govuk-tag--teal",
    State.ACCEPTED: "govuk-tag--green",
    State.DISMISSED: "govuk-tag--grey",
}
A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Tag:
    """A coloured word."""

    text: str
    classes: str


def state_tag(signal: Signal) -> Tag:
    """How far a signal has come."""
    return Tag(signal.get_state_display(), STATE_TAGS[State(signal.state)])


def how_often_false(signal: Signal) -> str:
    """The share of such signals to expect false, or else how often one is shown where nothing happens, in words."""
    if signal.false_share is not None:
        return f"at most {signal.false_share:.0%} of such signals"
    quiet = _quiet_looks(signal)
    return "not known" if quiet is None else f"shown by at most {quiet.high:.0%} of looks where nothing happens"


def _quiet_looks(signal: Signal) -> Share | None:
    """The share of simulated looks that showed one though nothing was happening."""
    tried = simulated_of(signal.lead)
    return None if tried is None else share_of(round(tried.false_looks * tried.looks), tried.looks)


def by_chance(lead: Mapping[str, Any]) -> str:
    """How often chance alone would give it, in words."""
    days = lead["recurrence_days"]
    if days is not None:
        return f"Looking every night, {_how_often(days)}"
    return "Not known: its months carry over into one another" if lead["figures"].get("carries_over") else "Not known"


def _how_often(days: float) -> str:
    if days >= 1000 * A_YEAR:
        return "less than once in a thousand years"
    if days >= A_YEAR:
        return f"about once in {days / A_YEAR:,.0f} years" if days >= 1.5 * A_YEAR else "about once a year"
    return f"about once in {max(days, 1):,.0f} days"


def figures(signal: Signal) -> list[tuple[str, str]]:
    """What was counted and expected, and how surprising that is, by name."""
    lead = signal.lead
    rows = [("Records", f"{lead['count']:,}")]
    if lead["expected"] is not None:
        rows.append(("Expected", f"{lead['expected']:,.1f}"))
    rows.append(("Days", _days(signal.first, signal.last)))
    if lead["p"] is not None:
        rows.append(("Chance of something as far out", _chance(lead["p"])))
    if (quiet := _quiet_looks(signal)) is not None:
        rows.append(("Where nothing is happening", _shown(quiet)))
    of_such = "Not known as a share of them" if signal.false_share is None else _capital(how_often_false(signal))
    rows += [
        ("By chance alone", by_chance(lead)),
        ("How often such a signal is false", of_such),
        ("Harm", f"{signal.harm_days:,.0f} days, of the records by which it differs from what is expected"),
        ("How it was found", lead["method"]),
        ("Rests on", ", ".join(f"{table} version {version}" for table, version in sorted(lead["tables"].items()))),
    ]
    return rows


def _shown(quiet: Share) -> str:
    return (
        f"{quiet.share:.1%} of simulated looks at the whole force show one of its kind ({quiet.low:.1%} to "
        f"{quiet.high:.1%}, 95%)"
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _chance(p: float) -> str:
    if p < 1e-6:
        return "less than 1 in a million"
    return f"1 in {round(1 / p):,}" if p < 0.5 else f"{p:.0%}"


def _days(first: datetime.date, last: datetime.date) -> str:
    return f"{first:%-d %B %Y} to {last:%-d %B %Y}"


def pictures(signal: Signal) -> list[dict[str, Any]]:
    """The chart and the map, with their figures."""
    return [block(one, lambda _: "") for one in drawn(signal.lead)]


def profile_query(signal: Signal) -> str:
    """The problem profile of a signal's place and types, over the months that are usual, as an address has it."""
    small = signal.lead["small_areas"]
    place = {"small": small} if small else {"area": signal.area.code}
    return urlencode({"type": signal.types, **place}, doseq=True)


def neighbours(signal: Signal) -> list[dict[str, str]]:
    """The signals that speak of the same thing."""
    words = dict(Signal.Kind.choices)
    return [{"kind": words[one["kind"]], "evidence": one["evidence"]} for one in signal.neighbours]


FILES = ("csv", "geojson")
"""What the signals can be had as."""


def file_of(signals: Iterable[Signal], ending: str) -> bytes:
    """The signals as a file for other programs, each with what was decided on it."""
    return as_file([(_decided(one), one.lead) for one in signals], ending)


def _decided(signal: Signal) -> dict[str, Any]:
    return {
        "number": signal.pk,
        "state": signal.state,
        "reason": signal.reason,
        "hub": signal.team.name if signal.team else "",
        "proposed_on": signal.proposed_at.date().isoformat(),
        "neighbours": len(signal.neighbours),
    }


@dataclass(frozen=True, slots=True)
class Precision:
    """How often signals of a kind were right, as people judged them.

    share : accepted of those judged real or false, with its interval in words; or that nothing is known yet
    """

    tally: KindTally
    share: str


def precisions(rows: Iterable[KindTally]) -> list[Precision]:
    """The same for each kind."""
    return [Precision(row, _share(row)) for row in rows]


def _share(row: KindTally) -> str:
    found = share_of(row.accepted, row.judged)
    if found is None:
        return "None judged yet"
    return f"{found.share:.0%} ({found.low:.0%} to {found.high:.0%})"


def looks_as_subjects(user: User, ids: Iterable[int]) -> dict[int, Subject]:
    """How looks are called in notices."""
    rows = looks_for_reading(user).filter(pk__in=list(ids))
    return {row.pk: Subject(f"New signals from {row}", f"{reverse('signals:inbox')}?state=new") for row in rows}
