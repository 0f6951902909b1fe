"""Which force and which packs a command speaks of when the settings do not say: those that the store holds."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from upstream.cli.settings import Settings, load_settings
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.measures.definition import Pack
    from upstream.store import Store


def open_store(config: str) -> tuple[Settings, Store]:
    """The settings, with the force that the store holds, and the store."""
    from upstream.store import Store

    settings = load_settings(Path(config))
    store = Store(settings.store)
    return with_force(settings, store), store


def with_force(settings: Settings, store: Store) -> Settings:
    """The settings with the force filled in from the open data held, where it is one and none is set, and its name.

    Raises
    ------
    BadInput
        Several forces are held and the settings choose none.
    """
    from upstream.records.contract import contracts
    from upstream.records.month_replacement import held_months

    if settings.force_name is not None:
        return settings
    if settings.force_key is not None:
        return dataclasses.replace(settings, force_name=_name(settings.force_key))
    tables = [contract.table for contract in contracts() if contract.written_by == "replace_month"]
    forces = sorted({force for table in tables if store.holds(table) for force, _ in held_months(store, table)})
    if len(forces) > 1:
        raise BadInput(
            f"The store holds {len(forces)} forces and the settings name none.",
            allowed=", ".join(forces),
            remedy='Choose one in upstream.toml: [force] key = "..." and name = "...".',
        )
    if not forces:
        return settings
    return dataclasses.replace(settings, force_key=forces[0], force_name=_name(forces[0]))


def _name(slug: str) -> str:
    return slug.replace("-", " ").title()


def packs_held(settings: Settings, packs: tuple[Pack, ...]) -> tuple[Pack, ...]:
    """The packs whose every table is held; failing any, those of which something can be calculated."""
    from upstream.errors import NotHeld
    from upstream.store import Store

    held = set(Store(settings.store).tables())
    needs = {pack.key: [set(d.tables) for d in pack.definitions if d.kind != "page"] for pack in packs}
    whole = tuple(pack for pack in packs if all(tables <= held for tables in needs[pack.key]))
    part = tuple(pack for pack in packs if any(tables <= held for tables in needs[pack.key]))
    if not part:
        raise NotHeld(
            f"No records are held in {settings.store}.", remedy="Add some first: upstream records add police-uk FILE."
        )
    return whole or part
