"""Repeat persons over 5 million events and 36 months: our sort and one pass against DuckDB's window query, one run."""

from __future__ import annotations

import argparse
import json

import duckdb
import numpy as np
import pyarrow as pa
from timing import best

from upstream.stats.repeats import repeat_persons

ROWS, MONTHS, WINDOW = 5_000_000, 36, 12
LEAST_TIMES_FASTER = 3
SEED = 20220630
FIRST = np.datetime64("2019-07", "M")
PEER = """
with marked as (
  select person, date_trunc('month', day) as month,
         lag(day) over (partition by person order by day) >= day - interval 12 month as again
  from events
)
select month, count(distinct person), count(distinct person) filter (again) from marked group by month order by month
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args()
    rng = np.random.default_rng(SEED)
    start = FIRST.astype("datetime64[D]")
    length = int(((FIRST + MONTHS).astype("datetime64[D]") - start).astype(np.int64))
    # a few persons have many events, most have one: skewed codes, as in recorded crime
    persons = (options.rows * 0.6 * rng.random(options.rows) ** 1.6).astype(np.int64)
    days = ((start - np.datetime64("1970-01-01")).astype(np.int64) + rng.integers(0, length, options.rows)).astype(
        np.int32
    )
    first_month = int(FIRST.astype(np.int64))

    def ours() -> object:
        return repeat_persons(persons, days, first_month=first_month, months=MONTHS)

    result = repeat_persons(persons, days, first_month=first_month, months=MONTHS)
    kernel = best(ours, 5)
    database = duckdb.connect()
    arrow = pa.table({"person": persons, "day": pa.array(days).cast(pa.date32())})
    database.execute("create table events as select * from arrow")
    del arrow
    rows = database.execute(PEER).fetchall()
    peer = best(lambda: database.execute(PEER).fetchall(), 3)
    equal = [(int(p), int(r)) for p, r in zip(result.persons[:, 0], result.repeats[:, 0], strict=True)] == [
        (p, r) for _, p, r in rows
    ]
    figures = {
        "bench": f"repeat people, {options.rows:,} rows, {MONTHS} months",
        "ours_seconds": round(kernel, 3),
        "peer": "DuckDB, window query",
        "peer_seconds": round(peer, 3),
        "ratio": kernel / peer,
        "equal": equal,
        "bar": f"{LEAST_TIMES_FASTER} times faster, the same counts",
        "met": equal and peer / kernel >= LEAST_TIMES_FASTER,
    }
    print(json.dumps(figures))
    assert equal


if __name__ == "__main__":
    main()
