"""The synthetic force, built once a session, for every test that wants records."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from upstream.datasets import Manifest, build
from upstream.datasets.build import read_manifest

_PATIENCE_SECONDS = 240


def _built(base: Path, name: str, scale: float) -> Manifest:
    """Build, or wait for the other worker that does: the folder is shared by the workers of one run."""
    folder = base / name
    done = folder / "manifest.json"
    try:
        (base / f"{name}.lock").mkdir()
    except FileExistsError:
        waited = time.monotonic()
        while not done.exists():
            if time.monotonic() - waited > _PATIENCE_SECONDS:
                raise TimeoutError(f"another worker has not built {name}") from None
            time.sleep(0.2)
        return read_manifest(folder)
    return build(folder, scale=scale)


def _shared_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def synthetic_force(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The calibrated force at full size: about 10 seconds, once a session."""
    return _built(_shared_base(tmp_path_factory), "synthetic-force", 1.0)


@pytest.fixture(scope="session")
def small_force(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The same force at a fiftieth of its size: under 2 seconds."""
    return _built(_shared_base(tmp_path_factory), "small-force", 0.02)
