"""A signal: something in the records that a person should look at, with its evidence and how often such a one is false.

A signal is always of a place and of kinds of crime or incident, never of a person or of one household
(:mod:`~upstream.scan.households`). Signals that speak of one thing are shown as one group.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, get_args

from upstream.errors import BadInput

Kind = Literal[
    "high_volume", "low_volume", "cluster", "near_repeat", "hot_spot", "repeat_location", "data_fault", "partner_only"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
KIND_WORDS: Final[dict[Kind, str]] = {
    "high_volume": "More than usual",
    "low_volume": "Fewer than usual",
    "cluster": "New cluster",
    "near_repeat": "Near-repeat risk area",
    "hot_spot": "Emerging or stubborn hot spot",
    "repeat_location": "Repeat location",
    "data_fault": "Data fault",
    "partner_only": "Violence known to partners alone",
}


@dataclass(frozen=True)
class Signal:
    """One thing that stands out.

    Attributes
    ----------
    key
        The same from night to night for the same kind, types, place and period.
    kind
        One of :data:`KINDS`.
    types
        Crime types as plans name them.
    area
        Code of the policing area as the records have it; ``None``: the whole force.
    small_areas
        Codes of small areas; empty: the whole of ``area``.
    easting, northing, radius_metres
        The circle it lies in, British National Grid metres; ``None`` where it is of whole areas.
    place
        The place in words.
    first, last
        Days, both included.
    count
        Records in it.
    expected
        Records to expect there and then; ``None`` where the method says nothing.
    p
        Chance of something as far out, were nothing happening; ``None`` where the method gives none.
    recurrence_days
        Days in which chance alone gives one such signal, looking every night; ``None`` likewise.
    false_alarm_share
        Share of signals of this kind to expect false, 0 to 1; ``None`` where it is not known.
    harm_days
        Days of harm of the records by which it differs from what is expected (of all of them where nothing is).
    figures
        Further figures by name.
    evidence
        One sentence.
    method
        How it was found, in words, with its settings.
    tables
        Table versions that it rests on, by table.
    """

    key: str
    kind: Kind
    types: tuple[str, ...]
    area: str | None
    small_areas: tuple[str, ...]
    place: str
    first: dt.date
    last: dt.date
    count: int
    evidence: str
    method: str
    tables: Mapping[str, int]
    harm_days: float = 0.0
    expected: float | None = None
    p: float | None = None
    recurrence_days: float | None = None
    false_alarm_share: float | None = None
    easting: float | None = None
    northing: float | None = None
    radius_metres: float | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInput(f"{self.kind} is no kind of signal.", allowed=", ".join(KINDS))
        if self.first > self.last:
            raise BadInput(f"A signal from {self.first} to {self.last}.", allowed="a first day no later than the last")


@dataclass(frozen=True)
class Group:
    """Signals that speak of one thing.

    Attributes
    ----------
    lead
        The one with most harm days: the group is known by its key.
    others
        The rest, most harm days first.
    """

    lead: Signal
    others: tuple[Signal, ...] = ()

    @property
    def harm_days(self) -> float:
        """Of the lead: what its neighbours count is mostly the same records."""
        return self.lead.harm_days


@dataclass(frozen=True)
class Signals:
    """What one night proposes.

    Attributes
    ----------
    to
        The last day looked at.
    groups
        Most harm days first.
    looked_at
        Series or places tested, by kind.
    left_out
        Candidates that were no signals, by reason.
    not_looked_for
        Why a kind was not looked for, by kind.
    tables
        Table versions read.
    engine_version
        Of the engine.
    """

    to: dt.date
    groups: tuple[Group, ...]
    looked_at: Mapping[str, int]
    left_out: Mapping[str, int]
    not_looked_for: Mapping[str, str]
    tables: Mapping[str, int]
    engine_version: str

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal, group by group."""
        return tuple(one for group in self.groups for one in (group.lead, *group.others))


def key_of(kind: Kind, types: Sequence[str], area: str | None, small_areas: Sequence[str], period: str) -> str:
    """A key that is the same each night: of kind, types, place and the period's name."""
    words = "|".join([kind, ",".join(sorted(types)), area or "", ",".join(sorted(small_areas)), period])
    return f"{kind}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def as_plain(signal: Signal) -> dict[str, Any]:
    """A signal as JSON has it."""
    plain = asdict(signal)
    return plain | {
        "types": list(signal.types),
        "small_areas": list(signal.small_areas),
        "first": signal.first.isoformat(),
        "last": signal.last.isoformat(),
    }


def from_plain(data: Mapping[str, Any]) -> Signal:
    """The signal that :func:`as_plain` made the data of."""
    return Signal(
        **{
            **data,
            "types": tuple(data["types"]),
            "small_areas": tuple(data["small_areas"]),
            "first": dt.date.fromisoformat(data["first"]),
            "last": dt.date.fromisoformat(data["last"]),
        }
    )


def all_plain(found: Signals) -> dict[str, Any]:
    """Everything that one night proposes, as JSON has it."""
    return {
        "to": found.to.isoformat(),
        "groups": [[as_plain(one) for one in (group.lead, *group.others)] for group in found.groups],
        "looked_at": dict(found.looked_at),
        "left_out": dict(found.left_out),
        "not_looked_for": dict(found.not_looked_for),
        "tables": dict(found.tables),
        "engine_version": found.engine_version,
    }
