"""How the tests are shared out to the processes of one run: those that rest on the same dear thing run in one process.

Every process makes the fixtures of its own session and modules, so a module's tests on both would make them twice, and
Java and a report's browser would start twice. The marks of pytest-xdist for this (`xdist_group`) do nothing under
pytest 9: it writes the group into a field that pytest no longer reads.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

OF_A_SESSION = {"spark": re.compile(r"\bmark\.spark\b"), "report page": re.compile(r"\breport_folder\b")}
OF_A_MODULE = 'scope="module"'


def together(test: str, root: Path) -> str:
    """What a test of a root folder runs with, by its id: what its file says it rests on, the file, or nothing else."""
    return _of_file(root, test.partition("::")[0]) or test


@cache
def _of_file(root: Path, path: str) -> str:
    text = (root / path).read_text("utf-8")
    for name, said in OF_A_SESSION.items():
        if said.search(text):
            return name
    return path if OF_A_MODULE in text else ""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The largest groups first, then test by test, so that both processes end together."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid, config.rootpath)

    return Together(config, log)
