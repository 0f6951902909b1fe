"""The explorer over a national month: whole pages as the site answers them, and its counts beside DuckDB's own.

The records are those of data.police.uk for one month where the file is at hand (341,224 rows of 38 forces, given to one
force, because a site is one force's), else as many invented ones. A page is asked in process, through everything that a
request goes through. Each look, and the same question put to DuckDB over the Parquet files of the store, must count the
same. Prints JSON lines; the steps are the growth curve, and the first answer of a process with and without a kept cube.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from ingest import write_rows
from timing import best

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
NATIONAL = SHARED / "police-uk" / "national-38-forces-street-2025-06.zip"
OUTLINES = sorted((SHARED / "geography").glob("lsoa21_*.geojson.gz"))
LOOKUPS = sorted((SHARED / "geography").glob("lookup_lsoa21_*.csv.gz"))
ROWS, FORCE, BAR_SECONDS, REQUESTS = 341_224, "Kent Police", 0.3, 120
GROWTH = (1_000_000, 4_000_000)
TYPES = ("", "Burglary", "Shoplifting", "Violence and sexual offences", "Anti-social behaviour")


def say(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def street_file(out: Path, rows: int) -> None:
    """A street file of one force: real rows where they are at hand and as many are asked for, else invented ones."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / "invented.csv")]
        if rows == ROWS and NATIONAL.exists():
            with zipfile.ZipFile(NATIONAL) as held:
                held.extractall(folder)
            files = [str(path) for path in Path(folder).rglob("*-street.csv")]
        else:
            write_rows(Path(files[0]), rows)
        duckdb.execute(
            f"""COPY (SELECT * REPLACE ('{FORCE}' AS "Reported by", '{FORCE}' AS "Falls within")
            FROM read_csv(?, header = true, all_varchar = true)) TO '{out}' (HEADER)""",
            [files],
        )


def filled(folder: Path, rows: int) -> Any:
    """A store of one street file, with the outlines and look-ups that are at hand."""
    from upstream.places.add import add_places
    from upstream.records.sources import police_uk
    from upstream.store import Store

    store = Store(folder / "store")
    street_file(folder / "street.csv", rows)
    police_uk.add(store, [folder / "street.csv"], who="bench")
    for path in LOOKUPS:
        add_places(store, "lookup", path, who="bench")
    for path in OUTLINES:
        add_places(store, "lsoa", path, who="bench")
    return store


def client_of(folder: Path) -> Any:
    """A reader of the site whose store lies in the folder."""
    (folder / "upstream.toml").write_text('[store]\npath = "store"\n', "utf-8")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "upstream_web.config.settings.demo", "UPSTREAM_DATA": str(folder)}
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from web import _force

    settings.ENGINE_SETTINGS = folder / "upstream.toml"
    for command in ("migrate", "load_roles"):
        call_command(command, verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(_force()[1][0])
    return client


def pages(folder: Path, rows: int) -> bool:
    """The 95th percentile of pages with types and areas in turn; and the first one."""
    client = client_of(folder)

    def ask(address: str) -> float:
        start = time.perf_counter()
        answer = client.get(address)
        took = time.perf_counter() - start
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        assert b"In all" in answer.content, f"{address} has no answer"
        return took

    addresses = [f"/explore/map/?area={area}{f'&type={name.replace(chr(32), chr(43))}' if name else ''}"
                 for area, name in itertools.product(("",), TYPES)]  # fmt: skip
    first = ask(addresses[0])
    again = fresh()
    for address in addresses:
        ask(address)
    times = [ask(address) for address in itertools.islice(itertools.cycle(addresses), REQUESTS)]
    p95 = float(np.percentile(times, 95))
    say(step="the first answer of a process", without_a_kept_cube=round(first, 2), with_one=round(again, 2),
        bytes=len(client.get(addresses[0]).content))  # fmt: skip
    say(bench=f"explorer page, {rows:,} rows", ours_seconds=round(p95, 4), median_seconds=float(np.median(times)),
        peer_seconds=None, ratio=None, bar=f"p95 under {BAR_SECONDS * 1000:.0f} ms", met=p95 < BAR_SECONDS,
        load=round(os.getloadavg()[0], 1))  # fmt: skip
    return p95 < BAR_SECONDS


def fresh() -> float:
    """Seconds of a first look where this process has forgotten what it read; the libraries are loaded already."""
    from upstream.periods import Month
    from upstream_web.explore.engine import places

    for kept in (places._cube, places._places, places._places_of, places._outlines, places._versions):
        kept.cache_clear()
    held = places.months_held()
    return best(lambda: places.seen((), "", Month.parse(str(held[0])), held[-1]), 1)


def looks(store: Any, rows: int) -> bool:
    """Counts by small area of one type beside DuckDB over the files of the store."""
    import duckdb

    from upstream.measures.crime_types import types_in
    from upstream.measures.cube import cube, look
    from upstream.store import ReadingScope

    scope = ReadingScope("bench", "how quick", frozenset({"street_crimes"}))
    start = time.perf_counter()
    whole = cube(store, "street_crimes", scope)
    read = time.perf_counter() - start
    files = [str(path) for path in store.snapshot("street_crimes", scope=scope).files]
    question = "SELECT lsoa, count(*) FROM read_parquet(?) WHERE category = ? AND lsoa IS NOT NULL GROUP BY lsoa"
    session, kind = duckdb.connect(), types_in("street_crimes", (TYPES[2],))
    assert kind is not None

    def peer() -> dict[str, int]:
        return dict(session.execute(question, [files, kind[0]]).fetchall())

    def ours() -> Any:
        return look(whole, whole.held[0], whole.held[-1], types=(TYPES[2],))

    equal = ours().small_areas == peer()
    seconds, other = best(ours, 5), best(peer, 5)
    say(bench=f"counts of one type by small area, {rows:,} rows", ours_seconds=seconds, peer_seconds=other,
        peer="DuckDB over the same files", ratio=seconds / other, bar="the same counts, quicker",
        met=equal and seconds < other, cells=len(whole.n), cube_seconds=round(read, 2), equal=equal)  # fmt: skip
    return equal and seconds < other


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        store = filled(Path(folder), ROWS)
        met = looks(store, ROWS)
        met &= pages(Path(folder), ROWS)
    for rows in GROWTH:
        with tempfile.TemporaryDirectory() as folder:
            met &= looks(filled(Path(folder), rows), rows)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
