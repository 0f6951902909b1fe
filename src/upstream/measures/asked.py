"""What a calculation is asked for, and the engines and the version that can be named for it: no engine is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from upstream.periods import Month

EngineName = Literal["duckdb", "spark"]
ENGINES: Final[tuple[EngineName, ...]] = get_args(EngineName)
ENGINE_VERSION: Final = "3"
"""Raised whenever the same records and definitions could give another figure; empties every cache."""


@dataclass(frozen=True)
class Asked:
    """What a calculation is for.

    Attributes
    ----------
    to : Month
        The month reported.
    areas : mapping
        Area codes to names, in report order; empty: every area that the records name.
    force : str or None
        Slug of the force, for tables that hold several forces and for returns.
    force_name : str
    populations : mapping
        Residents by area code (and ``FORCE``), for rates.
    area_of : mapping or None
        Area by small-area code, for the tables of police.uk; ``None``: the district that a small area's name gives.
    """

    to: Month
    areas: Mapping[str, str]
    force: str | None = None
    force_name: str = "Force"
    populations: Mapping[str, float] | None = None
    area_of: Mapping[str, str] | None = None
