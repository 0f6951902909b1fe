"""What every kind of test shares."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

# what was imported and collected lives to the end: looking it through for dead cycles took a tenth of the time
gc.set_threshold(50_000, 20, 100)

# fixtures that several kinds of test use live in modules of their own
pytest_plugins = (
    "leaving_out",
    "sharing_out",
    "fixtures_datasets",
    "fixtures_figures",
    "fixtures_needs",
    "fixtures_web",
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
SHARED_DATA = SHARED / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real open data beside the project; the test carries the mark ``shared``."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def shared() -> Path:
    """Everything beside the project (sources, golden seeds, data); the test carries the mark ``shared``."""
    return SHARED
