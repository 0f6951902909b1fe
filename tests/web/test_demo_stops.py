"""The demonstration stops whole: no server and no worker is left behind, however it is stopped."""

import os
import signal
import subprocess
import sys
import time

import pytest

TOGETHER = r"""
import sys
from upstream_web.demo.together import run_together
sleeps = [sys.executable, "-c", "import os, time; os.write(1, b'%d\\n' % os.getpid()); time.sleep(60)"]
ends = [sys.executable, "-c", "import os; os.write(1, b'%d\\n' % os.getpid()); input()"]
sys.exit(run_together(ends, sleeps))
"""


def runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, None])
def test_whatever_stops_one_stops_all(how: signal.Signals | None) -> None:
    given = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", TOGETHER], **given) as together:
        children = [int(together.stdout.readline()) for _ in range(2)]
        assert all(runs(child) for child in children)
        if how is None:
            together.stdin.write("\n")  # the server ends by itself
            together.stdin.flush()
        else:
            together.send_signal(how)
        assert together.wait(20) == 0
    until = time.monotonic() + 5
    while any(runs(child) for child in children) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(runs(child) for child in children)
