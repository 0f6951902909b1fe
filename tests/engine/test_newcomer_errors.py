"""What somebody new gets wrong: each refusal says what was given, what is allowed, and ends as documented."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from upstream.cli import records
from upstream.cli import report as report_command
from upstream.cli.force import with_force
from upstream.cli.main import main
from upstream.cli.settings import Settings, load_settings, who
from upstream.errors import NotHeld
from upstream.measures.loading import load_packs
from upstream.periods import Month
from upstream.records.entries import entries
from upstream.records.quality import MonthFact, PartMonth
from upstream.reports.data_quality import Holding
from upstream.store import Store

Ended = Callable[..., tuple[int, str]]
STREET = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ended:
    """Types a command in an empty folder; gives its exit code and what it says on standard error, on one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").write_text("hello", "utf-8")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "folder").mkdir()
    headings = STREET.replace(",", ";") + "Last outcome category;Context\n"
    (tmp_path / "2022-06-west-mercia-street.csv").write_text(headings, "utf-8")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "store_is_a_file.toml").write_text('[store]\npath = "note.txt"\n', "utf-8")
    (tmp_path / "threads.toml").write_text('[engine]\nthreads = "two"\n', "utf-8")

    def type_in(command: str, *more: str) -> tuple[int, str]:
        try:
            main([*command.split(), *more])
        except SystemExit as end:
            return int(end.code or 0), " ".join(capsys.readouterr().err.split())
        return 0, " ".join(capsys.readouterr().err.split())

    return type_in


@pytest.mark.parametrize(
    ("command", "given", "allowed"),
    [
        ("records add police-uk missing.zip", "missing.zip is not there", "a folder, zip or CSV file"),
        ("records add police-uk note.txt", "note.txt is not a CSV file", ".zip or .csv"),
        ("records add police-uk folder", "folder holds no CSV file", "from data.police.uk"),
        ("records add police-uk 2022-06-west-mercia-street.csv", "semicolons between its columns", "commas"),
        ("records add crimez note.txt", "no table 'crimez'", "crimes, "),
        ("records add incidents missing.csv", "no file missing.csv", ".xlsx, .csv, .parquet"),
        ("records add incidents folder", "folder is a folder", ".xlsx, .csv, .parquet"),
        ("records add incidents report.pdf", "report.pdf is a PDF", ".xlsx, .csv, .parquet"),
        ("records quarantine crimez", "no table 'crimez'", "crimes, "),
        ("places add lsoa missing.geojson", "no file missing.geojson", "a file"),
        ("measures show crime_totl", "no measure 'crime_totl'", "crime_total"),
        ("measures run --to 2022-06 --measure crime_totl", "no measure 'crime_totl'", "crime_total"),
        ("report quarterly --to 2022-13 --out r", "2022-13 is not a month", "written YYYY-MM"),
        ("report check missing.md", "missing.md is not there", "a file or a folder"),
        ("report check empty.csv", "Nothing in empty.csv could be checked", "words or figures"),
        ("records add incidents note.txt --as-at 05/07/2022", "'05/07/2022' is not a day", "YYYY-MM-DD"),
        ("records add incidents note.txt --as-at 2022-06-31", "'2022-06-31' is not a day", "YYYY-MM-DD"),
        ("records add incidents note.txt --as-at 9999-01-01", "9999-01-01 is after today", "read from its system"),
        ("--config missing.toml records status", "no settings file missing.toml", "upstream.toml where there is one"),
        ("--config store_is_a_file.toml records status", "note.txt, a file", "a folder"),
        ("--config threads.toml records status", "engine.threads to 'two'", "a whole number"),
        ("frobnicate", "No such command 'frobnicate'", "demo, measures, places, records, report"),
        ("places add boundaries x.geojson", "No such command 'boundaries'", "deprivation, lookup, lsoa, population"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(ended: Ended, command: str, given: str, allowed: str) -> None:
    code, said = ended(command)
    assert code == 2
    assert given in said
    assert allowed in said.partition("Allowed: ")[2]


def test_a_month_in_words_is_refused_with_an_example(ended: Ended) -> None:
    code, said = ended("report quarterly --out r --to", "June 2022")
    assert (code, said) == (2, "Error: 'June 2022' is not a month. Allowed: YYYY-MM, for example 2022-06")


def test_a_report_before_any_add_says_what_to_add(ended: Ended, tmp_path: Path) -> None:
    code, said = ended("report quarterly --to 2022-06 --out r")
    assert code == 3
    assert "No records are held" in said
    assert "upstream records add police-uk FILE" in said
    assert not (tmp_path / "r").exists()


def test_a_measure_of_tables_not_held_is_not_an_empty_table(ended: Ended) -> None:
    code, said = ended("measures run --to 2022-06 --measure crime_total")
    assert code == 3
    assert "no records are held (table crimes)" in said


def test_part_of_a_slip_takes_nothing_back(ended: Ended, tmp_path: Path) -> None:
    head = "measure,period_from,period_to,area,numerator,denominator,as_at,source"
    (tmp_path / "returns.csv").write_text(f"{head}\nabsence,2022-06-01,2022-06-30,A,1,10,2022-07-01,s\n", "utf-8")
    assert ended("records add returns returns.csv")[0] == 0
    (entry,) = [held.id for held in entries(Store(tmp_path / "store"), "returns")]
    for slip in ("", entry[:3]):
        assert ended("records undo", slip)[0] == 3
    assert ended("records undo", entry[:4])[0] == 0


def test_the_reader_is_the_account_and_not_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody else")
    assert who() == pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert who() == "user 4000000000"


def test_a_force_named_by_its_key_alone_has_a_name_to_print(tmp_path: Path) -> None:
    settings = with_force(Settings(force_key="west-mercia"), Store(tmp_path / "store"))
    assert (settings.force_key, settings.force_name) == ("west-mercia", "West Mercia")


@pytest.mark.parametrize(("low", "lines"), [(2, 2), (14, 1)])
def test_a_month_that_is_low_all_over_takes_one_line(low: int, lines: int) -> None:
    part = tuple(PartMonth(None, f"category_{number}", 10, 100) for number in range(low))
    said = records._suspicions(MonthFact(Month(2018, 7), "suspect", 10, part))
    assert len(said) == lines
    assert said[0].startswith("2018-07: category_0 10, but at least 100")
    assert ("13 more" in said[0]) == (low == 14)


def test_a_pack_is_found_beside_the_settings_that_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "force").mkdir()
    config = tmp_path / "upstream.toml"
    config.write_text('[report]\npacks = ["force", "mine", "gone"]\n', "utf-8")
    assert load_settings(config).packs == ("force", str(tmp_path / "mine"), "gone")
    monkeypatch.chdir(tmp_path)
    assert load_packs(["force"])[0].key == "force", "a folder of the same name stood in for our own pack"


def test_a_file_that_may_not_be_read_is_named_without_a_traceback(
    ended: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "secret.csv")

    monkeypatch.setattr("upstream.records.templates.write_template", forbidden)
    code, said = ended("records template crimes")
    assert code == 1
    assert said == "Error: Permission denied: secret.csv."


def _held(first: Month | None, last: Month | None) -> Holding:
    return Holding("crimes", "Crimes", 0, 1, first, last, (), (), 0, (), ())


@pytest.mark.parametrize("to", [Month(2018, 6), Month(2030, 1)])
def test_a_month_outside_everything_held_is_refused(to: Month) -> None:
    held = (_held(Month(2018, 7), Month(2022, 5)), _held(Month(2019, 1), Month(2022, 6)), _held(None, None))
    with pytest.raises(NotHeld, match=f"No records are held for {to}") as refused:
        report_command._refuse_month_not_held(to, held)
    assert refused.value.allowed == "2018-07 to 2022-06"


def test_the_first_and_the_last_month_held_are_not_refused() -> None:
    held = (_held(Month(2018, 7), Month(2022, 6)),)
    for to in (Month(2018, 7), Month(2022, 6)):
        report_command._refuse_month_not_held(to, held)
