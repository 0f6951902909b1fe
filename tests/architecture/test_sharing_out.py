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
    assert together(test, ROOT) == group


A_MODULE = """
import pytest

@pytest.fixture(scope="module")
def dear(): ...

@pytest.mark.parametrize("number", range(6))
def test_something(dear, number): ...
"""


def test_a_modules_tests_run_in_one_process_of_two(tmp_path: Path) -> None:
    """As pytest-xdist really does it, whatever its versions."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (tmp_path / "test_dear.py").write_text(A_MODULE, "utf-8")
    (tmp_path / "test_cheap.py").write_text(A_MODULE.replace('(scope="module")', ""), "utf-8")
    plugins = ("-p", "xdist", "-p", "sharing_out", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *plugins, "--numprocesses", "2", "-v"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT / "tests")}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = set(re.findall(r"^\[(gw\d)\].* PASSED (test_\w+)", ran.stdout, re.MULTILINE))
    assert len([where for where, what in found if what == "test_dear"]) == 1
    assert len({where for where, _ in found}) == 2  # the other process had what rests on nothing
