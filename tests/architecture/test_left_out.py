"""What a machine cannot run is counted aloud, whichever process found it; with CI=true it stops everything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest

def test_anywhere(): ...

@pytest.mark.browser
@pytest.mark.parametrize("page", range(7))
def test_a_page(page): ...

@pytest.mark.spark
def test_a_count(): ...

@pytest.mark.deep
def test_a_long_run(): ...
"""


def pytest_on_a_bare_machine(folder: Path, *arguments: str, ci: str) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own that finds neither Java nor Chromium."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\n  spark\n  deep\n", "utf-8")
    (folder / "test_some.py").write_text(TESTS, "utf-8")
    surroundings = {"PATH": str(folder), "CI": ci, "PYTHONPATH": str(ROOT / "tests")}
    environment = {**os.environ, **surroundings, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugins = ("-p", "xdist", "-p", "leaving_out", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *plugins, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("processes", ["0", "1"])
def test_what_is_left_out_is_counted_aloud(tmp_path: Path, processes: str) -> None:
    ran = pytest_on_a_bare_machine(tmp_path, "--numprocesses", processes, ci="")
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout
    assert {line for line in ran.stdout.splitlines() if line.startswith("not run")} == {
        "not run: Chromium is not installed (7 tests)",
        "not run: Java is not installed (1 tests)",
        "not run: a deep run, with a make target of its own (1 tests)",
    }


def test_nothing_may_be_left_out_in_ci(tmp_path: Path) -> None:
    ran = pytest_on_a_bare_machine(tmp_path, "--numprocesses", "1", ci="true")
    assert ran.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Chromium is not installed" in ran.stderr
    assert "Java is not installed" in ran.stderr
