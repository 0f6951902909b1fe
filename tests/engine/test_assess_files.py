"""Lists that an analyst may give to assess: what office software writes is read, what would be misread is refused."""

from __future__ import annotations

import csv
import json
import shlex
import zipfile
from pathlib import Path

import pytest

from commands import ended
from upstream.assess.finding import Refused
from upstream.assess.groups import sooner_or_later
from upstream.assess.panel import panel_of
from upstream.assess.period_labels import calendar_of
from upstream.assess.periods_written import labels_of
from upstream.cli.assess_lists import counted_in
from upstream.errors import BadInput

PLAIN = "unit,period,count\nMarsh Green,2021-04,1204\nMarsh Green,2021-05,7\nHill,2021-04,9\nHill,2021-05,8\n"
READ = [("Marsh Green", "2021-04", 1204.0), ("Marsh Green", "2021-05", 7.0), ("Hill", "2021-04", 9.0),
        ("Hill", "2021-05", 8.0)]  # fmt: skip


def given(folder: Path, content: str | bytes) -> Path:
    path = folder / "counts.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace("Hill", "Hill").replace(",", ";"),
        PLAIN.replace(",", "\t"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        PLAIN.replace("1204", '"1,204"'),
        PLAIN.replace("1204", "1\u00a0204").replace("Marsh Green", " Marsh\u00a0 Green\u200b"),
        PLAIN.replace("unit,period,count", '"Unit ","PERIOD","Count"'),
        PLAIN.replace("\n", ",,\n"),
        "\n\n" + PLAIN.replace("\n", "\n\n") + ",,\n",
        PLAIN.replace("2021-04", "Apr-21").replace("2021-05", "May 2021"),
        PLAIN.replace("2021-04", "01/04/2021").replace("2021-05", "1/5/2021 00:00"),
        PLAIN.replace("2021-04", "30 April 2021").replace("2021-05", "31-May-21"),
        PLAIN.replace("1204", "1204.0"),
        PLAIN.replace("count\n", "count,note\n").replace("1204", '1204,"seen, twice"'),
        "Unit,Apr-21,May-21\nMarsh Green,1204,7\nHill,9,8\n",
    ],
)  # fmt: skip
def test_what_office_software_writes_is_read(tmp_path: Path, content: str | bytes) -> None:
    assert counted_in(given(tmp_path, content)).rows == READ


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no rows"),
        ("\n\n", "no rows"),
        ("unit,period,count\n", "no rows"),
        (b"PK\x03\x04 a workbook", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0 a workbook", "old Excel"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x1f\x8b a zip", "compressed"),
        (PLAIN.encode("utf-16-le"), "not a text file"),
        ("Burglary by ward\n" + PLAIN, "titles above"),
        ("ward,month,offences\nHill,2021-04,9\n", "no column unit: it has ward, month, offences"),
        (PLAIN.replace("period", "count"), "2 columns count"),
        (PLAIN.replace("1204", "1,204"), "Line 2 of counts.csv has 4 cells, the headings are 3"),
        (PLAIN.replace("Marsh Green,2021-04", '"Marsh Green,2021-04'), "line 5: unexpected end"),
        ("unit,period,count\n" + "x" * 200_000 + ",2021-04,3\n", "field larger than"),
        ("x" * 500_000, "field larger than"),
        (PLAIN + "Total,,1228\n", "Line 6 has no period"),
        (PLAIN + "Source: the recorded crime system\n", "Line 6 has no period"),
        (PLAIN + ",2021-04,3\n", "Line 6 has no unit"),
        (PLAIN.replace("1204", ""), "Line 2 has no count"),
        (PLAIN.replace("1204", "<5"), "'<5' (count) is not a number"),
        (PLAIN.replace("1204", "*"), "hidden"),
        (PLAIN.replace("1204", "nan"), "not a number"),
        (PLAIN.replace("1204", "inf"), "not a number"),
        (PLAIN.replace("1204", "1e999"), "not a number"),
        (PLAIN.replace("1204", "1_204"), "not a number"),
        (PLAIN.replace("1204", "12%"), "not a number"),
        (PLAIN.replace("1204", "-3"), "Line 2: -3 (count) is below nought"),
        (PLAIN.replace("1204", "12.5"), "Line 2: 12.5 (count) is not whole"),
        (PLAIN.replace(",", ";").replace("1204", "1,204"), "'1,204' (count) is not a number"),
        (PLAIN.replace("2021-04", "31/04/2021"), "not in the calendar"),
        (PLAIN.replace("2021-04", "04/13/2021"), "not in the calendar"),
        (PLAIN.replace("2021-04", "44287"), "'44287' is not a period"),
        (PLAIN.replace("2021-04", "21-Apr"), "'21-apr' is not a period"),
        ("unit,Apr-21,May-21,Total\nHill,9,8,17\n", "columns that are no period: total"),
        ("unit,Apr-21,May-21\nHill,9,\n", "Line 2 has no may-21"),
    ],
)  # fmt: skip
def test_what_would_be_misread_is_refused(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        counted_in(given(tmp_path, content))
    assert says.lower() in str(refused.value).lower()
    assert len(str(refused.value)) < 600


def test_windows_1252_and_other_alphabets_are_read_and_leading_noughts_stay(tmp_path: Path) -> None:
    text = "unit,period,count\nCaf\u00e9 \u2013 St Mary\u2019s,2021,3\n007,2021,4\n"
    assert [unit for unit, _, _ in counted_in(given(tmp_path, text.encode("cp1252"))).rows] == [
        "Caf\u00e9 \u2013 St Mary\u2019s", "007",
    ]  # fmt: skip
    apart = given(tmp_path, "unit,period,count\nCafe\u0301,2021,3\n\u6771\u4eac,2021,4\n")
    assert [unit for unit, _, _ in counted_in(apart).rows] == ["Caf\u00e9", "\u6771\u4eac"]


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        (["2021/22", "2022/23"], ["2021/22", "2022/23"]),
        (["2009-10", "2010-11", "2011-12"], ["2009/10", "2010/11", "2011/12"]),
        (["2021/2022"], ["2021/22"]),
        (["2021/22 Q1", "Q2 2021/22"], ["2021/22 Q1", "2021/22 Q2"]),
        (["Q1 2021", "2021Q2"], ["2021-Q1", "2021-Q2"]),
        (["01/04/2021", "01/07/2021"], ["2021-Q2", "2021-Q3"]),
        (["30/06/2021", "30/09/2021"], ["2021-Q2", "2021-Q3"]),
        (["w/c 05/04/2021", "w/c 12/04/2021"], ["2021-04-05", "2021-04-12"]),
        (["Week 14 2021", "2021 W15"], ["2021-W14", "2021-W15"]),
        (["202104", "05/2021"], ["2021-04", "2021-05"]),
        (["2021-11", "2021-12"], ["2021-11", "2021-12"]),
        (["3rd May 2021", "04.05.21"], ["2021-05-03", "2021-05-04"]),
        (["2021", "2022"], ["2021", "2022"]),
    ],
)  # fmt: skip
def test_periods_as_people_write_them(written: list[str], labels: list[str]) -> None:
    assert list(labels_of(written).values()) == labels
    assert calendar_of(labels).labels == tuple(labels)


def test_options_name_periods_in_any_writing(tmp_path: Path) -> None:
    counted = counted_in(given(tmp_path, PLAIN.replace("2021-04", "01/04/2021").replace("2021-05", "01/05/2021")))
    assert {counted.label(one) for one in ("2021-05", "May 2021", "01/05/2021", "1 May 2021")} == {"2021-05"}
    months = counted_in(given(tmp_path, PLAIN))
    assert {months.label(one) for one in ("May-21", "1 May 2021", "01/05/2021", "2021-05-01")} == {"2021-05"}
    assert months.label("5 May 2021") == "2021-05-05"
    financial = counted_in(given(tmp_path, PLAIN.replace("2021-04", "2010-11").replace("2021-05", "2011-12")))
    assert financial.label("2011-12") == financial.label("2011/12") == "2011/12"


@pytest.mark.parametrize(
    ("units", "says"),
    [
        (["Marsh Green", "Hill", "Dale", "Total"], "Total is the total"),
        (["Marsh Green", "Hill", "Dale", "City of Marchwold"], "City of Marchwold is the total"),
        (["Marsh Green", "Hill", "marsh green"], "written in two ways"),
    ],
)
def test_places_that_hold_one_another_are_refused(units: list[str], says: str) -> None:
    counts = {unit: [10 + (3 * at + month) % 7 for month in range(12)] for at, unit in enumerate(units[:3])}
    counts |= {unit: [sum(one) for one in zip(*counts.values(), strict=True)] for unit in units[3:]}
    rows = [(unit, f"2021-{m + 1:02d}", float(held[m])) for unit, held in counts.items() for m in range(12)]
    with pytest.raises(Refused, match=says):
        panel_of(rows, outcome="thefts", treated=["Marsh Green"], start="2021-07")
    if len(units) > 3:
        kept = panel_of(rows, outcome="thefts", treated=["Marsh Green"], start="2021-07", comparison=["Hill", "Dale"])
        assert int(kept.comparison.sum()) == 2
        with pytest.raises(Refused, match=r"Allowed: a unit as the data write it: Marsh Green "):
            panel_of(rows[:24], outcome="thefts", treated=["MarshGreen"], start="2021-07")


def test_calendar_and_financial_years_are_not_one_calendar() -> None:
    with pytest.raises(Refused, match="of calendar and of financial years"):
        calendar_of(["2021", "2022/23"])


def typed(*arguments: object) -> int:
    return ended("assess", *map(str, arguments))


def test_nothing_is_written_over_the_file_that_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = given(tmp_path, PLAIN)
    asked = ("effect", file, "--treated", "Hill", "--start", "2021-05")
    (tmp_path / "taken.csv").mkdir()
    for option, path, says in (
        ("--out", file, "is the file that is read"),
        ("--out", tmp_path / "paper.doc", "ending that is not known"),
        ("--out", tmp_path / "nowhere" / "paper.pdf", "There is no folder"),
        ("--out", tmp_path / "taken.csv", "is a folder"),
        ("--bundle", tmp_path / "bundle.csv", "Allowed: .zip"),
    ):
        assert typed(*asked, option, path) == 2
        assert says in capsys.readouterr().err
    assert typed("displacement", file, "--out", tmp_path / "out.csv") == 2
    assert file.read_text("utf-8") == PLAIN


def test_lists_of_people_and_of_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{n % 2},{n % 3},{n % 5}" for n in range(60)]
    for header, rows, asked, says in (
        ("satisfied,polite,respondent", [f"{n % 2},{n % 3},{n}" for n in range(60)], "drivers", "in every row"),
        ("satisfied,polite", ["yes,1"], "drivers", "Line 2: 'yes' (satisfied) is neither 0 nor 1"),
        ("took_part,months,happened", ["1,3,Y"], "follow-up", "Line 2: 'Y' (happened) is neither 0 nor 1"),
        ("name,ratio,lower,upper", ["Hill,0.8,0.6,1.1", "Hill,0.8,0.6,1.1"], "pool", "2 times"),
        ("name,ratio,lower,upper", ["Hill,0.8,0.6,", "Dale,0.8,0.6,1.1"], "pool", "Line 2 has no upper"),
        ("unit,period,count,dose", ["A,2021-04,3,"], "dose", "Line 2 has no dose"),
        ("role,before,after", ["treated,1,2", "comparison,1,2", "Total,2,4"], "displacement", "Line 4: 'Total'"),
    ):
        options = {"drivers": ("--answer", "satisfied"), "follow-up": ("--what", "reoffending")}.get(asked, ())
        assert typed(asked, given(tmp_path, "\n".join([header, *rows])), *options) == 2
        assert says in capsys.readouterr().err
    some = given(tmp_path, "\n".join(["satisfied,polite,clear", *lines, "1,,2", ",1,1"]))
    assert typed("drivers", some, "--answer", "satisfied") == 0
    assert "2 of 62 rows are left out, for a cell is empty: line 62, 63." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("displacement GIVEN --confidence nan", "'nan' is not a number"),
        ("displacement GIVEN --dispersion inf", "'inf' is not a number"),
        ("design GIVEN --treated A --hoped nan", "'nan' is not a number"),
        ("effect GIVEN --treated A --start 2021 --outcome  ", "there is nothing in it"),
        ("survey --what safe --yes-now 130 --asked-now 120 --yes-before 70 --asked-before 118", "130 of 120"),
        ("survey --what safe --yes-now 9 --asked-now 1,000,000,000 --yes-before 7 --asked-before 11", "in the range"),
    ],
)  # fmt: skip
def test_options_that_are_no_numbers_or_say_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: str, says: str
) -> None:
    file = given(tmp_path, "role,before,after\ntreated,30,9\ncomparison,30,31\n")
    assert typed(*(file if word == "GIVEN" else word for word in asked.split(" "))) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("header", "rows", "asked", "says"),
    [
        ("name,ratio,lower,upper", ["Hill,80,60,110", "Dale,90,70,115"], "pool", "80 times as much"),
        ("name,ratio,lower,upper", ["Hill,-20,-40,3", "Dale,0.9,0.7,1.15"], "pool", "no interval of a ratio of -20"),
        ("name,ratio,lower,upper", ["Hill,1e-9,1e-11,1e-8", "Dale,0.9,0.7,1.15"], "pool", "is no interval"),
        ("name,ratio,lower,upper", ["Hill,1.8,0.6,1.1", "Dale,0.9,0.7,1.15"], "pool", "interval of a ratio of 1.8"),
        ("role,before,after,weight", ["treated,3,4,0", "comparison,3,4,1"], "displacement", "Line 2: 0 (weight)"),
        ("role,before,after,harm", ["treated,3,4,-1", "comparison,3,4,-1"], "displacement", "Line 2: -1 (harm)"),
        ("role,before,after", ["treated,1e15,4", "comparison,3,4"], "displacement", "up to 1,000,000,000,000"),
        ("took_part,months,happened", ["1,-2,1", "0,3,1"], "follow-up", "Line 2: -2 (months)"),
        ("satisfied,same", ["1,3", "0,3"], "drivers", "same is 3 in every row"),
        ("satisfied,a,b,c,d,e,f,g,h,i", ["1" + ",3" * 9, "0" + ",4" * 9], "drivers", "9 factors"),
    ],
)  # fmt: skip
def test_slips_in_lists_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str, rows: list[str], asked: str, says: str
) -> None:
    options = {"drivers": ("--answer", "satisfied"), "follow-up": ("--what", "reoffending")}.get(asked, ())
    assert typed(asked, given(tmp_path, "\n".join([header, *rows])), *options) == 2
    assert says in capsys.readouterr().err


def test_an_interval_that_is_far_from_its_ratio_is_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("pool", given(tmp_path, "name,ratio,lower,upper\nHill,0.8,0.3,0.81\nDale,0.9,0.7,1.16\n")) == 0
    said = capsys.readouterr().out
    assert "Hill: its ratio is far from the middle" in said
    assert "Dale: its" not in said


def test_a_difference_stands_where_there_is_no_quotient(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "role,before,after\ntreated,90,20\ncomparison,0,30\nbuffer,9,9\n"
    assert typed("displacement", given(tmp_path, rows), "--outcome", "thefts") == 0
    said = capsys.readouterr().out
    assert said.startswith("100 fewer thefts in the place and about it than the comparison would have it.")
    assert "No quotient" in said
    weighed = rows.replace("after\n", "after,weight\n").replace("20\n", "20,2\n")
    assert typed("displacement", given(tmp_path, weighed), "--outcome", "thefts", "--periods", "2,1") == 0
    assert "thefts for one unit of time and of size in the place" in capsys.readouterr().out
    assert "p below 0.001" in said
    assert "Overturned by: " in said


@pytest.mark.parametrize("own", [True, False])
def test_all_on_one_side_of_a_programme_says_so_and_its_count_lies_in_its_interval(own: bool) -> None:
    took_part = [n % 2 == 0 for n in range(60)]
    months = [1.0 + n % 11 for n in range(60)]
    one_side = sooner_or_later(months, [one is own for one in took_part], took_part, what="reoffending")
    assert any("the ratio has no finite value" in caveat for caveat in one_side.caveats)
    both = sooner_or_later(months, [one is own or n % 5 == 0 for n, one in enumerate(took_part)], took_part, what="it")
    assert not any("finite" in caveat for caveat in both.caveats)
    assert both.difference is not None
    assert both.difference.lower < both.difference.estimate < both.difference.upper
    assert both.ratio is not None
    assert both.observed / both.counterfactual == pytest.approx(both.ratio.estimate)
    assert (one_side.difference is None) is not own


def test_a_damaged_bundle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{unit},{2010 + at},{30 + (7 * at) % 5}" for unit in "AB" for at in range(8)]
    file, bundle = given(tmp_path, "\n".join(["unit,period,count", *rows])), tmp_path / "bundle.zip"
    assert typed("effect", file, "--treated", "A", "--start", "2014", "--bundle", bundle) == 0
    with zipfile.ZipFile(bundle) as opened:
        held = {name: opened.read(name) for name in opened.namelist()}
        begins = opened.getinfo("definition.json").header_offset + 60
    damaged = bytearray(bundle.read_bytes())
    damaged[begins : begins + 20] = b"\xff" * 20
    (tmp_path / "damaged.zip").write_bytes(damaged)
    with zipfile.ZipFile(tmp_path / "deep.zip", "w") as made:
        for name, content in held.items():
            made.writestr(name, b"[" * 100_000 if name == "definition.json" else content)
    capsys.readouterr()
    for name in ("damaged.zip", "deep.zip"):
        assert typed("rerun", tmp_path / name) == 2
        assert "bundle" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("costs", "says"),
    [
        (["Burglary,nan,2020/21,own,", "Robbery,3,2020/21,own,"], "'nan' (pounds) is not a number"),
        (["Burglary,900,2020/21,own,inf"], "'inf' (police) is not a number"),
        (["Burglary,20,2020/21,own,", "burglary,30,2020/21,own,"], "2 rows of 'burglary'"),
        (["Robbery,20,2020/21,own,"], "no 'burglary'"),
    ],
)
def test_a_table_of_costs_with_slips(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], costs: list[str], says: str
) -> None:
    table = given(tmp_path, "\n".join(["Crime,Pounds,Price_Year,Source,Police", *costs])).rename(tmp_path / "costs.csv")
    counts = given(tmp_path, PLAIN)
    asked = ("value", counts, "--treated", "Hill", "--start", "2021-05", "--cost", "1,200")
    assert typed(*asked, "--crime", "burglary", "--unit-costs", table) == 2
    assert says in capsys.readouterr().err


def test_the_readme_of_a_bundle_has_the_whole_command(tmp_path: Path) -> None:
    rows = [f"{unit},{2008 + at},{30 + (7 * at) % 5 + (unit == 'A')}" for unit in "AB" for at in range(12)]
    file, bundle = given(tmp_path, "\n".join(["unit,period,count", *rows])), tmp_path / "bundle.zip"
    more = ("--also-began", "2012", "--rule-changed", "2018", "--phase-in", "1", "--better", "higher")
    assert typed("effect", file, "--treated", "A", "--start", "2016", "--bundle", bundle, *more) == 0
    with zipfile.ZipFile(bundle) as opened:
        (tmp_path / "counts.csv").write_bytes(opened.read("counts.csv"))
        readme = opened.read("README.md").decode()
        first = opened.read("figures.csv")
    command = next(line.strip() for line in readme.splitlines() if line.strip().startswith("upstream assess effect"))
    words = shlex.split(command)[2:]
    words[1] = str(tmp_path / "counts.csv")
    assert typed(*words, "--bundle", tmp_path / "again.zip") == 0
    with zipfile.ZipFile(tmp_path / "again.zip") as opened:
        assert opened.read("figures.csv") == first
        assert json.loads(opened.read("definition.json"))["markers"][0][0] == "2018"


def test_a_paper_of_places_named_like_formulas_in_every_form(tmp_path: Path) -> None:
    names = ("=cmd|' /C calc'!A0", "+Hill", "@Dale", "-Fen", "Lea", "Mill")
    rows = [f'"{name}",{2008 + at},{30 + (7 * at + 3 * len(name)) % 5}' for name in names for at in range(12)]
    file = given(tmp_path, "\n".join(["unit,period,count", *rows]))
    asked = ("effect", file, "--treated", names[0], "--start", "2016", "--outcome", "=thefts")
    for ending in ("xlsx", "csv", "json", "html"):
        out = tmp_path / f"paper.{ending}"
        assert typed(*asked, "--out", out) == 0
        assert out.stat().st_size > 1000
    with (tmp_path / "paper.csv").open(newline="") as opened:
        cells = [cell for row in csv.reader(opened) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+cmd", "@"))] == []
    with zipfile.ZipFile(tmp_path / "paper.xlsx") as opened:
        assert not any(b"<f>" in opened.read(name) for name in opened.namelist() if "worksheets" in name)


def test_a_design_says_what_could_be_seen_first_and_the_best_places_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"u{unit},{2008 + at},{300 + (7 * at + unit) % 5}" for unit in range(24) for at in range(8)]
    file = given(tmp_path, "\n".join(["unit,period,count", *rows]))
    assert typed("design", file, "--treated", "u3") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Before and after alone: after ")
    assert said[-1] == "3 more places can be seen with --json."
    assert said[-2].partition(": Level")[0].split(" u")[0] in {"Compare with", "Rather not with"}


def test_what_was_counted_is_said_to_be_held_against_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{unit},{2008 + at},{300 + (7 * at) % 5}" for unit in ("Dale", "Hill", "Lea", "Fen") for at in range(12)]
    file = given(tmp_path, "\n".join(["unit,period,count", *rows]))
    asked = (
        "--treated",
        "Hill",
        "--comparison",
        "Dale",
        "--comparison",
        "Lea",
        "--start",
        "2016",
        "--outcome",
        "thefts",
    )
    assert typed("effect", file, *asked) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "Counted from counts.csv: 10,866 thefts in the places used; 4 units (1 treated, 2 comparison, 1 unused); "
        "12 years, 2008 to 2019, 8 of them before 2016."
    )
