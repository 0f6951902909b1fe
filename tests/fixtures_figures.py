"""A small force's store with a short pack of measures, worked out once a session, for the web tests."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path

import pytest

from upstream.cli.main import upstream
from upstream.datasets import Manifest

# a volume, a share, a duration, a share of two tables, counts of people, one without its table, one with a target
MEASURES = (
    *("crime_total", "grade_1_response_time", "positive_action", "da_arrest_rate", "repeat_victim_rate"),
    *("calls_999_in_time", "satisfaction_burglary"),
)
TABLES = ("crimes", "outcomes", "arrests", "incidents", "people_in_crimes", "ages_and_sexes", "survey_responses")
MONTH = "2022-06"
SILENT = [].append
"""Where a calculation says what it is doing, when nobody listens."""


def _command(folder: Path, *arguments: str) -> None:
    upstream.main(["--config", str(folder / "upstream.toml"), *arguments], prog_name="upstream", standalone_mode=False)


def _short_pack(folder: Path) -> Path:
    whole = resources.files("upstream.measures").joinpath("definitions", "force")
    folder.mkdir()
    headings = whole.joinpath("pack.toml").read_text("utf-8").partition("[[pages]]")[0]
    (folder / "pack.toml").write_text(headings.replace('key = "force"', 'key = "short"'), "utf-8")
    for key in MEASURES:
        (folder / f"{key}.toml").write_text(whole.joinpath(f"{key}.toml").read_text("utf-8"), "utf-8")
    return folder


@pytest.fixture(scope="session")
def figures_folder(small_force: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``upstream.toml`` and the store that it names."""
    folder = tmp_path_factory.mktemp("figures")
    records = small_force.folder
    settings = (records / "upstream.toml").read_text("utf-8").partition("[report]")[0]
    pack = _short_pack(folder / "short")
    (folder / "upstream.toml").write_text(f'{settings}\n[report]\npacks = ["{pack}"]\n', "utf-8")
    manifest = json.loads((records / "manifest.json").read_text("utf-8"))
    (folder / "mapping.toml").write_text('pseudonyms = "already keyed"\n', "utf-8")
    for name in manifest["places"]:
        for word, kind in (("lookup", "lookup"), ("population", "population")):
            if word in Path(name).name:
                _command(folder, "places", "add", kind, str(records / name))
    for table in TABLES:
        file = records / manifest["tables"][table]["file"]
        _command(folder, "records", "add", table, str(file), "--map", str(folder / "mapping.toml"))
    return folder


@pytest.fixture
def figures(figures_folder: Path, settings: object) -> Path:
    """The site reads that store; what a test adds goes to a copy of it (`own_figures`)."""
    settings.ENGINE_SETTINGS = figures_folder / "upstream.toml"
    return figures_folder


@pytest.fixture
def own_figures(figures_folder: Path, settings: object, tmp_path: Path) -> Path:
    """A copy of the folder that a test may change."""
    folder = shutil.copytree(figures_folder, tmp_path / "figures")
    settings.ENGINE_SETTINGS = folder / "upstream.toml"
    return folder


@pytest.fixture(scope="session")
def calculated() -> dict[Path, object]:
    """What working the measures out gave, by folder: the first test that needs it does it."""
    return {}


@pytest.fixture
def ready(figures: Path, calculated: dict[Path, object], db: None) -> object:
    """The measures to June 2022, worked out."""
    from upstream.periods import Month
    from upstream_web.audit.changes import System
    from upstream_web.measures import changes
    from upstream_web.measures.engine.figures import calculate_month

    if figures not in calculated:
        calculated[figures] = calculate_month(Month.parse(MONTH), "tests", SILENT)
    return changes.note_calculation(month=MONTH, made=calculated[figures], run=None, by=System("tests"))
