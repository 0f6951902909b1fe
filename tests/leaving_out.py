"""What this machine cannot run is left out and counted aloud; with CI=true nothing may be."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# with CI=true nothing may be left out
REQUIRED = os.environ.get("CI") == "true"

_NEEDS = {
    "shared": ("data not distributed", lambda: SHARED_DATA.is_dir()),
    "spark": ("Java is not installed", lambda: shutil.which("java") is not None),
    "browser": ("Chromium is not installed", lambda: shutil.which("chromium") is not None),
}
DEEP = "a deep run, with a make target of its own"
_LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to leave out anything in CI, before a test has run."""
    lacking = [why for why, there in _NEEDS.values() if not there()]
    if REQUIRED and lacking:
        raise pytest.UsageError(f"CI requires every test, but: {', '.join(lacking)}")
    config.stash[_LEFT_OUT] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine cannot run, and count it."""
    kept, dropped, left_out = [], [], config.stash[_LEFT_OUT]
    for item in items:
        lacking = [why for mark, (why, there) in _NEEDS.items() if item.get_closest_marker(mark) and not there()]
        if item.get_closest_marker("deep") and "deep" not in (config.option.markexpr or ""):
            left_out[DEEP] = left_out.get(DEEP, 0) + 1
            dropped.append(item)
        elif lacking:
            for why in lacking:
                left_out[why] = left_out.get(why, 0) + 1
            dropped.append(item)
        else:
            kept.append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of pytest-xdist hands what it left out to the one that has the terminal."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash[_LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every process collects every test, so the last to end says it for all."""
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for why, count in sorted(config.stash[_LEFT_OUT].items()):
        terminalreporter.write_line(f"not run: {why} ({count} tests)")
