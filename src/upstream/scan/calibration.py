"""How often a look shows a signal of a kind though nothing is happening, as simulated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from upstream.scan.signals import Kind
from upstream.toml_files import parse

FILE: Final = Path(__file__).with_name("calibrated.toml")


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was simulated of a kind.

    Attributes
    ----------
    false_looks
        Share of looks that showed one where nothing was happening, 0 to 1.
    looks
        Looks simulated.
    found
        Share of those that were planted that was found, 0 to 1.
    planted
        Looks in which one was planted.
    """

    false_looks: float
    looks: int
    found: float
    planted: int


@cache
def _held() -> dict[str, Any]:
    return parse(FILE.read_bytes())[1]


def simulated(kind: Kind) -> Simulated | None:
    """What was simulated of a kind; ``None`` where nothing was."""
    found = _held().get(kind)
    if found is None:
        return None
    return Simulated(float(found["false_looks"]), int(found["looks"]), float(found["found"]), int(found["planted"]))
