"""Tests that rest on the same dear thing run in one process; the others wherever there is room."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sharing_out import together

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("test", "group"),
    [
        ("tests/oracles/test_packs_on_spark.py::test_a[x]", "spark"),
        ("tests/journeys/test_report_page.py::test_b", "report page"),
        ("tests/journeys/test_report_pdf.py::test_c", "report page"),
        ("tests/reports/test_check_own_report.py::test_d", "tests/reports/test_check_own_report.py"),
        ("tests/web/test_access_sweep.py::test_e[problems]", "tests/web/test_access_sweep.py::test_e[problems]"),
    ],
)
def test_what_a_test_runs_with(test: str, group: str) -> None:
    assert together(test) == group


def test_a_modules_tests_run_in_one_process_of_two() -> None:
    """As pytest-xdist really does it, whatever its versions."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses", "2", "-o", "addopts=", "-v"]
    where = "tests/reports/test_report_glance.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    ran = subprocess.run(
        [*command, "--import-mode=importlib", where], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout
    found = re.findall(r"^\[(gw\d)\].* PASSED", ran.stdout, re.MULTILINE)
    assert len(found) > 2
    assert len(set(found)) == 1
