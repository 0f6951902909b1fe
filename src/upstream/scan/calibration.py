"""How often a look shows a signal of a kind though nothing is happening, as simulated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
    """

    false_looks: float
    looks: int


def simulated(kind: Kind) -> Simulated | None:
    """What was simulated of a kind; ``None`` where nothing was."""
    found = parse(FILE.read_bytes())[1].get(kind)
    return None if found is None else Simulated(float(found["false_looks"]), int(found["looks"]))
