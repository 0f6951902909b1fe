"""Plain exceptions: what was given, what is allowed, what to do."""

from __future__ import annotations


class UpstreamError(Exception):
    """An error a person can act on.

    Parameters
    ----------
    what
        One sentence: what is wrong, naming what was given.
    allowed
        What would have been accepted, if that can be said.
    remedy
        What to do next.

    ``exit_code`` is what the command line ends with.
    """

    exit_code = 1

    def __init__(self, what: str, *, allowed: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.allowed = allowed
        self.remedy = remedy
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The whole message on one line."""
        parts = [self.what]
        if self.allowed:
            parts.append(f"Allowed: {self.allowed}.")
        if self.remedy:
            parts.append(self.remedy)
        return " ".join(parts)


class BadInput(UpstreamError):
    """What was given cannot be used as it is."""

    exit_code = 2


class NotHeld(UpstreamError):
    """What was asked for is not in the store."""

    exit_code = 3


class Refused(UpstreamError):
    """Allowed to nobody with this reading scope, or not safe to publish."""

    exit_code = 4


class Conflict(UpstreamError):
    """Somebody else changed the same thing meanwhile; nothing was written."""

    exit_code = 5
