"""Points in the plane, as every spatial method takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput


def points(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    """Projected coordinates as one array (n, 2); a point without a place is refused, never dropped unsaid."""
    place = np.column_stack([np.asarray(x, np.float64), np.asarray(y, np.float64)])
    missing = int((~np.isfinite(place)).any(axis=1).sum())
    if missing:
        raise BadInput(
            f"{missing} of {len(place)} points have no place.",
            allowed="finite coordinates",
            remedy="Leave the others out and say how many.",
        )
    return place
