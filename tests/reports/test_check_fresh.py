"""Reports of other organisations: each rule finds the planted error, clean reports stay clean."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from upstream.reports.check import RULES, CheckReport, check_tables
from upstream.reports.check.reading.html import read_html
from upstream.reports.check.reading.sheets import read_csv, read_workbook
from upstream.reports.check.reading.text import read_text

TRIALS = 60
RECALL = 0.90
CLEAN = 60


def _load() -> ModuleType:
    path = Path(__file__).with_name("fresh_documents.py")
    spec = importlib.util.spec_from_file_location("check_fresh_documents", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


documents = _load()


def checked(files: dict[str, bytes]) -> CheckReport:
    """Read and check files held in memory."""
    pages = []
    for name, data in files.items():
        if name.endswith(".html"):
            pages.append(read_html(data, name))
        elif name.endswith(".csv"):
            pages.append(read_csv(data.decode(), name))
        elif name.endswith(".xlsx"):
            pages.append(read_workbook(data, name))
        else:
            pages.append(read_text(data.decode(), name, markdown=name.endswith(".md")))
    return check_tables([t for p in pages for t in p.tables], [s for p in pages for s in p.sentences])


@pytest.mark.parametrize("rule", RULES)
def test_planted_errors_are_found(rule: str) -> None:
    lost = []
    for seed in range(500, 500 + TRIALS):
        files, what = documents.fresh(seed, rule, "first")
        if rule not in checked(files).counts():
            lost.append((seed, what))
    assert len(lost) <= (1 - RECALL) * TRIALS, lost


def test_clean_reports_stay_clean() -> None:
    found = []
    for seed in range(500, 500 + CLEAN):
        files, _ = documents.fresh(seed, None, "first")
        found += [(seed, f.rule, f.arithmetic) for f in checked(files).findings]
    assert len(found) <= CLEAN / 20, found
