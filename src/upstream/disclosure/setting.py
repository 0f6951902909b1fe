"""Who reads, and what that means for small numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from upstream.errors import BadInput

Audience = Literal["internal", "public"]

PUBLIC_THRESHOLD: Final = 5
"""Counts of 1 to 4 are withheld from the public. Ours, the common choice of public bodies; a force's information
manager sets its own."""
PUBLIC_ROUNDING: Final = 5
"""Base that counts are rounded to where cells are rounded instead of withheld."""


@dataclass(frozen=True, slots=True)
class DisclosureSetting:
    """What a reader may see.

    Attributes
    ----------
    audience : str
        "internal" prints every count; "public" withholds small ones.
    threshold : int
        Counts from 1 to ``threshold`` - 1 are small. 0 is printed unless ``hide_zero``.
    hide_zero : bool
        Whether 0 is small too (a 0 says that nobody was affected, which can be as revealing).
    """

    audience: Audience
    threshold: int
    hide_zero: bool = False

    def __post_init__(self) -> None:
        least = 2 if self.hide_zero else 3
        if self.audience == "public" and self.threshold < least:
            raise BadInput(
                f"With a public threshold of {self.threshold} a withheld count could only be one number.",
                allowed=f"{least} or more",
            )

    def is_small(self, count: int) -> bool:
        """Whether this reader may not see ``count``."""
        if self.audience == "internal":
            return False
        return (self.hide_zero or count > 0) and count < self.threshold


INTERNAL: Final = DisclosureSetting("internal", 0)
PUBLIC: Final = DisclosureSetting("public", PUBLIC_THRESHOLD)
