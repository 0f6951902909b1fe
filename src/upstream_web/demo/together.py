"""Programs that run together: whatever stops this process or the first of them stops them all."""

import signal
import subprocess
import sys
from collections.abc import Sequence

PATIENCE_SECONDS = 10
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_together(*commands: Sequence[str]) -> int:
    """Start programs and wait for the first of them; returns what it returned, 0 when it was asked to stop."""
    started: list[subprocess.Popen[bytes]] = []
    for number in STOPPING:
        # leaving by an exception unwinds to the `finally` below, wherever this process is
        signal.signal(number, _leave)
    try:
        started.extend(subprocess.Popen(command) for command in commands)
        return started[0].wait()
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        _stop(started)


def _leave(*_: object) -> None:
    sys.exit(0)


def _stop(started: list[subprocess.Popen[bytes]]) -> None:
    for one in started:
        one.terminate()
    for one in started:
        try:
            one.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()
