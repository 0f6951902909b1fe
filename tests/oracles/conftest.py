"""One Spark session for every oracle that needs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from upstream.measures.engines import spark_session

    session = spark_session()
    session.conf.set("spark.sql.shuffle.partitions", 2)  # small tables: no work for more
    yield session
    session.stop()
