"""What kinds of long work there are: each area registers its own in its `tasks` module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission

MayAsk = Callable[[User, Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    words : what to call it on the page ("Scorecard to June 2022")
    address : the page to go to, or empty
    content, file_name : a file for whoever asked, or nothing
    """

    words: str
    address: str = ""
    content: bytes | None = None
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of run.

    key : stored in the row
    work : called with the `Progress`, by whom, and the run's parameters; it may be called again after a worker was lost
    may_ask : whether a person may have work with these parameters done, asked anew before each time and each download
    seen_by : whoever holds this permission sees runs of the kind; `None`: only the person who asked
    """

    key: str
    work: Callable[..., Outcome]
    may_ask: MayAsk
    seen_by: Permission | None


_KINDS: dict[str, Kind] = {}


def kind_of_run(
    key: str, *, may_ask: MayAsk, seen_by: Permission | None = None
) -> Callable[[Callable[..., Outcome]], Any]:
    """Register a function as a kind of run."""

    def registered(work: Callable[..., Outcome]) -> Callable[..., Outcome]:
        _KINDS[key] = Kind(key, work, may_ask, seen_by)
        return work

    return registered


def kind(key: str) -> Kind:
    """The kind of that key; `KeyError` when no area has it."""
    return _KINDS[key]


def holders_of(permission: Permission) -> MayAsk:
    """Whoever holds the permission may ask, whatever the parameters."""
    return lambda user, _: standing(user).allows(permission)


def kinds_seen_with(permissions: set[Permission]) -> list[str]:
    """Keys of the kinds that holders of these permissions see, whoever asked."""
    return [key for key, one in _KINDS.items() if one.seen_by in permissions]
