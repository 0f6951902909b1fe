"""What upper areas have to say beside a signal: what is already being done there. They register themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from upstream_web.people.models import User
from upstream_web.signals.models import Signal


@dataclass(frozen=True, slots=True)
class Beside:
    """One thing that is being done about a signal's place and types, which the person may read.

    started_here : whether it began with this very signal
    """

    title: str
    href: str
    words: str
    started_here: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What an upper area offers.

    listed : what is being done, for a person and a signal
    address : where accepting a signal begins, for a person and a signal; empty where they may not
    """

    listed: Callable[[User, Signal], Sequence[Beside]]
    address: Callable[[User, Signal], str]


_works: list[Work] = []


def register(work: Work) -> None:
    """Add what an area has to say; call it in its `ready`."""
    _works.append(work)


def being_done(user: User, signal: Signal) -> list[Beside]:
    """Everything being done there that the person may read; what began with the signal first."""
    rows = [one for work in _works for one in work.listed(user, signal)]
    return sorted(rows, key=lambda one: not one.started_here)


def where_to_accept(user: User, signal: Signal) -> str:
    """Where the person may accept the signal; empty where they may not."""
    return next((address for work in _works if (address := work.address(user, signal))), "")
