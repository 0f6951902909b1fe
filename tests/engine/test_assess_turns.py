"""Programmes beside a rate or others, and places that began in turns, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from commands import ended

MONTHS = [f"{2021 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
BEGINS = {f"beat {at}": MONTHS[(8, 12, 16)[at % 3]] for at in range(12)}


def run(*arguments: str) -> int:
    return ended("assess", *arguments)


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Counts of twelve beats that fall by 30% when their turn comes."""
    rng = np.random.default_rng(9)
    lines = ["unit,period,count"]
    for unit, start in BEGINS.items():
        rate = np.full(24, 40 * rng.uniform(0.6, 1.6))
        rate[MONTHS.index(start) :] *= 0.7
        lines += [f"{unit},{month},{rng.poisson(r)}" for month, r in zip(MONTHS, rate, strict=True)]
    file = tmp_path_factory.mktemp("counts") / "counts.csv"
    file.write_text("\n".join(lines), "utf-8")
    return str(file)


def turns(folder: Path, *lines: str, header: str = "unit,start") -> str:
    file = folder / "turns.csv"
    file.write_text("\n".join([header, *lines]), "utf-8")
    return str(file)


def test_turns_that_chance_dealt_are_dealt_again(
    counts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{unit},{start},{'east' if at < 6 else 'west'}" for at, (unit, start) in enumerate(BEGINS.items())]
    given = turns(tmp_path, *lines, header="unit,start,stratum")
    assert run("roll-out", counts, "--turns", given, "--by-chance", "--outcome", "thefts", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["method"], made["maryland"]["level"], made["unit"]) == ("roll_out", 5, "thefts")
    assert made["ratio"]["lower"] < 0.7 < made["ratio"]["upper"] < 1
    assert run("roll-out", counts, "--turns", given, "--outcome", "thefts") == 0
    said = capsys.readouterr().out
    assert "Steps against places not yet treated" in said
    assert "12 treated" in said


def test_a_place_without_a_turn_never_begins_and_one_that_is_not_named_is_not_used(
    counts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [f"{unit},{start}" for unit, start in list(BEGINS.items())[:6]]
    given = turns(tmp_path, *named, "beat 6,", "beat 7,")
    assert run("roll-out", counts, "--turns", given) == 0
    said = capsys.readouterr().out
    assert "6 treated" in said
    assert "2 comparison" in said
    assert "4 unused" in said


def test_turns_that_cannot_be_are_refused(counts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("roll-out", counts, "--turns", turns(tmp_path, "beat 1,2021-09", "beat 1,2021-10")) == 2
    assert "beat 1 has 2 turns" in capsys.readouterr().err
    assert run("roll-out", counts, "--turns", turns(tmp_path, "beat 1,2031-09", "beat 2,")) == 2
    assert "outside the data" in capsys.readouterr().err
    assert run("roll-out", counts, "--turns", turns(tmp_path, "beat 99,2021-09", "beat 2,")) == 2
    assert "beat 99" in capsys.readouterr().err


def test_a_programme_beside_a_published_rate_or_others(capsys: pytest.CaptureFixture[str]) -> None:
    of = ("programme", "--what", "reoffending", "--happened", "19", "--people", "270")
    rate = ("--rate", "25", "--months", "12", "--source", "National Statistics")
    assert run(*of, *rate) == 0
    said = capsys.readouterr().out
    assert said.startswith("Perhaps:")
    assert "published rate of 25%" in said or "National Statistics" in said
    assert run(*of, "--others-happened", "60", "--others", "250", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["method"] == "programme_compared"
    assert made["difference"]["upper"] < 0
    for wrong in ((), ("--rate", "25"), (*rate, "--others", "9"), ("--others", "250")):
        assert run(*of, *wrong) == 2
        assert "not said what they are held against" in capsys.readouterr().err
    assert run("programme", "--what", "x", "--happened", "2", "--people", "9", *rate) == 2
    assert "9 people" in capsys.readouterr().err
