"""What a machine cannot run is counted aloud, whichever process found it; with CI=true it stops everything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ONE_QUICK_TEST = (
    "tests/architecture/test_repository.py",
    "tests/journeys/test_report_page.py",
    "-k",
    "decision_number",
)


def pytest_on_a_bare_machine(folder: Path, *arguments: str, ci: str) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own that finds neither Java nor Chromium."""
    environment = {**os.environ, "PATH": str(folder), "CI": ci, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *ONE_QUICK_TEST, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("processes", ["0", "1"])
def test_what_is_left_out_is_counted_aloud(tmp_path: Path, processes: str) -> None:
    ran = pytest_on_a_bare_machine(tmp_path, "--numprocesses", processes, ci="")
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout
    (line,) = [line for line in ran.stdout.splitlines() if "Chromium" in line]
    assert line.startswith("not run: Chromium is not installed (")
    assert int(line.partition("(")[2].split()[0]) > 5


def test_nothing_may_be_left_out_in_ci(tmp_path: Path) -> None:
    ran = pytest_on_a_bare_machine(tmp_path, "--numprocesses", "1", ci="true")
    assert ran.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Chromium is not installed" in ran.stderr
    assert "Java is not installed" in ran.stderr
