"""A real browser over a real report: the small force, a few measures of every kind of page."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from upstream.cli.main import upstream
from upstream.datasets import Manifest

# one measure for every kind of page and block: the whole pack takes the rules of axe minutes
MEASURES = (
    "crime_total",  # a count by area, with commentary
    "grade_1_response_time",  # a duration
    "da_arrest_rate",  # a share of two tables
    "outcome_16_share",  # a share with a level, a date and so a likelihood
    "asb",  # a change of recording, and so no limits
    "keyword",  # a list of categories with its small charts
    "financial_position",  # a page of prose
    "foi_on_time",  # its table is not held
)
TABLES = ("crimes", "outcomes", "arrests", "incidents", "people_in_crimes")
WIDE_TABLES = """
[[tables]]
key = "crime_force"
title = "Recorded crime and incidents"
measures = ["crime_total", "asb"]
outcomes = []

[[tables]]
key = "crime_area"
title = "Recorded crime and incidents by area"
measures = ["crime_total", "asb"]
outcomes = []
"""
COMMENTARY = """---
author: Head of Performance
reviewed: 2022-07-06
---
## What does this mean?
Recorded crime was {{this}} in the month, beside {{this.force.2021-06}} in June 2021.

## Next steps
- Area commanders review the categories above their limits.
- The crime registrar reports on recording.

## Action required
**None** is asked of the panel.
"""


def _command(folder: Path, *arguments: str) -> None:
    upstream.main(["--config", str(folder / "upstream.toml"), *arguments], prog_name="upstream", standalone_mode=False)


def _short_pack(folder: Path) -> Path:
    """The force pack's own definitions and headings, a few measures of it."""
    whole = resources.files("upstream.measures").joinpath("definitions", "force")
    folder.mkdir()
    headings = whole.joinpath("pack.toml").read_text("utf-8").partition("[[pages]]")[0]
    (folder / "pack.toml").write_text(
        headings.replace('key = "force"', f'key = "{folder.name}"') + WIDE_TABLES, "utf-8"
    )
    for key in MEASURES:
        (folder / f"{key}.toml").write_text(whole.joinpath(f"{key}.toml").read_text("utf-8"), "utf-8")
    return folder


def _without_a_month(file: Path, folder: Path) -> Path:
    """The incidents less one month, which the report must show as a gap."""
    held = folder / "incidents.parquet"
    lost = "opened_at >= TIMESTAMP '2021-09-01' AND opened_at < TIMESTAMP '2021-10-01'"
    duckdb.sql(f"COPY (SELECT * FROM '{file}' WHERE NOT ({lost})) TO '{held}'")
    return held


@pytest.fixture(scope="session")
def report_folder(small_force: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the small force, made by the commands a person types."""
    folder = tmp_path_factory.mktemp("journey")
    records = small_force.folder
    shutil.copy(records / "upstream.toml", folder / "upstream.toml")
    (folder / "mapping.toml").write_text('pseudonyms = "already keyed"\n', "utf-8")
    tables = json.loads((records / "manifest.json").read_text("utf-8"))["tables"]
    for table in TABLES:
        file = records / tables[table]["file"]
        if table == "incidents":
            file = _without_a_month(file, folder)
        _command(folder, "records", "add", table, str(file), "--map", str(folder / "mapping.toml"))
    out = folder / "report"
    pack = _short_pack(folder / "short")
    words = folder / "words"
    words.mkdir()
    (words / "crime_total.md").write_text(COMMENTARY, "utf-8")
    chosen = ("--pack", str(pack), "--commentary", str(words), "--format", "html", "--format", "pdf")
    _command(folder, "report", "quarterly", "--to", "2022-06", "--out", str(out), *chosen)
    return out


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # the browser's driver keeps an event loop on this thread: the site's database is asked between its steps
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, found on the path."""
    program = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
    )
    yield program
    program.close()
