"""Write the generated reference pages, or with --check refuse when one is out of date."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "reference"

# page -> module beside this file whose render() gives its text
PAGES = {
    "commands.md": "commands",
    "tables.md": "tables",
    "measures.md": "measures",
    "coverage.md": "coverage",
}


def main() -> int:
    """Exit code 1 when a page on disk is not what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is out of date")
    check = parser.parse_args().check
    sys.path.insert(0, str(HERE))
    stale = []
    for page, module in PAGES.items():
        path = REFERENCE / page
        text = importlib.import_module(module).render()
        if check and (not path.exists() or path.read_text("utf-8") != text):
            stale.append(page)
        elif not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    if stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run make reference\n")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
