"""What every table of one force shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upstream.periods import Month


@dataclass(frozen=True, slots=True)
class Setting:
    """The force being built.

    Attributes
    ----------
    force : str
        Key of the force, also its own code in ``returns``.
    areas : list of str
        Codes of the policing areas, in report order.
    months : tuple of Month
        Consecutive months held.
    scale : float
        Share of the full size.
    as_at : datetime64[D]
        The day every record is read.
    person_key : bytes
        Invented key of invented people: nothing is secret here.
    rng : numpy.random.Generator
        Source of everything random.
    """

    force: str
    areas: list[str]
    months: tuple[Month, ...]
    scale: float
    as_at: np.datetime64
    person_key: bytes
    rng: np.random.Generator
