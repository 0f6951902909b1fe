"""Street rows from one CSV into the store, with the checks on, beside DuckDB copying the same CSV to Parquet.

    python bench/ingest.py [--rows 10000000] [--repeats 3]

Both run in turn, each in a new process, first the one and then the other beginning; the text was written a moment
before, so both read it from memory. Both compress at the same level. What they leave is compared by month: rows,
identifiers, coordinates.
A JSON line gives the median seconds, the ratio and the peak memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 10_000_000
HIGHEST_RATIO = 1.1
MOST_MEMORY_MB = 2_000
MONTHS = 36

FORCES = (
    "West Mercia Police",
    "Northumbria Police",
    "Kent Police",
    "Essex Police",
    "Cleveland Police",
    "Surrey Police",
)
TYPES = (
    "Violence and sexual offences",
    "Shoplifting",
    "Public order",
    "Other theft",
    "Vehicle crime",
    "Burglary",
    "Drugs",
    "Criminal damage and arson",
)
OUTCOMES = ("Unable to prosecute suspect", "Investigation complete; no suspect identified", "Under investigation")

# each process: do the work, then say how long it took and how much memory it had
MEASURED = """
import json, resource, time
started = time.perf_counter()
{work}
print(json.dumps({{
    "seconds": time.perf_counter() - started,
    "cpu_seconds": time.process_time(),
    "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}}))
"""
PEER = """
import duckdb
types = {types!r}
duckdb.connect().execute(
    f"COPY (SELECT * FROM read_csv('{csv}', header = true, auto_detect = false, delim = ',', quote = '\\"', "
    f"columns = {{types}})) TO '{out}/peer.parquet' {parquet}"
)
"""
OURS = """
from pathlib import Path
from upstream.records.sources import police_uk
from upstream.store import Store
(result,) = police_uk.add(Store(Path("{out}") / "store"), [Path("{csv}")], who="bench")
assert result.accepted == {rows}, result
"""


def write_rows(path: Path, rows: int) -> None:
    """A street file of this many rows: six forces, 36 months, a seventh of it anti-social behaviour."""
    import duckdb

    month = f"strftime(DATE '2020-01-01' + INTERVAL (i * {MONTHS} // {rows}) MONTH, '%Y-%m')"
    force = f"{list(FORCES)!r}[1 + (i * {MONTHS * len(FORCES)} // {rows}) % {len(FORCES)}]"
    duckdb.execute(
        f"""
        COPY (
            SELECT CASE WHEN b THEN NULL ELSE sha256(i::VARCHAR) END AS "Crime ID", {month} AS "Month",
                {force} AS "Reported by", {force} AS "Falls within",
                round(-2.5 + (hash(i) % 2000000) / 1e6, 6) AS "Longitude",
                round(51 + (hash(i + 1) % 3000000) / 1e6, 6) AS "Latitude",
                'On or near Street ' || hash(i + 2) % 20000 AS "Location",
                'E0' || (1000000 + hash(i + 2) % 33000) AS "LSOA code",
                'District ' || hash(i + 2) % 300 || ' 001A' AS "LSOA name",
                CASE WHEN b THEN 'Anti-social behaviour' ELSE {list(TYPES)!r}[1 + i % {len(TYPES)}] END AS "Crime type",
                CASE WHEN b THEN NULL ELSE {list(OUTCOMES)!r}[1 + i % 3] END AS "Last outcome category",
                NULL AS "Context"
            FROM (SELECT range AS i, hash(range) % 7 = 0 AS b FROM range({rows}))
        ) TO '{path}' (HEADER)
        """
    )


def measured(work: str) -> dict[str, float]:
    """Seconds, processor seconds and peak memory of a piece of work in a process of its own."""
    done = subprocess.run([sys.executable, "-c", MEASURED.format(work=work)], stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def columns() -> dict[str, str]:
    from upstream.records.sources.police_uk_layouts import STREET

    numbers = {"Longitude", "Latitude"}
    return {header: "DOUBLE" if header in numbers else "VARCHAR" for header in STREET.headers}


def left_by(files: str, identifier: str, month: str, longitude: str) -> list[tuple[object, ...]]:
    """By month: rows, identifiers and the sum of longitudes in millionths of a degree."""
    import duckdb

    query = f"""
        SELECT "{month}", count(*), count("{identifier}"), sum(round("{longitude}" * 1e6)::BIGINT)
        FROM read_parquet(?) GROUP BY 1 ORDER BY 1
    """
    return duckdb.execute(query, [files]).fetchall()


def once(folder: str, csv: Path, rows: int, *, ours_first: bool) -> tuple[dict[str, float], dict[str, float], bool]:
    """One run of each; and whether both left the same."""
    from upstream.records.month_replacement import COMPRESSION

    with tempfile.TemporaryDirectory(dir=folder) as out:
        mine = OURS.format(csv=csv, out=out, rows=rows)
        other = PEER.format(csv=csv, out=out, types=columns(), parquet=f"(FORMAT parquet, {COMPRESSION})")
        if ours_first:
            ours, peer = measured(mine), measured(other)
        else:
            peer, ours = measured(other), measured(mine)
        here = left_by(f"{out}/store/street_crimes/**/*.parquet", "crime_id", "month", "longitude")
        same = here == left_by(f"{out}/peer.parquet", "Crime ID", "Month", "Longitude")
    return ours, peer, same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder) / "street.csv"
        write_rows(csv, options.rows)
        runs = [once(folder, csv, options.rows, ours_first=bool(at % 2)) for at in range(options.repeats)]
        size = csv.stat().st_size
    ours, peer, same = zip(*runs, strict=True)
    sides = (("o", ours), ("p", peer))
    seconds = {name: statistics.median(run["seconds"] for run in runs) for name, runs in sides}
    cpu = {name: statistics.median(run["cpu_seconds"] for run in runs) for name, runs in sides}
    memory = max(run["memory_mb"] for run in ours)
    ratio = seconds["o"] / seconds["p"]
    print(
        json.dumps(
            {
                "bench": f"{options.rows:,} street rows, CSV to store, checked",
                "rows": options.rows,
                "csv_mb": round(size / 1e6),
                "ours_seconds": round(seconds["o"], 2),
                "peer": "DuckDB, CSV to Parquet, no checks",
                "peer_seconds": round(seconds["p"], 2),
                "ratio": round(ratio, 3),
                "cpu_ratio": round(cpu["o"] / cpu["p"], 3),
                "memory_mb": round(memory),
                "equal": all(same),
                "bar": f"ratio at most {HIGHEST_RATIO}, memory under {MOST_MEMORY_MB} MB",
                "met": ratio <= HIGHEST_RATIO and memory < MOST_MEMORY_MB and all(same),
            }
        )
    )


if __name__ == "__main__":
    main()
