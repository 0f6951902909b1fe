"""All signals of one force's night, on the synthetic force at full size. No other library does this; the bar is ours.

Prints JSON lines: each look by itself, then the whole night, with wall and CPU seconds (with other work beside it the
CPU seconds are the steadier figure) and how many signals came of it. The first run compiles the kernels.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from upstream.cli.settings import load_settings
from upstream.scan.nightly import LOOKS, TABLES_READ, propose
from upstream.store import ReadingScope, Store

NIGHT_SECONDS = 180.0
TO = dt.date(2022, 6, 30)
UPSTREAM = (sys.executable, "-m", "upstream.cli.main")


def built(folder: Path) -> Path:
    """The synthetic force at full size in a store of its own; its settings."""
    subprocess.run([*UPSTREAM, "demo", "--folder", str(folder), "--no-serve"], check=True, stdout=subprocess.DEVNULL)
    return folder / "upstream.toml"


def night(config: Path, only: tuple[str, ...]) -> dict[str, object]:
    """Seconds of a night that looks for these alone, and what it found."""
    settings = load_settings(config)
    scope = ReadingScope("bench", "signals timed", TABLES_READ, personal=True)
    names = {area.code: area.name for area in settings.areas}
    wall, cpu = time.perf_counter(), time.process_time()
    found = propose(
        Store(settings.store), to=TO, scope=scope, areas=names, force=settings.force_key,
        force_name=settings.force_name or "the force", only=only,
    )  # fmt: skip
    seconds = {"ours_seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return {**seconds, "signals": len(found.signals), "groups": len(found.groups), "looked_at": dict(found.looked_at)}


def main() -> int:
    """Exit code 1 when the bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, help="upstream.toml of a force already built; by default one is built")
    given = parser.parse_args().config
    with tempfile.TemporaryDirectory() as folder:
        config = given or built(Path(folder))
        for look in LOOKS:
            print(json.dumps({"look": look, **night(config, (look,))}), flush=True)
        whole = night(config, LOOKS)
    met = float(str(whole["ours_seconds"])) <= NIGHT_SECONDS
    line = {"bench": "all signals of one force's night", "bar": f"{NIGHT_SECONDS:g} s at most", "met": met}
    print(json.dumps({**line, **whole}), flush=True)
    return not met


if __name__ == "__main__":
    raise SystemExit(main())
