"""The whole quarterly report of the synthetic force: cold, and when only commentary changed. Each run a new process.

Cold: a new process, no kept results, kernels compiled by an earlier run; files may be in the memory of the system.
Prints JSON lines with wall and CPU seconds (of the process and its children): on a machine with other work the CPU
seconds are the steadier figure.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLD_BAR = 15.0
COMMENTARY_BAR = 5.0
TO = "2022-06"
UPSTREAM = (sys.executable, "-m", "upstream.cli.main")


def timed(config: Path, out: Path, *more: str) -> tuple[float, float]:
    """Wall and CPU seconds of one report in a process of its own."""
    command = [*UPSTREAM, "--config", str(config), "report", "quarterly", "--to", TO, "--out", str(out), *more]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def built(folder: Path) -> Path:
    """The synthetic force at full size in a store of its own; its settings."""
    subprocess.run([*UPSTREAM, "demo", "--folder", str(folder), "--no-serve"], check=True, stdout=subprocess.DEVNULL)
    return folder / "upstream.toml"


def commentary_of(folder: Path, words: str) -> Path:
    """A folder with one file of commentary."""
    folder.mkdir(exist_ok=True)
    head = "---\nauthor: Head of Performance\nreviewed: 2022-07-06\n---\n## Next steps\n"
    (folder / "crime_total.md").write_text(f"{head}{words}\n", "utf-8")
    return folder


def said(name: str, seconds: tuple[float, float], bar: float) -> None:
    wall, cpu = seconds
    line = {"bench": name, "ours_seconds": round(wall, 2), "cpu_seconds": round(cpu, 2), "peer_seconds": None}
    line |= {"ratio": None, "bar": f"{bar:g} s", "met": wall <= bar, "load": round(os.getloadavg()[0], 1)}
    sys.stdout.write(json.dumps(line) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--config", type=Path, help="settings of a force that is there already; by default one is built"
    )
    parser.add_argument("--repeats", type=int, default=2, help="runs of each; the quickest counts")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="upstream-bench-"))
    try:
        config = given.config or built(work / "force")
        timed(config, work / "out", "--no-cache")  # compiles the kernels
        cold = min(timed(config, work / "out", "--no-cache") for _ in range(given.repeats))
        said("quarterly report, cold, all formats", cold, COLD_BAR)
        written = commentary_of(work / "words", "First words.")
        timed(config, work / "out", "--commentary", str(written))
        runs = []
        for number in range(given.repeats):
            commentary_of(written, "Other words." + " More." * number)
            runs.append(timed(config, work / "out", "--commentary", str(written)))
            page = (work / "out" / "report.html").read_text("utf-8")
            assert "Other words." in page, "the report that was timed does not hold the new words"
        said("quarterly report, only commentary changed", min(runs), COMMENTARY_BAR)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
