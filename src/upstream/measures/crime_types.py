"""The types that plans name (those of data.police.uk), as each table of records has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from upstream.errors import BadInput
from upstream.records.contract import code_list

CRIMES_OF: Final[dict[str, tuple[str, ...]]] = {
    "Bicycle theft": ("bicycle_theft",),
    "Burglary": ("residential_burglary", "business_burglary"),
    "Criminal damage and arson": ("criminal_damage_arson",),
    "Drugs": ("drug_offences",),
    "Other crime": ("misc_crimes_against_society",),
    "Other theft": ("other_theft",),
    "Possession of weapons": ("possession_of_weapons",),
    "Public order": ("public_order",),
    "Robbery": ("personal_robbery", "business_robbery"),
    "Shoplifting": ("shoplifting",),
    "Theft from the person": ("theft_from_person",),
    "Vehicle crime": ("vehicle_offences",),
    "Violence and sexual offences": (
        *("homicide", "violence_with_injury", "violence_without_injury", "rape", "other_sexual_offences"),
    ),
}
"""Categories of the force's own records within each type. Source: the Home Office's offence classification as published
for the police recorded crime open data tables, and https://data.police.uk/about/ (crime categories)."""

OWN_CATEGORIES: Final = tuple(category for categories in CRIMES_OF.values() for category in categories)
"""Categories of the force's own records, finer than the types."""

ASB: Final = "Anti-social behaviour"
ASB_INCIDENTS: Final = ("asb_personal", "asb_nuisance", "asb_environmental")
"""Anti-social behaviour is incidents, never crimes."""
ASB_STREET: Final = "anti_social_behaviour"
"""The street files of police.uk hold those incidents in one table with the crimes."""


def types_in(table: str, types: Sequence[str]) -> tuple[str, ...] | None:
    """The values of a table's type column for some types; ``None`` for every one when no type is named.

    Of the force's own records a category may be asked for by its key ("violence_with_injury"); open data has no finer
    type than those of data.police.uk.
    """
    own = OWN_CATEGORIES if table == "crimes" else ()
    unknown = [name for name in types if name != ASB and name not in CRIMES_OF and name not in own]
    if unknown:
        raise BadInput(f"{', '.join(unknown)}: no such crime type.", allowed=", ".join(sorted([ASB, *CRIMES_OF])))
    if not types:
        return None
    if table == "incidents":
        return ASB_INCIDENTS if ASB in types else ()
    if table == "street_crimes":
        crimes = [name for name in types if name != ASB] or types
        return tuple(name.lower().replace(" ", "_").replace("-", "_") for name in crimes)
    return tuple(category for name in types for category in ((name,) if name in own else CRIMES_OF.get(name, ())))


def type_by_key(table: str) -> dict[str, str]:
    """Type as plans name it, by the value of a table's own type column."""
    return {key: name for name in (*CRIMES_OF, ASB) for key in types_in(table, (name,)) or ()}


def counts_incidents(table: str, types: Sequence[str]) -> bool:
    """Whether what is counted is incidents and not crimes: a table of them, or anti-social behaviour by itself."""
    return table == "incidents" or tuple(types) == (ASB,)


def left_out(table: str, types: Sequence[str]) -> tuple[str, ...]:
    """Values of a table's type column that are no crimes, so that they are in no figure of crimes."""
    return (ASB_STREET,) if table == "street_crimes" and not counts_incidents(table, types) else ()


def type_label(table: str, key: str) -> str:
    """A table's own type in words; an unknown one as it is."""
    names = {"crimes": "crime_categories", "street_crimes": "police_uk_categories", "incidents": "incident_types"}
    held = code_list(names[table])
    return held.codes.get(key, key) if held else key
