"""Our own quarterly report under the check: clean in every format read, and an error put in is found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from lxml import html as lxml_html

from upstream.cli.main import upstream
from upstream.datasets import Manifest
from upstream.reports.check import check_paths


@pytest.fixture(scope="module")
def own_report(small_force: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole report of the small synthetic force, by the commands a person types."""
    folder = tmp_path_factory.mktemp("own-report")
    shutil.copy(small_force.folder / "upstream.toml", folder / "upstream.toml")
    (folder / "commentary").mkdir()
    (folder / "mapping.toml").write_text('pseudonyms = "already keyed"\n', "utf-8")
    tables = json.loads((small_force.folder / "manifest.json").read_text("utf-8"))["tables"]

    def command(*arguments: str) -> None:
        options = ["--config", str(folder / "upstream.toml"), *arguments]
        upstream.main(options, prog_name="upstream", standalone_mode=False)

    for table, held in tables.items():
        command("records", "add", table, str(small_force.folder / held["file"]), "--map", str(folder / "mapping.toml"))
    formats = [part for kind in ("html", "xlsx", "csv") for part in ("--format", kind)]
    command("report", "quarterly", "--to", "2022-06", "--out", str(folder / "report"), *formats)
    return folder / "report"


@pytest.mark.parametrize("kind", ["html", "xlsx", "csv"])
def test_our_own_report_has_no_contradiction(own_report: Path, kind: str) -> None:
    (path,) = own_report.glob(f"*.{kind}")
    report = check_paths(path)
    assert [f.arithmetic for f in report.findings] == []
    assert report.tables >= (1 if kind == "csv" else 300)


def test_an_error_in_our_own_report_is_found(own_report: Path, tmp_path: Path) -> None:
    """The total of the force's crime table for the month, more than its parts make."""
    (path,) = own_report.glob("*.html")
    page = lxml_html.document_fromstring(path.read_bytes())
    table = page.get_element_by_id("table-crime-force-force")
    total = next(row for row in table.iter("tr") if "Total recorded crime" in row.text_content())
    # after the two limits, which are not whole, the month itself
    cell = next(c for c in total.iter("td") if not len(c))
    cell.text = f"{int(cell.text.replace(',', '')) + 100:,}"
    wrong = tmp_path / "wrong.html"
    wrong.write_bytes(lxml_html.tostring(page))
    assert "parts_do_not_sum" in check_paths(wrong).counts()
