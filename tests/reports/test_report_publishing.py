"""A report put in the place of another: killed at any step, beside other files, through a link."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from upstream.errors import BadInput
from upstream.reports.document import Document
from upstream.reports.publishing import publish

DRAW = """
import datetime as dt, os, sys
from pathlib import Path
from upstream.reports.document import Document
from upstream.reports import publishing
title, out, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
steps = 0
def killed_at(name):
    honest = getattr(Path, name)
    def step(self, *args, **kwargs):
        global steps
        steps += 1
        if steps == last:
            os._exit(9)
        return honest(self, *args, **kwargs)
    setattr(Path, name, step)
for name in ("rename", "replace", "unlink"):
    killed_at(name)
document = Document(title, "Force", "June 2022", "OFFICIAL", "", dt.datetime(2022, 7, 1, tzinfo=dt.UTC), ())
publishing.publish(document, out, ["json", "html", "csv"])
"""


def draw(title: str, out: Path, last: int = 0) -> int:
    command = [sys.executable, "-c", DRAW, title, str(out), str(last)]
    return subprocess.run(command, check=False).returncode


def titles(out: Path) -> set[str]:
    """Titles of the reports that the folder holds, one for each file that bears it."""
    files = [path for path in (out / "report.json", out / "report.html") if path.exists()]
    return {title for path in files for title in ("First", "Second") if title in path.read_text("utf-8")}


@pytest.mark.parametrize("foreign", [False, True], ids=["whole", "beside-other-files"])
def test_killed_at_any_step_there_are_never_two_reports(tmp_path: Path, foreign: bool) -> None:
    killed = 0
    for last in range(1, 12):
        out = tmp_path / str(last) / "report"
        assert draw("First", out) == 0
        if foreign:
            (out / "notes.txt").write_text("mine")
        code = draw("Second", out, last)
        assert len(titles(out)) <= 1
        if not foreign and not out.exists():
            kept = list(out.parent.glob("*.before"))
            assert [titles(folder) for folder in kept] == [{"First"}]
        assert not foreign or (out / "notes.txt").read_text() == "mine"
        assert draw("Second", out) == 0
        assert titles(out) == {"Second"}
        assert not list(out.parent.glob("*.before"))
        if code == 0:
            break
        killed += 1
    assert killed >= 2


def test_a_report_left_aside_comes_back_before_anything_else(tmp_path: Path) -> None:
    out = tmp_path / "report"
    assert draw("First", out) == 0
    assert draw("Second", out, 2) == 9
    assert not out.exists()
    assert draw("Second", out, 2) == 9  # killed again, after the old one came back
    assert titles(out) == {"First"}


def test_a_link_to_a_folder_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert draw("First", tmp_path / "link") == 0
    assert (tmp_path / "link").is_symlink()
    assert titles(tmp_path / "real") == {"First"}


def test_other_files_and_folders_stay(tmp_path: Path) -> None:
    out = tmp_path / "report"
    (out / "report.d").mkdir(parents=True)
    (out / "report.d" / "a.txt").write_text("mine")
    assert draw("First", out) == 0
    assert sorted(path.name for path in out.iterdir()) == ["report.csv", "report.d", "report.html", "report.json"]
    assert (out / "report.d" / "a.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    document = Document("T", "F", "June 2022", "OFFICIAL", "", dt.datetime(2022, 7, 1, tzinfo=dt.UTC), ())
    (tmp_path / "report").write_text("mine")
    with pytest.raises(BadInput, match="is a file"):
        publish(document, tmp_path / "report")
