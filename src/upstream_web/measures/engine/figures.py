"""The measures to one month: worked out once, kept by the engine beside its store, loaded once a process."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from upstream.errors import NotHeld
from upstream.measures.cache import cache_folder, kept
from upstream.measures.calculate import calculate, reading_scope
from upstream.measures.counting import populations_held
from upstream.measures.definition import Definition, Pack
from upstream.measures.result import FORCE, NOT_KNOWN, Results
from upstream.periods import Month
from upstream.reports.binding import Binding
from upstream.reports.data_quality import kept_holdings
from upstream.reports.quarterly import newest_commit
from upstream_web.measures.engine.store import Force, force

PURPOSE = "Performance pages"
LOADED = 4
"""Months that a process holds in memory."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Every measure to one month, ready for pages; one object a month and process, so pages made of it can be kept.

    kept_as : name of the results in the engine's cache
    bindings : measure key to its result and how its numbers are printed
    """

    kept_as: str
    results: Results
    packs: tuple[Pack, ...]
    bindings: dict[str, Binding]
    force: Force

    @property
    def month(self) -> Month:
        """The month that they go to."""
        return self.results.to

    @property
    def areas(self) -> dict[str, str]:
        """Areas of the force, without the force itself and rows of no known area."""
        return {key: name for key, name in self.results.areas.items() if key not in (FORCE, NOT_KNOWN)}

    @cached_property
    def populations(self) -> dict[str, float]:
        """Residents by area, where the store's places know it by its code or else by its name."""
        asked = [*self.areas, *self.areas.values()]
        held = populations_held(self.force.store, asked, ()) if self.areas else {}
        named = ((code, held.get(code, held.get(name))) for code, name in self.areas.items())
        return {code: residents for code, residents in named if residents}

    @property
    def records_as_at(self) -> datetime.datetime:
        """When the newest table version that they rest on was committed."""
        return newest_commit(self.results)

    def pack_of(self, key: str) -> Pack:
        """The pack that a measure is of."""
        return next(pack for pack in self.packs if pack.key == self.bindings[key].definition.pack)


@dataclass(frozen=True, slots=True)
class Made:
    """What a calculation gave.

    kept_as : name of the results in the engine's cache
    digest : of the definitions and the way of calculating
    tables : table name to version
    held_from, held_to : first and last month of records held
    """

    kept_as: str
    digest: str
    tables: dict[str, int]
    held_from: Month
    held_to: Month
    engine_version: str


def figures(kept_as: str, digest: str) -> Figures | None:
    """The results kept under that name; `None` when the engine keeps them no more or the definitions have changed."""
    of = force()
    if of.digest != digest:
        return None
    return _loaded(kept_as, of)


def _loaded(kept_as: str, of: Force) -> Figures | None:
    try:
        return _load(kept_as, of.digest, of.settings.store)
    except NotHeld:
        return None


@lru_cache(maxsize=LOADED)
def _load(kept_as: str, digest: str, store: Path) -> Figures:
    of = force()
    results = kept(cache_folder(store), kept_as, of.definitions)
    if results is None:
        raise NotHeld(f"No results are kept as {kept_as}.")
    public = of.settings.disclosure == "public"
    found = Figures(kept_as, results, of.packs, {k: Binding(one, public) for k, one in results.measures.items()}, of)
    _ = found.populations  # read now, so that no page waits for it
    return found


def months_held() -> tuple[Month, Month]:
    """First and last month of records held, of the tables that measures count from."""
    of = force()
    own = (of.settings.force_key,) if of.settings.force_key else ()
    held = kept_holdings(of.store, who="Upstream", purpose=PURPOSE, areas=[*of.areas, *own])
    found = [one for one in held if one.table in of.versions]
    first = min((one.first for one in found if one.first), default=None)
    last = max((one.last for one in found if one.last), default=None)
    if first is None or last is None:
        raise NotHeld("No records are held.", remedy="Add some first.")
    return first, last


def calculate_month(month: Month, who: str, say: Callable[[str], None]) -> Made:
    """Work every measure out to a month, and keep the results where the engine keeps them."""
    say("Looking at which months are held")
    first, last = months_held()
    if not first <= month <= last:
        raise NotHeld(f"No records are held for {month.label}.", allowed=f"{first.label} to {last.label}")
    of = force()
    say(f"Calculating {len(of.definitions)} measures to {month.label}")
    results = _calculated(of, month, who)
    tables = {one.table: one.version for one in results.tables}
    return Made(results.kept_as, of.digest, tables, first, last, results.engine_version)


def _calculated(of: Force, month: Month, who: str) -> Results:
    definitions: list[Definition] = of.definitions
    return calculate(
        definitions,
        of.store,
        to=month,
        areas=of.areas,
        force=of.settings.force_key,
        force_name=of.name,
        engine=of.settings.engine,
        scope=reading_scope(who, PURPOSE, definitions),
        memory=of.settings.memory,
        threads=of.settings.threads,
        cache=cache_folder(of.settings.store),
        similar=of.settings.similar_forces,
    )
