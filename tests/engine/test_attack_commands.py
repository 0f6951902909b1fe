"""Attacks on the commands: what is deleted, what is remembered, what reaches a terminal, what is served."""

from __future__ import annotations

import datetime as dt
import errno
import functools
import http.client
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands import ended
from upstream.cli import demo
from upstream.cli.main import main
from upstream.cli.terminal import cells
from upstream.errors import BadInput
from upstream.records.contract import contract
from upstream.records.force_tables import add_file
from upstream.store import Store

# --- nothing of the user's is deleted ------------------------------


@pytest.mark.parametrize("theirs", ["store/crimes/1.parquet", "records/june.csv", "report/notes.txt", "upstream.toml"])
def test_the_demo_never_takes_over_a_folder_that_it_did_not_make(
    tmp_path: Path, theirs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / theirs
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("a force's own", "utf-8")
    assert ended("demo", "--folder", str(tmp_path), "--no-serve", "--scale", "0.01") == BadInput.exit_code
    assert kept.read_text("utf-8") == "a force's own"
    assert "empty folder" in capsys.readouterr().err


def test_the_demo_begins_again_in_a_folder_that_it_left_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "demo"

    def stopped(*_: object) -> None:
        (folder / "store").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "_build_records", stopped)
    assert ended("demo", "--folder", str(folder), "--no-serve") == 130
    assert ended("demo", "--folder", str(folder), "--no-serve") == 130, "the half-made store stood in the way"


# --- the served report ------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    (tmp_path / "secret.txt").write_text("beside the report", "utf-8")
    report = tmp_path / "report"
    (report / "inner").mkdir(parents=True)
    (report / "report.html").write_text("<p>The report</p>", "utf-8")
    (report / "out.txt").symlink_to(tmp_path / "secret.txt")
    (report / "away").symlink_to(tmp_path)
    handler = functools.partial(demo.ReportHandler, directory=str(report))
    with http.server.ThreadingHTTPServer((demo.LOOPBACK, 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        connection = http.client.HTTPConnection(demo.LOOPBACK, server.server_port, timeout=5)
        yield connection
        connection.close()
        server.shutdown()


def answer(connection: http.client.HTTPConnection, path: str, host: str = "127.0.0.1:1") -> http.client.HTTPResponse:
    connection.request("GET", path, headers={"Host": host})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_the_report_is_served_with_what_a_browser_may_do(served: http.client.HTTPConnection) -> None:
    response = answer(served, "/report.html")
    assert response.status == 200
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert answer(served, "/report.html", host="localhost:8765").status == 200


@pytest.mark.parametrize(
    "path", ["/", "/inner/", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/out.txt", "/away/secret.txt"]
)
def test_no_folder_is_listed_and_nothing_beside_the_report_is_served(
    served: http.client.HTTPConnection, path: str
) -> None:
    assert answer(served, path).status == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example:80", ""])
def test_another_name_for_this_address_is_refused(served: http.client.HTTPConnection, host: str) -> None:
    assert answer(served, "/report.html", host=host).status == 421


# --- what reaches a terminal ------------------------------


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A store with one refused row of a file whose name is a command to the terminal."""
    (tmp_path / "upstream.toml").touch()
    name = "a\x1b[31m[bold]\n.csv"
    (tmp_path / name).write_text(
        "measure,period_from,period_to,area,numerator,denominator,as_at,source\n"
        "=1+1,nodate,2022-06-30,A,1,1,2022-07-01,s\n",
        "utf-8",
    )
    add_file(Store(tmp_path / "store"), "returns", tmp_path / name, who="tester")
    return tmp_path


def test_a_file_name_is_no_command_to_the_terminal(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--config", str(hostile / "upstream.toml"), "records", "quarantine", "returns"])
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert said.count("\n") == 1


def test_an_error_is_no_command_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "upstream.toml"
    config.touch()
    assert ended("--config", str(config), "records", "add", "returns", "a\x1b]0;title\x07.csv") == 2
    assert "\x1b" not in capsys.readouterr().err


# a terminal obeys the first two of these and shows none of the last three; click takes out only some of the first
COMMANDS = "\x1b]0;title\x07\x9b31m\u202e\u200b"


def test_a_report_that_somebody_sent_is_no_command_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = tmp_path / f"sent{COMMANDS}.md"
    rows = (
        f"| Area | May 2024 | Jun 2024 |\n|---|---|---|\n| North{COMMANDS} | 1,310 | 1,250 |\n| South | 870 | 910 |\n"
    )
    sent.write_text(f"# June{COMMANDS}\n\n{rows}| Force | 2,180 | 2,260 |\n", "utf-8")
    for more in ([], ["--json"]):
        assert ended("report", "check", str(sent), *more) == 1
        said = capsys.readouterr().out
        assert "parts_do_not_sum" in said
        assert not set(said) & set(COMMANDS) - set("0;title31m]")


def test_a_definition_that_somebody_sent_is_no_command_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text('key = "a\\u001b]0;title\\u0007\\u009b31m\\u202e"\nkind = "count"\n', "utf-8")
    assert ended("measures", "check", str(tmp_path / "bad.toml")) == 2
    assert not set(capsys.readouterr().out) & set("\x1b\x07\x9b\u202e")


def test_words_of_a_table_are_shown_and_not_obeyed() -> None:
    assert cells("a\x1b[31m", "two\nlines", "1\u00a0234 caf\u00e9") == ["a\\x1b[31m", "two lines", "1 234 caf\u00e9"]


def test_refused_rows_are_written_for_their_reader_alone(hostile: Path) -> None:
    target = hostile / "refused.csv"
    config = str(hostile / "upstream.toml")
    assert ended("--config", config, "records", "quarantine", "returns", "--csv", str(target)) == 0
    assert target.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["[/red]x", "[bold]x", "[link=x]y"])
def test_an_area_name_is_no_markup(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "upstream.toml"
    config.write_text(f'[[areas]]\ncode = "A"\nname = "{name}"\n', "utf-8")
    store, schema = Store(tmp_path / "store"), contract("crimes").schema
    values = {"crime_ref": ["1"], "recorded_on": [dt.date(2022, 6, 7)], "area": ["A"]}
    file = store.folder("crimes") / "one.parquet"
    pq.write_table(
        pa.table({f.name: pa.array(values.get(f.name, [None]), f.type) for f in schema}, schema=schema), file
    )
    store.commit("crimes", schema=schema, note={}, made_from=None, add=[file])
    main(["--config", str(config), "measures", "run", "--to", "2022-06", "--pack", "force", "--measure", "crime_total"])
    assert name in capsys.readouterr().out


def test_a_folder_in_the_way_is_an_error_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "report.html"))

    monkeypatch.setattr(demo, "_make_room", full)
    assert ended("demo", "--folder", str(tmp_path / "new"), "--no-serve") == 1
    assert capsys.readouterr().err == f"Error: No space left on device: {tmp_path / 'report.html'}.\n"
