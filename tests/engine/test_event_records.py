"""From events of a pattern to their records: the same question, the same version, the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planted_repeats import FIRST, LAST, burglaries
from stores import filled
from upstream.errors import BadInput
from upstream.measures.event_records import event_records
from upstream.measures.events import EventsOf, events
from upstream.store import ReadingScope

SCOPE = ReadingScope("tests", "which records events are", frozenset({"crimes"}))
OF = EventsOf(FIRST, LAST, types=("Burglary",))


def test_each_event_is_the_record_of_its_own_place_and_day(tmp_path: Path) -> None:
    rows = burglaries()
    for row in rows[::9]:
        row["easting"] = row["northing"] = None  # no event: the numbers of the others move up
    rows[5]["category"] = "shoplifting"
    rows[7]["status"] = "cancelled"
    store = filled(tmp_path / "store", {"crimes": rows})
    read = events(OF, store, SCOPE)
    chosen = np.arange(0, len(read.day), 3) + 1
    found = event_records(OF, chosen.tolist(), store, SCOPE, version=read.tables[0].version)
    by_ref = {row["crime_ref"]: row for row in rows}
    assert [one.event for one in found] == chosen.tolist()
    assert len({one.reference for one in found}) == len(found) == len(chosen)
    for one in found:
        row, at = by_ref[one.reference], one.event - 1
        assert (row["easting"], row["northing"]) == (read.easting[at], read.northing[at])
        assert row["recorded_on"] == one.recorded == read.day[at].item()
        assert (one.type, one.small_area, one.area) == ("Residential burglary (dwelling)", row["lsoa"], "A")


def test_a_number_that_no_event_has_is_refused(tmp_path: Path) -> None:
    store = filled(tmp_path / "store", {"crimes": burglaries()})
    version = store.version("crimes")
    for numbers in ([0], [276], [1, 999]):
        with pytest.raises(BadInput, match="1 to 275"):
            event_records(OF, numbers, store, SCOPE, version=version)
    assert event_records(OF, [], store, SCOPE, version=version) == ()
