"""The commands in a process of their own that is begun in no time, so that they can be run and killed many times.

Each is forked from a server that has imported everything and begun nothing: as good as new, without the second that
Python takes to start, in which a kill would prove nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        *("upstream.cli.main", "upstream.cli.records", "upstream.records.sources.police_uk"),
        # of the engine, what the site's commands read when they begin; the site itself reads its settings then
        *("upstream.scan.nightly", "upstream.reports.check", "upstream.measures.facts"),
    ]
)


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


def site_command(*arguments: str, surroundings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What `upstream-web` does with these arguments and environment, and what it says."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder, name) for name in ("out", "err")]
        process = _SERVER.Process(target=_typed_for_the_site, args=(arguments, dict(surroundings), said))
        process.start()
        process.join()
        out, err = (path.read_text("utf-8") for path in said)
    return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def _typed_for_the_site(arguments: tuple[str, ...], surroundings: dict[str, str], said: list[Path]) -> None:
    for path, number in zip(said, (1, 2), strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ |= surroundings
    sys.argv = ["upstream-web", *arguments]
    runpy.run_module("upstream_web", run_name="__main__", alter_sys=True)
