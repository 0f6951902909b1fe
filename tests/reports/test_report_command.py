"""``upstream report``: help, refusals with their exit codes, what is written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from commands import ended
from upstream.cli import report as command
from upstream.cli.main import main, upstream
from upstream.cli.settings import load_settings
from upstream.measures.result import Results
from upstream.store import Store

HELP = """
import sys
from upstream.cli.main import main
try:
    main(["report", "quarterly", "--help"])
except SystemExit:
    pass
print([name for name in ("typst", "duckdb", "jinja2", "numpy") if name in sys.modules])
"""


@pytest.fixture
def force(tmp_path: Path, results: Results, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file, and results in place of a store: the commands' own work is what is tried."""
    monkeypatch.setattr(command, "_results", lambda *_, **__: results)
    (tmp_path / "upstream.toml").write_text('[force]\nkey = "marl"\nname = "Marl"\n', "utf-8")
    return tmp_path


def run(force: Path, *arguments: str) -> int:
    return ended("--config", str(force / "upstream.toml"), "report", "quarterly", "--to", "2022-06", *arguments)


def test_looking_up_kept_results_loads_no_query_library() -> None:
    """A report redrawn after a change of words counts nothing: half a second of imports is not paid."""
    loads = "import sys, upstream.measures.calculate, upstream.reports.quarterly; print('ibis' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", loads], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "False"


def test_help_has_an_example_and_loads_no_library() -> None:
    said = subprocess.run([sys.executable, "-c", HELP], check=True, capture_output=True, text=True).stdout
    assert "Example: upstream report quarterly --to 2022-06" in said
    assert said.rstrip().endswith("[]")


def test_the_group_holds_both_commands() -> None:
    assert sorted(command.group.commands) == ["check", "quarterly"]
    assert upstream.name == "upstream"


def test_it_writes_what_was_asked_and_says_so_in_json(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = force / "out"
    ended = run(force, "--pack", "force", "--out", str(out), "--format", "csv", "--format", "json", "--json")
    assert ended == 0
    said = json.loads(capsys.readouterr().out)
    assert said["force"] == "Marl"
    assert said["period"] == "2022-06"
    assert said["created"] == "2022-07-05T06:30:00+00:00"
    assert sorted(p.name for p in out.iterdir()) == ["report.csv", "report.json"]
    assert sorted(Path(p).name for p in said["files"]) == ["report.csv", "report.json"]


def test_unbacked_commentary_ends_with_4_and_writes_nothing(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = force / "words"
    words.mkdir()
    (words / "crime_total.md").write_text(
        "---\nauthor: Head of Crime\nreviewed: 2022-07-06\n---\n## Next steps\nCut 918,273 crimes.\n", "utf-8"
    )
    out = force / "out"
    assert run(force, "--pack", "force", "--out", str(out), "--commentary", str(words), "--format", "csv") == 4
    said = capsys.readouterr().err
    assert "crime_total.md:6: the number 918,273 is backed by no value" in said
    assert not out.exists()


def test_a_month_that_is_none_ends_with_2(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main_arguments = ["--config", str(force / "upstream.toml"), "report", "quarterly", "--to", "June", "--out", "x"]
    with pytest.raises(SystemExit) as end:
        main(main_arguments)
    assert end.value.code == 2
    assert "YYYY-MM" in capsys.readouterr().err


def test_an_empty_store_ends_with_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "upstream.toml").touch()
    assert run(tmp_path, "--out", str(tmp_path / "out")) == 3
    assert "upstream records add" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_likelihoods_published_are_kept_once(force: Path, results: Results) -> None:
    given = sum(
        likelihood.band is not None and not likelihood.already
        for measure in results.measures.values()
        for series in measure.series.values()
        for likelihood in series.likelihoods
    )
    assert given > 0
    for _ in range(2):
        assert run(force, "--pack", "force", "--out", str(force / "out"), "--format", "csv", "--json") == 0
    kept = Store(load_settings(force / "upstream.toml").store).snapshot("forecasts")
    assert kept.rows == given
