"""Measures that are no counts, from a file through the command, beside what was published of them."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import ttest_ind

from commands import ended


def file_of(tmp_path: Path, rows: Iterable[tuple[str, str, str]]) -> str:
    path = tmp_path / "measured.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("unit", "period", "count"), *rows])
    return str(path)


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, Any]]:
    assert ended("assess", "effect", *arguments, "--measured", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    return {one["method"]: one for one in (answer["main"], *answer["checks"])}


@pytest.mark.shared
def test_packs_of_cigarettes_in_california(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Arkhangelsky and others 2021, table 1: -27.3, -15.6; Abadie and others 2010: about -19.6, all a head and year."""
    with (shared_data / "golden" / "california_prop99.csv").open() as file:
        rows = [(row["State"], row["Year"], row["PacksPerCapita"]) for row in csv.DictReader(file)]
    given = file_of(tmp_path, rows)
    made = asked(capsys, given, "--treated", "California", "--start", "1989", "--outcome", "packs")
    means = {method: one["difference"]["estimate"] for method, one in made.items()}
    assert means["difference_in_differences"] == pytest.approx(-27.349, abs=5e-4)
    assert means["synthetic_did"] == pytest.approx(-15.606, abs=1e-2)
    assert means["synthetic_control"] == pytest.approx(-19.6, abs=0.3)
    changes = {
        state: np.diff([np.mean([float(v) for s, year, v in rows if s == state and (year < "1989") == early])
                        for early in (True, False)])[0]
        for state in {state for state, _, _ in rows}
    }  # fmt: skip
    others = [change for state, change in changes.items() if state != "California"]
    plain = ttest_ind([changes["California"]], others)
    assert made["difference_in_differences"]["p"] == pytest.approx(plain.pvalue, rel=1e-6)


@pytest.mark.shared
def test_the_example_of_causalimpact(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its vignette: 10.5 (9.8 to 11.2) a period, 9.9% of what was to be expected."""
    first = dt.date(2014, 1, 1)
    with (shared_data / "golden" / "causalimpact_vignette.csv").open() as file:
        rows = [
            (name, str(first + dt.timedelta(int(row["t"]) - 1)), row[name])
            for row in csv.DictReader(file)
            for name in ("y", "x1")
        ]
    asking = ("--treated", "y", "--start", str(first + dt.timedelta(70)), "--better", "higher")
    made = asked(capsys, file_of(tmp_path, rows), *asking)["structural"]
    assert made["observed"] == pytest.approx(117.05, abs=0.005)
    moved = made["difference"]
    assert [moved["estimate"], moved["lower"], moved["upper"]] == pytest.approx([10.5, 9.8, 11.2], abs=0.15)
    assert made["ratio"]["estimate"] == pytest.approx(1.099, abs=0.002)


@pytest.mark.shared
def test_a_ban_on_smoking_in_sicily_with_the_people_as_exposure(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lopez Bernal and others 2017: 0.885 with two harmonics and the standardised population as the offset."""
    with (shared_data / "golden" / "sicily_smoking_ban_its.csv").open() as file:
        rows = [
            ("Sicily", f"{row['year']}-{int(row['month']):02d}", row["aces"], row["stdpop"])
            for row in csv.DictReader(file)
        ]
    path = tmp_path / "sicily.csv"
    with path.open("w", newline="") as written:
        csv.writer(written).writerows([("unit", "period", "count", "exposure"), *rows])
    asking = ("assess", "effect", str(path), "--treated", "Sicily", "--start", "2005-01", "--outcome", "admissions")
    bundle = tmp_path / "bundle.zip"
    assert ended(*asking, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["main"]["method"], answer["checks"]) == ("interrupted_series", [])
    assert answer["main"]["ratio"]["estimate"] == pytest.approx(0.885072, abs=1e-5)
    not_used = {one["key"]: one["why"] for one in answer["not_used"]}
    assert "what they are of changes" in not_used["before_after_compared"]
    for shown in ((), ("--public",)):
        assert ended(*asking, "--bundle", str(bundle), *shown) == 0
        assert ended("assess", "rerun", str(bundle)) == 0
        assert "come out the same" in capsys.readouterr().out
    assert ended(*asking, "--measured") == 2
    assert "no exposure" in capsys.readouterr().err
