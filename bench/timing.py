"""How a bench times a call inside its own process."""

from __future__ import annotations

import time
from collections.abc import Callable


def best(act: Callable[[], object], repeats: int) -> float:
    """Seconds of the quickest of several calls: other work on the machine only ever adds."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
