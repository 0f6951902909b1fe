"""The commands of assess, on files that anybody might give."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from commands import ended


def run(*arguments: str) -> int:
    return ended("assess", *arguments)


@pytest.fixture
def counts(tmp_path: Path) -> str:
    rows = ["unit,period,count"]
    for unit in ("Marsh Green", "Hill", "Dale"):
        for month in range(1, 13):
            number = 20 + month % 3
            rows.append(f"{unit},2022-{month:02d},{number // 2 if unit == 'Marsh Green' and month > 8 else number}")
    (tmp_path / "counts.csv").write_text("\n".join(rows), "utf-8")
    return str(tmp_path / "counts.csv")


def test_an_effect_from_a_file(counts: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("effect", counts, "--treated", "Marsh Green", "--start", "2022-09", "--outcome", "burglaries")
    assert run(*asked) == 0
    said = capsys.readouterr().out
    assert "Burglaries were" in said
    assert "lower than without it" in said
    assert "Maryland scale" in said
    assert "Check, " in said
    assert run(*asked, "--json") == 0
    assert json.loads(capsys.readouterr().out)["main"]["unit"] == "burglaries"


def test_a_design_from_a_file(counts: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("design", counts, "--treated", "Marsh Green", "--buffer", "Dale", "--outcome", "burglaries")
    assert run(*asked, "--hoped", "30") == 0
    said = capsys.readouterr().out
    assert "ith Hill: Level" in said
    assert "Not with Dale: It is near by" in said
    assert "one of 30% has a chance of" in said
    assert run(*asked, "--json") == 0
    assert json.loads(capsys.readouterr().out)["curves"][0]["seen"][0]["months"] == 3
    assert run("design", counts, "--treated", "Nowhere") == 2
    assert "has no rows" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--start": "2023-09"}, "outside the data"),
        ({"--treated": "Nowhere"}, "has no rows"),
        ({"--comparison": "Marsh Green"}, "both treated and comparison"),
    ],
)
def test_what_cannot_be_assessed_is_said(
    counts: str, capsys: pytest.CaptureFixture[str], change: dict[str, str], says: str
) -> None:
    given = {"--treated": "Marsh Green", "--start": "2022-09", **change}
    assert run("effect", counts, *(word for pair in given.items() for word in pair)) == 2
    assert says in capsys.readouterr().err


def test_files_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, says in (("unit,period\nA,2022-01", "no column count"), ("unit,period,count\n", "no rows"),
                       ("unit,period,count\nA,2022-01,many", "not a number")):  # fmt: skip
        file = tmp_path / "counts.csv"
        file.write_text(text, "utf-8")
        assert run("effect", str(file), "--treated", "A", "--start", "2022-01") == 2
        assert says in capsys.readouterr().err


def test_results_put_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results.csv"
    file.write_text("name,ratio,lower,upper\nHill,0.8,0.6,1.07\nDale,0.9,0.7,1.16\nFen,0.85,0.7,1.03\n", "utf-8")
    assert run("pool", str(file)) == 0
    assert "On average over 3 results: 15% lower" in capsys.readouterr().out
    file.write_text("name,ratio,lower,upper\nHill,0.8,0,1\nDale,0.9,0.7,1.16\n", "utf-8")
    assert run("pool", str(file)) == 2
    assert "no interval of a ratio" in capsys.readouterr().err


PLACES = {
    "G2": "role,before,after\ncomparison,308,318\ntreated,207,110\ncomparison buffer,150,140\nbuffer,178,157\n",
    "G3": (
        "role,before,after,weight\ncomparison,308,318,0.9\ntreated,207,110,1.2\ncomparison buffer,150,140,1.6\n"
        "buffer,178,157,1.5\n"
    ),
    "G4": "role,before,after\ncomparison,100,50\ntreated,80,20\n",
    "G5": "role,kind,harm,before,after\n"
    + "".join(
        f"comparison,{kind},{harm},{a},{b}\ntreated,{kind},{harm},{c},{d}\n"
        for kind, harm, a, b, c, d in (
            ("vehicle", 3, 133, 91, 130, 74), ("theft", 2, 388, 305, 327, 202), ("burglary", 5, 148, 97, 398, 190),
            ("robbery", 7, 86, 64, 144, 92), ("assault", 10, 94, 67, 183, 96),
        )
    ),
}  # fmt: skip
PUBLISHED = {  # estimate, standard error, interval: Wheeler and Ratcliffe 2018, and tests of their R package ptools
    "G2": (-118, 39.597980, -195.610614, -40.389386),
    "G3": (-99.69444444, 35.4280755, -169.13220, -30.25669),
    "G4": (-20, 10.723805, -41.018272, 1.018272),
    "G5": (-1721, 304.10360077, -2317.03210507, -1124.96789493),
}


@pytest.mark.parametrize("name", PLACES)
def test_published_displacement_differences_from_a_file(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "places.csv", tmp_path / "out.json"
    file.write_text(PLACES[name], "utf-8")
    lengths = ("--periods", "2,1") if name == "G4" else ()
    assert run("displacement", str(file), *lengths, "--out", str(out)) == 0
    made = json.loads(out.read_text("utf-8"))["difference"]
    total = made["total"]
    found = (total["estimate"], made["standard_error"], total["lower"], total["upper"])
    assert found == pytest.approx(PUBLISHED[name], abs=1e-5)
    said = capsys.readouterr().out
    assert ("Quotient: 0.26" in said) == (name in ("G2", "G3"))
    assert ("No quotient" in said) == (name in ("G4", "G5"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("role,before,after\nneighbour,1,2\n", "no role"),
        ("role,before,after\ntreated,1,2\n", "no comparison place"),
        ("role,before,after,kind,harm\ntreated,1,2,a,3\ncomparison,1,2,a,4\n", "several harm weights"),
        ("role,before,after\ntreated,1.5,2\ncomparison,1,2\n", "Line 2: 1.5 (before) is not whole"),
    ],
)
def test_places_that_cannot_be_compared(
    text: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "places.csv"
    file.write_text(text, "utf-8")
    assert run("displacement", str(file)) == 2
    assert says in capsys.readouterr().err
    assert run("displacement", str(file), "--periods", "long") == 2


def test_a_worth_from_a_file(counts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (
        "value",
        counts,
        "--treated",
        "Marsh Green",
        "--start",
        "2022-09",
        "--outcome",
        "burglaries",
        "--cost",
        "9000",
    )
    assert run(*asked, "--crime", "Domestic burglary", "--prices", "2024/25", "--harm-days", "273.5") == 0
    said = capsys.readouterr().out
    for words in ("Burglaries avoided by it", "Days of harm avoided", "prices of 2024/25", "worth more than it cost"):
        assert words in said
    table = tmp_path / "costs.csv"
    table.write_text("crime,pounds,price_year,source,police\nBurglary,2000,2020/21,our own,500\n", "utf-8")
    own = ("--unit-costs", str(table), "--crime", "burglary", "--cashable", "police=20")
    assert run(*asked, *own, "--json") == 0
    made = json.loads(capsys.readouterr().out)["worth"]
    assert [(one["bearer"], one["cash"]) for one in made["bearers"]] == [("police", 0.2), ("not split", 0.0)]
    assert run("prices") == 0
    said = capsys.readouterr().out
    assert "youth_justice" in said
    assert "Optimism, 40% off: grade 6 of 6" in said
    graded = ("--crime", "Robbery", "--prices", "2024/25", "--optimism-grade", "5", "--beside", "all")
    assert run(*asked, *graded, "--cashable", "not split=10", "--cash-reason", "one post ended") == 0
    said = capsys.readouterr().out
    for words in (
        "25% was taken off for optimism: grade 5 of 6",
        "Each counts £11,320 in",
        "£207,000, £",
        "£47,000, £",
        "one post ended",
    ):
        assert words in said
    assert re.search(r"By [a-z ,]+: £[\d,]+ \(95% interval: .?£[\d,]+ to £[\d,]+\)\.", said)
    assert run(*asked, *graded, "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["assumed"]["optimism"], len(made["beside"])) == (0.25, 4)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((), "said by nothing"),
        (("--crime", "Rape", "--optimism", "20"), "without a source"),
        (("--crime", "Rape", "--optimism", "20", "--optimism-grade", "3"), "given twice"),
        (("--crime", "Rape", "--beside", "luck"), "no quoted value 'luck'"),
        (("--crime", "Rape", "--cashable", "police=140"), "that is cash"),
        (("--crime", "Rape", "--harm-days", "nan"), "is not a number"),
        (("--crime", "Rape", "--prices", "2199/00"), "no deflator"),
        (("--crime", "Rape", "--pounds", "3"), "--crime and --pounds"),
        (("--pounds", "3"), "without a source"),
        (("--quoted", "youth_justice", "--prices", "2024/25"), "cannot be re-priced"),
        (("--crime", "Rape", "--cashable", "police"), "no share"),
        (("--crime", "Rape", "--cashable", "health=5"), "what health bears"),
    ],
)
def test_a_worth_that_cannot_be_had(
    counts: str, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], says: str
) -> None:
    asked = ("value", counts, "--treated", "Marsh Green", "--start", "2022-09", "--cost", "9000")
    assert run(*asked, *given) == 2
    assert says in capsys.readouterr().err
    alone = (
        "value",
        counts,
        "--treated",
        "Marsh Green",
        "--treated",
        "Hill",
        "--treated",
        "Dale",
        "--start",
        "2022-09",
    )
    assert run(*alone, "--cost", "1", "--crime", "Rape") == 2
    assert "no worth" in capsys.readouterr().err


def test_a_paper_and_a_bundle_from_a_file(counts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("effect", counts, "--treated", "Marsh Green", "--start", "2022-09", "--outcome", "burglaries")
    paper, bundle, shut = (tmp_path / name for name in ("paper.html", "bundle.zip", "shut.zip"))
    assert run(*asked, "--out", str(paper), "--bundle", str(bundle)) == 0
    assert "count it again with: upstream assess rerun" in capsys.readouterr().out
    assert "To do it again" in paper.read_text("utf-8")
    assert run("rerun", str(bundle)) == 0
    assert "figures come out the same" in capsys.readouterr().out
    assert run(*asked, "--bundle", str(shut), "--public") == 0
    assert run("rerun", str(shut)) == 0
    assert "rounded to the nearest 5" in capsys.readouterr().out
    folder = tmp_path / "folder"
    with zipfile.ZipFile(bundle) as opened:
        opened.extractall(folder)
    (folder / "README.md").write_text("another", "utf-8")
    assert run("rerun", str(folder)) == 1
    assert "README.md was changed" in capsys.readouterr().out
    assert run(*asked, "--out", str(tmp_path / "paper.doc")) == 2
    assert "ending that is not known" in capsys.readouterr().err
    worth = ("value", *asked[1:], "--cost", "900", "--crime", "Robbery", "--out", str(paper))
    assert run(*worth) == 0
    assert "Worth to society" in paper.read_text("utf-8")


def test_measures_are_averaged_and_asked_of_no_method_that_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["unit,period,count"]
    for at, unit in enumerate("ABCDEFG"):
        for year in range(2000, 2016):
            fell = 0.5 if unit == "C" and year > 2009 else 0
            rows.append(f"{unit},{year},{at + year % 5 / 4 + at * year % 3 / 100 - fell:.2f}")
    given = tmp_path / "scores.csv"
    given.write_text("\n".join(rows), "utf-8")
    asking = ("effect", str(given), "--treated", "C", "--start", "2010", "--outcome", "scores of harm")
    assert run(*asking) == 2
    assert "--measured" in capsys.readouterr().err
    bundle = tmp_path / "again.zip"
    assert run(*asking, "--measured", "--bundle", str(bundle)) == 0
    said = capsys.readouterr().out
    assert "Scores of harm were" in said
    assert 0.49 < float(said.split(", ")[2].split()[0]) < 0.51
    assert "Not used, Before and after: it needs counts; measures are given" in said
    assert run("rerun", str(bundle)) == 0
    for given in (("--bundle", str(bundle)), ("--out", str(tmp_path / "open.html"))):
        assert run(*asking, "--measured", "--public", *given) == 2
        assert "behind measures" in capsys.readouterr().err
    assert not (tmp_path / "open.html").exists()
