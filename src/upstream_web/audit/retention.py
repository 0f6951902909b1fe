"""How long things are kept: read from `retention.toml`, with what a force set instead."""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FILE = Path(__file__).with_name("retention.toml")


@dataclass(frozen=True, slots=True)
class Kept:
    """How long one kind of thing is kept.

    what : the thing, in words
    since : what the days count from, in words
    why, source : the reason for the period, and whose it is
    days : whole days; none where nothing deletes it
    own : whether the force set the days
    """

    what: str
    since: str
    why: str
    source: str
    days: int | None = None
    own: bool = False


@cache
def _shipped() -> Mapping[str, Kept]:
    return {key: Kept(**row) for key, row in tomllib.loads(FILE.read_text("utf-8")).items()}


def periods() -> dict[str, Kept]:
    """Every kind, with the force's own days where it set some.

    Raises
    ------
    ImproperlyConfigured
        RETENTION_DAYS names what is not there or is never deleted, or gives what is not a number of days.
    """
    shipped, own = _shipped(), settings.RETENTION_DAYS
    allowed = sorted(key for key, kept in shipped.items() if kept.days is not None)
    wrong = {key: days for key, days in own.items() if key not in allowed or type(days) is not int or days < 0}
    if wrong:
        raise ImproperlyConfigured(
            f"RETENTION_DAYS has {wrong}: it takes whole numbers of days, from 0 on, for {', '.join(allowed)}."
        )
    return {key: replace(kept, days=own[key], own=True) if key in own else kept for key, kept in shipped.items()}


def kept_for(key: str) -> datetime.timedelta:
    """How long one kind is kept."""
    return datetime.timedelta(days=periods()[key].days)
