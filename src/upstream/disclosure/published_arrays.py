"""Many counts at once as the public sees them; apart from single ones, which need no NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from upstream.disclosure.published import WITHHELD
from upstream.disclosure.setting import PUBLIC_ROUNDING, PUBLIC_THRESHOLD


def published_counts(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Counts (n,), none below nought, each as :func:`upstream.disclosure.published.published_count` gives it."""
    nearest = np.floor(counts / PUBLIC_ROUNDING + 0.5) * PUBLIC_ROUNDING
    return np.where(counts < PUBLIC_THRESHOLD, WITHHELD, nearest)
