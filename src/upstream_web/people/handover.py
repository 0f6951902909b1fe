"""Handing work over when somebody moves. Areas of work say what they hold for a person and how it passes to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from upstream_web.people.models import User


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of open work.

    kind : what the person is to it, such as ``Owner of a plan``
    title, address : what it is called and where it is seen
    """

    kind: str
    title: str
    address: str


class Holding(Protocol):
    """The open work of one kind. Registered by the area that keeps it."""

    key: str

    def listed(self, *, user: User) -> Sequence[Item]:
        """What would pass from the person. Reads only."""

    def refusal(self, *, user: User, to: User) -> str:
        """Why it cannot pass to this person, in words; empty when it can."""

    def pass_on(self, *, user: User, to: User, by: User) -> int:
        """Pass everything listed on, each piece audited by the area's own `changes`; how many there were."""


_holdings: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    """Add a kind of work; call it in the area's `AppConfig.ready`."""
    _holdings[holding.key] = holding


def holdings() -> tuple[Holding, ...]:
    """Every kind of work, in the order of registration."""
    return tuple(_holdings.values())


def listed(user: User) -> list[Item]:
    """All open work of a person."""
    return [item for holding in holdings() for item in holding.listed(user=user)]


def refusals(user: User, to: User) -> list[str]:
    """Why the work cannot pass to this person; empty when it can."""
    return [words for holding in holdings() if (words := holding.refusal(user=user, to=to))]
