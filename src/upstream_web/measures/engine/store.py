"""The engine's store as the settings name it: force, areas, packs of definitions, table versions."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from upstream.cli.force import packs_held, with_force
from upstream.cli.settings import Settings, load_settings
from upstream.errors import NotHeld
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.definition import Definition, Pack
from upstream.measures.loading import load_packs
from upstream.store import Store


@dataclass(frozen=True)
class Force:
    """What the site shows figures of.

    settings : the engine's own settings file, read
    packs : packs of definitions, in the report's order; none before the first records are held
    versions : table name to newest version, of the tables that the packs count from
    digest : changes whenever a definition or the way of calculating does
    """

    settings: Settings
    packs: tuple[Pack, ...]
    versions: dict[str, int]
    digest: str

    @property
    def name(self) -> str:
        """The force's name."""
        return self.settings.force_name or self.settings.force_key or "Force"

    @property
    def store(self) -> Store:
        """The store of its tables."""
        return Store(self.settings.store)

    @property
    def definitions(self) -> list[Definition]:
        """Every definition of the packs."""
        return [definition for pack in self.packs for definition in pack.definitions]

    @property
    def has_records(self) -> bool:
        """Whether any table that a measure counts from is held."""
        return bool(self.versions)

    @property
    def areas(self) -> dict[str, str]:
        """Code to name of the areas set, in the report's order."""
        return {area.code: area.name for area in self.settings.areas}


def force() -> Force:
    """The force as it is now: read again only when its settings file or a table has changed."""
    path = Path(settings.ENGINE_SETTINGS)
    read = _settings(path, _changed(path))
    return _force(path, _changed(path), read.store, stamps(read.store))


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def stamps(root: Path) -> tuple[tuple[str, int], ...]:
    """When each table's log last changed: a commit writes a file into its folder, so nothing is opened to see it."""
    if not root.is_dir():
        return ()
    logs = ((path.name, path / "_delta_log") for path in sorted(root.iterdir()))
    return tuple((name, log.stat().st_mtime_ns) for name, log in logs if log.is_dir())


@lru_cache(maxsize=4)
def _settings(path: Path, changed: int) -> Settings:
    read = load_settings(path)
    return with_force(read, Store(read.store))


@lru_cache(maxsize=4)
def _force(path: Path, changed: int, root: Path, stamps: tuple[tuple[str, int], ...]) -> Force:
    read = with_force(load_settings(path), Store(root))
    store = Store(root)
    held = store.tables()
    packs = _packs(read)
    used = {name for pack in packs for definition in pack.definitions for name in definition.tables}
    hashes = [[d.key, d.hash] for pack in packs for d in pack.definitions]
    digest = hashlib.sha256(json.dumps([hashes, ENGINE_VERSION]).encode()).hexdigest()
    return Force(read, packs, {name: store.version(name) for name in held if name in used}, digest)


def _packs(read: Settings) -> tuple[Pack, ...]:
    """The packs that the settings name, else those that the records held can fill; a new site has none."""
    packs = load_packs(read.packs)
    if read.packs:
        return packs
    try:
        return packs_held(read, packs)
    except NotHeld:
        return ()
