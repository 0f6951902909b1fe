"""What notices are about. Upper areas say how their things are called and where they are, for the person who reads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from upstream_web.people.models import User


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing as a person may see it now.

    title : what it is called
    href : address of its page
    """

    title: str
    href: str


Describe = Callable[[User, Iterable[int]], Mapping[int, Subject]]
_describers: dict[str, Describe] = {}


def register(subject_type: str, describe: Describe) -> None:
    """Say how things of a type are called, by id, leaving out what the person may not see; call it in `ready`."""
    _describers[subject_type] = describe


def described(user: User, subject_type: str, ids: Iterable[int]) -> Mapping[int, Subject]:
    """The things of a type that the person may see."""
    return _describers[subject_type](user, ids) if subject_type in _describers else {}
