"""Run every bench, each in a process of its own, and write the figures to docs/explanation/speed.md.

A bench prints JSON lines with "bench", "ours_seconds", "peer_seconds", "ratio" (ours divided by the peer's), "bar" and
"met". Ratios are taken in the same run, so a slow or noisy machine slows both sides. Where the two sides do not give
the same, the bar is not met, however quick.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "explanation" / "speed.md"
BENCHES = (
    "ingest.py",
    "stats_wall.py",
    "stats_repeats.py",
    "report.py",
    "scan_events.py",
    "scan_places.py",
    "explore.py",
    "signals.py",
    "assess.py",
    "web.py",
)


def run(name: str) -> list[dict[str, Any]]:
    """The lines of one bench that are judged; the rest are steps on the way. One that fails is a bar not met."""
    done = subprocess.run([sys.executable, str(HERE / name)], stdout=subprocess.PIPE, text=True, check=False)
    sys.stderr.write(done.stdout)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    broken = [] if done.returncode == 0 else [{"bench": name, "ours_seconds": None, "bar": "it runs", "met": False}]
    return [line for line in lines if "met" in line] + broken


def table(rows: list[dict[str, Any]]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | ours | peer | ratio | the bar | met |", "|---|---|---|---|---|---|"]
    for row in rows:
        peer = f"{row['peer_seconds']:.3g} s ({row.get('peer', '')})" if row.get("peer_seconds") else "none"
        ratio = f"{row['ratio']:.3g}" if row.get("ratio") is not None else ""
        met = "yes" if row["met"] else "no"
        ours = "none" if row["ours_seconds"] is None else f"{row['ours_seconds']:.3g} s"
        lines.append(f"| {row['bench']} | {ours} | {peer} | {ratio} | {row['bar']} | {met} |")
    return "\n".join(lines)


def main() -> int:
    """Exit code 1 when a bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=BENCHES, help="benches to run (default: all)")
    rows = [row for name in parser.parse_args().names for row in run(name)]
    sys.stdout.write(table(rows) + "\n")
    text = PAGE.read_text("utf-8")
    start, end = "<!-- figures -->", "<!-- end of figures -->"
    before, rest = text.split(start)
    after = rest.split(end)[1]
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores. Made by `make bench`."
    PAGE.write_text(f"{before}{start}\n{machine}\n\n{table(rows)}\n{end}{after}", "utf-8")
    return 0 if all(row["met"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
