"""A panel with everything that it says of itself, kept as data and read back."""

from __future__ import annotations

import json

from upstream.assess.panel import Marker, panel_of, rebaselined
from upstream.assess.panel_data import panel_data, panel_from_data

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]


def test_what_else_began_and_what_was_cut_away_are_kept() -> None:
    one = rebaselined(
        panel_of(
            [(unit, month, 5.0) for unit in "AB" for month in MONTHS],
            outcome="thefts", treated=["A"], start=MONTHS[12], phase_in=1, also_began=[MONTHS[8]],
            markers=[Marker(MONTHS[3], "before"), Marker(MONTHS[15], "after")],
        )
    )  # fmt: skip
    again = panel_from_data(json.loads(json.dumps(panel_data(one))))
    assert again.caveats == one.caveats
    assert len(one.caveats) == 4
    assert (again.periods, again.also_began, again.phase_in) == (one.periods, (MONTHS[8],), 1)
    older = {key: value for key, value in panel_data(one).items() if key not in {"also_began", "rebased"}}
    assert panel_from_data(older).also_began == ()
