"""Sunrise and sunset as published."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.places.daylight import HORIZON, sun_height


@pytest.mark.parametrize(
    ("day", "rises", "sets"),
    [("2022-06-21", "03:43", "20:21"), ("2022-12-21", "08:04", "15:53"), ("2022-03-20", "06:03", "18:13")],
)
def test_the_sun_at_greenwich(day: str, rises: str, sets: str) -> None:
    # UTC, as tables of HM Nautical Almanac Office print them for London, to the minute; two minutes for the formula
    minutes = np.datetime64(f"{day}T00:00") + np.arange(1440)
    up = minutes[sun_height(minutes, latitude=51.4779, longitude=0.0) > HORIZON]
    for found, printed in ((up[0], rises), (up[-1], sets)):
        assert abs((found - np.datetime64(f"{day}T{printed}")).astype(int)) <= 2


def test_east_and_north_are_where_they_should_be() -> None:
    noon = np.array(["2022-06-21T12:00"], "datetime64[m]")
    assert sun_height(noon, latitude=51.5, longitude=0.0) == pytest.approx(90 - 51.5 + 23.44, abs=0.3)
    assert sun_height(noon, latitude=60.0, longitude=0.0) < sun_height(noon, latitude=51.5, longitude=0.0)
    early = np.array(["2022-03-20T06:00"], "datetime64[m]")
    assert sun_height(early, latitude=51.5, longitude=10.0) > sun_height(early, latitude=51.5, longitude=-10.0)
