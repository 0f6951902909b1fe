"""Tutorials are followed word by word: what they tell to type is typed, and what they say comes out."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import pytest

from upstream.cli.main import main

TUTORIALS = Path(__file__).resolve().parents[2] / "docs" / "tutorials"
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def test_did_it_work_is_answered_as_its_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said, typed = "", 0
    for kind, text in BLOCK.findall((TUTORIALS / "did-it-work.md").read_text("utf-8")):
        lines = textwrap.dedent(text)
        if kind == "csv":
            assert len(lines.splitlines()) == 20
            Path("wards.csv").write_text(lines, "utf-8")
        elif kind == "text":
            assert lines in said
        else:
            for command in lines.splitlines():
                main(shlex.split(command)[1:])
                typed += 1
            said = capsys.readouterr().out
    assert typed == 5
    assert Path("paper.pdf").read_bytes().startswith(b"%PDF")
