"""What every kind of test shares."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

# fixtures that several kinds of test use live in modules of their own
pytest_plugins = ("fixtures_datasets",)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
SHARED_DATA = SHARED / "data"

# with CI=true nothing may be left out
REQUIRED = os.environ.get("CI") == "true"

_NEEDS = {
    "shared": ("data not distributed", lambda: SHARED_DATA.is_dir()),
    "spark": ("Java is not installed", lambda: shutil.which("java") is not None),
    "browser": ("Chromium is not installed", lambda: shutil.which("chromium") is not None),
}
_left_out: dict[str, int] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine cannot run, count it aloud, and refuse to leave out anything in CI."""
    kept, dropped = [], []
    for item in items:
        lacking = [why for mark, (why, there) in _NEEDS.items() if item.get_closest_marker(mark) and not there()]
        if item.get_closest_marker("deep") and "deep" not in (config.option.markexpr or ""):
            dropped.append(item)
        elif lacking:
            if REQUIRED:
                raise pytest.UsageError(f"CI requires every test, but {item.nodeid} cannot run: {', '.join(lacking)}")
            for why in lacking:
                _left_out[why] = _left_out.get(why, 0) + 1
            dropped.append(item)
        else:
            kept.append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for why, count in sorted(_left_out.items()):
        terminalreporter.write_line(f"not run: {why} ({count} tests)")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real open data beside the project; the test carries the mark ``shared``."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def shared() -> Path:
    """Everything beside the project (sources, golden seeds, data); the test carries the mark ``shared``."""
    return SHARED
