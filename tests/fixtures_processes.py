"""The command in a process of its own that is begun in no time, so that it can be killed many times.

Each is forked from a server that has imported everything and begun nothing: as good as new, without the second that
Python takes to start, in which a kill would prove nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["upstream.cli.main", "upstream.cli.records", "upstream.records.sources.police_uk"])


def started(*arguments: str) -> BaseProcess:
    """The command as somebody types it; what it prints goes nowhere."""
    process = _SERVER.Process(target=_typed, args=arguments)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    """At once, with all that it started, as far as it has come to lead a group."""
    for send in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            send(process.pid, signal.SIGKILL)
    process.join(timeout=60)
    assert process.exitcode is not None


def _typed(*arguments: str) -> None:
    from upstream.cli.main import upstream

    os.setsid()
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  until the process ends
    upstream.main(list(arguments), prog_name="upstream")
