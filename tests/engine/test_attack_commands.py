"""Attacks on the commands: what is deleted, what is remembered, what reaches a terminal, what is served."""

from __future__ import annotations

import functools
import http.client
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from upstream.cli import demo
from upstream.cli.main import main
from upstream.errors import BadInput


def ended(*arguments: str) -> int:
    try:
        main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)
    return 0


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
    handler = functools.partial(demo.ReportHandler, directory=str(report))
    with http.server.ThreadingHTTPServer((demo.LOOPBACK, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
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


@pytest.mark.parametrize("path", ["/", "/inner/", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"])
def test_no_folder_is_listed_and_nothing_beside_the_report_is_served(
    served: http.client.HTTPConnection, path: str
) -> None:
    assert answer(served, path).status == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example:80", ""])
def test_another_name_for_this_address_is_refused(served: http.client.HTTPConnection, host: str) -> None:
    assert answer(served, "/report.html", host=host).status == 421
