"""Which force a command speaks of when the settings do not say: the one force that the store holds."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.cli.settings import Settings
    from upstream.store import Store


def with_force(settings: Settings, store: Store) -> Settings:
    """The settings with the force filled in from the open data held, where it is one and none is set.

    Raises
    ------
    BadInput
        Several forces are held and the settings choose none.
    """
    from upstream.records.contract import contracts
    from upstream.records.month_replacement import held_months

    if settings.force_key is not None or settings.force_name is not None:
        return settings
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
    return dataclasses.replace(settings, force_key=forces[0], force_name=forces[0].replace("-", " ").title())
