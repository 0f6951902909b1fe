"""Typed reads of a definition file's fields: a wrong one is recorded with its place, not raised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from upstream.errors import BadInput
from upstream.measures.toml_lines import Place
from upstream.periods import Month

T = TypeVar("T")


@dataclass
class Problems:
    """What is wrong, each with the place in the file it is about."""

    found: list[tuple[Place, str]] = field(default_factory=list)

    def add(self, place: Place, reason: str) -> None:
        self.found.append((place, reason))

    def guard(self, place: Place, work: Callable[[], T]) -> T | None:
        """The result of ``work``, or ``None`` with its refusal kept as a problem."""
        try:
            return work()
        except BadInput as error:
            self.add(place, error.sentence)
            return None


class Fields:
    """One table of the file: typed reads that record a problem instead of stopping."""

    def __init__(self, raw: dict[str, Any], problems: Problems, place: Place = ()) -> None:
        self.raw, self.problems, self.place = raw, problems, place

    def wrong(self, name: str, reason: str) -> None:
        self.problems.add((*self.place, name), reason)

    def only(self, allowed: Iterable[str], of: str) -> None:
        allowed = sorted(allowed)
        for name in self.raw:
            if name not in allowed:
                self.wrong(name, f"{name!r} is not a field of {of}. Allowed: {', '.join(allowed)}.")

    def _typed(self, name: str, kind: type | tuple[type, ...], described: str) -> Any:
        value = self.raw.get(name)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.wrong(name, f"{name} is {value!r}. Allowed: {described}.")
            return None
        return value

    def text(self, name: str, default: str = "") -> str:
        value = self._typed(name, str, "text")
        return default if value is None else str(value).strip()

    def maybe_text(self, name: str) -> str | None:
        return self.text(name) or None

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._typed(name, list, "a list of texts")
        if value is None:
            return ()
        if not all(isinstance(item, str) and item.strip() for item in value):
            self.wrong(name, f"{name} holds something that is not text. Allowed: a list of texts.")
            return ()
        return tuple(str(item).strip() for item in value)

    def number(self, name: str) -> float | None:
        value = self._typed(name, (int, float), "a number")
        return None if value is None else float(value)

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        value = self._typed(name, int, f"a whole number from {low} to {high}")
        if value is None:
            return default
        if not low <= value <= high:
            self.wrong(name, f"{name} is {value}. Allowed: a whole number from {low} to {high}.")
            return default
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self._typed(name, bool, "true or false")
        return default if value is None else bool(value)

    def date(self, name: str) -> dt.date:
        value = self._typed(name, dt.date, "a date such as 2022-04-01, without quotes")
        return value if value is not None else dt.date.min

    def month(self, name: str) -> Month | None:
        value = self._typed(name, str, 'a month such as "2022-06"')
        return None if value is None else self.problems.guard((*self.place, name), lambda: Month.parse(value))

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self._typed(name, str, " or ".join(allowed))
        if value is None:
            return default
        if value not in allowed:
            self.wrong(name, f"{name} is {value!r}. Allowed: {', '.join(allowed)}.")
            return default
        return str(value)

    def table(self, name: str) -> Fields | None:
        value = self._typed(name, dict, "a table")
        return None if value is None else Fields(value, self.problems, (*self.place, name))

    def tables(self, name: str) -> list[Fields]:
        value = self._typed(name, list, f"[[{name}]] tables")
        if value is None:
            return []
        if not all(isinstance(item, dict) for item in value):
            self.wrong(name, f"{name} is not written as [[{name}]] tables.")
            return []
        return [Fields(item, self.problems, (*self.place, name, at)) for at, item in enumerate(value)]
