"""What each crime category is made of and how it behaves: offences, hours, days, delays, keywords.

Shares of offences come from the report's pages on exceptional volumes where it prints them (source 004, report
p.51 to 55); the rest are round figures of the order that recorded-crime statistics show. Codes are those of
the Home Office's open data tables of recorded crime.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets.published_tables import CATEGORIES

ALL_CATEGORIES: Final = (*CATEGORIES, "homicide")
HOMICIDE: Final = len(CATEGORIES)

# category: (Home Office code, title, share)
OFFENCES: Final[dict[str, tuple[tuple[str, str, float], ...]]] = {
    "homicide": (("1", "Murder", 0.85), ("4.1", "Manslaughter", 0.15)),
    "violence_with_injury": (
        ("8N", "Assault with Injury", 0.915),
        ("5D", "Assault with Intent to cause Serious Harm", 0.055),
        ("8P", "Racially or Religiously Aggravated Assault with Injury", 0.01),
        ("4.4", "Causing Death or Serious Injury by Dangerous Driving", 0.02),
    ),
    "violence_without_injury": (
        ("105A", "Assault without Injury", 0.40),
        ("8L", "Harassment", 0.19),
        ("8Q", "Stalking", 0.20),
        ("8R", "Malicious Communications", 0.13),
        ("104", "Assault without Injury on a Constable", 0.03),
        ("3B", "Threats to Kill", 0.05),
    ),
    "rape": (("19C", "Rape of a Female Aged 16 and over", 0.68), ("19D", "Rape of a Female Child under 16", 0.20),
             ("19F", "Rape of a Male Aged 16 and over", 0.12)),
    "other_sexual_offences": (("20A", "Sexual Assault on a Female", 0.55),
                              ("22B", "Sexual Activity with a Child", 0.30),
                              ("88E", "Exposure and Voyeurism", 0.15)),
    "personal_robbery": (("34B", "Robbery of Personal Property", 1.0),),
    "business_robbery": (("34A", "Robbery of Business Property", 1.0),),
    "residential_burglary": (("28E", "Burglary in a Dwelling", 0.85),
                             ("28F", "Attempted Burglary in a Dwelling", 0.15)),
    "business_burglary": (("30C", "Burglary Business and Community", 0.87),
                          ("30D", "Attempted Burglary Business and Community", 0.13)),
    "vehicle_offences": (("45", "Theft from a Vehicle", 0.48), ("48", "Theft of a Motor Vehicle", 0.35),
                         ("126", "Interfering with a Motor Vehicle", 0.17)),
    "theft_from_person": (("39", "Theft from the Person", 1.0),),
    "bicycle_theft": (("44", "Theft of a Pedal Cycle", 1.0),),
    "shoplifting": (("46", "Theft from a Shop", 1.0),),
    "other_theft": (
        ("49", "Other Theft", 0.67),
        ("49A", "Making Off without Payment", 0.16),
        ("40", "Theft in a Dwelling Other Than From an Automatic Machine or Meter", 0.10),
        ("35", "Blackmail", 0.07),
    ),
    "criminal_damage_arson": (("58C", "Criminal Damage to a Vehicle", 0.42),
                              ("58A", "Criminal Damage to a Dwelling", 0.25),
                              ("58D", "Other Criminal Damage", 0.29), ("56B", "Arson not Endangering Life", 0.04)),
    "drug_offences": (("92E", "Possession of Cannabis", 0.55), ("92D", "Possession of Other Controlled Drugs", 0.20),
                      ("92A", "Trafficking in Controlled Drugs", 0.25)),
    "possession_of_weapons": (("10D", "Possession of an Article with a Blade or Point", 0.60),
                              ("10C", "Possession of Other Weapons", 0.30), ("81", "Firearms Offences", 0.10)),
    "public_order": (("9A", "Public Fear, Alarm or Distress", 0.78), ("9B", "Racially or Religiously Aggravated "
                     "Public Fear, Alarm or Distress", 0.08), ("66", "Affray and Violent Disorder", 0.14)),
    "misc_crimes_against_society": (
        ("86", "Obscene Publications and Protected Sexual Material", 0.53),
        ("79", "Perverting the Course of Justice", 0.20),
        ("59", "Threat or Possession with Intent to Commit Criminal Damage", 0.15),
        ("61", "Other Forgery", 0.12),
    ),
}  # fmt: skip

VICTIM_BASED: Final = np.array(
    [c not in ("drug_offences", "possession_of_weapons", "public_order", "misc_crimes_against_society")
     for c in ALL_CATEGORIES]
)  # fmt: skip
"""Categories with a specific victim; of public order offences a share has one too."""
PUBLIC_ORDER_WITH_VICTIM: Final = 0.30
BUSINESS_VICTIM: Final = {"shoplifting": 0.97, "business_robbery": 1.0, "business_burglary": 0.85, "other_theft": 0.30,
                          "criminal_damage_arson": 0.15}  # fmt: skip

# kinds of behaviour: 0 night-time economy, 1 domestic burglary, 2 daytime theft, 3 overnight property, 4 any time
KIND: Final = np.array([
    0 if c in ("violence_with_injury", "personal_robbery", "homicide", "public_order", "theft_from_person")
    else 1 if c == "residential_burglary"
    else 2 if c in ("shoplifting", "other_theft", "bicycle_theft", "business_robbery")
    else 3 if c in ("business_burglary", "vehicle_offences", "criminal_damage_arson")
    else 4
    for c in ALL_CATEGORIES
])  # fmt: skip
WEEKDAY: Final = np.array([
    [0.92, 0.90, 0.92, 0.95, 1.05, 1.18, 1.08],
    [1.02, 1.00, 1.00, 1.02, 1.08, 1.00, 0.88],
    [1.02, 1.03, 1.04, 1.05, 1.08, 1.03, 0.75],
    [1.08, 0.98, 0.97, 0.97, 1.00, 1.00, 1.00],
    [1.05, 1.03, 1.03, 1.02, 1.00, 0.93, 0.94],
])  # fmt: skip


def _bump(*peaks: tuple[float, float, float]) -> NDArray[np.float64]:
    """Weights of 24 hours: a floor and wrapped bell shapes of (hour, width, height)."""
    hours = np.arange(24)
    out = np.full(24, 0.25)
    for centre, width, height in peaks:
        away = (hours - centre + 12) % 24 - 12
        out += height * np.exp(-((away / width) ** 2) / 2)
    return out


HOURS: Final = np.array([
    _bump((16, 3, 1.0), (22, 3, 1.6), (1, 2, 0.9)),
    _bump((13, 3, 0.8), (19, 3, 1.2), (3, 2, 0.4)),
    _bump((12, 2.5, 1.2), (16, 2, 1.5)),
    _bump((22, 3, 1.2), (2, 3, 1.3)),
    _bump((12, 4, 0.9), (18, 3, 1.1)),
])  # fmt: skip
"""Relative volume by hour of the offence, a row a kind."""
REPORTING_HOURS: Final = _bump((10, 3, 1.3), (15, 4, 1.4), (20, 3, 0.7))[None, :]

# days from the offence to its record: share recorded the same day, then the mean delay of the others
DELAY: Final[dict[str, tuple[float, float]]] = {
    "rape": (0.25, 60.0),
    "other_sexual_offences": (0.30, 40.0),
    "misc_crimes_against_society": (0.35, 20.0),
    "violence_with_injury": (0.68, 4.0),
}
DELAY_OTHERWISE: Final = (0.60, 3.0)
# hours that the offence may have happened in: median width, by kind; 0 means a known moment
WINDOW_HOURS: Final = np.array([0.0, 7.0, 1.5, 9.0, 0.0])
WINDOW_SPREAD: Final = 0.9

# relative chance that a crime carries a keyword, by category (others 0.02)
KEYWORD_WEIGHT: Final[dict[str, dict[str, float]]] = {
    "domestic_abuse": {"violence_with_injury": 3.5, "violence_without_injury": 4.0, "rape": 3.0,
                       "other_sexual_offences": 0.8, "criminal_damage_arson": 1.3, "public_order": 0.7,
                       "other_theft": 0.25, "homicide": 2.5},
    "hate": {"public_order": 5.0, "violence_without_injury": 1.2, "violence_with_injury": 0.5,
             "criminal_damage_arson": 0.4},
    "vulnerable_adult": {"violence_without_injury": 2.0, "violence_with_injury": 1.5, "other_theft": 2.0, "rape": 3.0,
                         "other_sexual_offences": 1.5, "residential_burglary": 1.0, "criminal_damage_arson": 0.5},
    "child_at_risk": {"violence_without_injury": 2.0, "violence_with_injury": 2.0, "rape": 5.0,
                      "other_sexual_offences": 6.0, "misc_crimes_against_society": 5.0, "drug_offences": 0.5},
    "child_sexual_exploitation": {"other_sexual_offences": 8.0, "rape": 6.0, "misc_crimes_against_society": 4.0},
    "alcohol": {"violence_with_injury": 4.0, "violence_without_injury": 1.2, "public_order": 3.0, "rape": 1.5,
                "criminal_damage_arson": 0.8, "other_sexual_offences": 1.0},
}  # fmt: skip
KEYWORD_CRIME_SHARE: Final = {"domestic_abuse": 0.64, "hate": 0.85, "vulnerable_adult": 0.50, "child_at_risk": 0.45,
                              "child_sexual_exploitation": 0.60}  # fmt: skip
"""Share of each keyword line that is recorded crime; the rest are crimed incidents."""
RURAL_SHARE: Final = (0.26, 0.11, 0.27, 0.42, 0.07)
"""Share of each policing area's crimes in rural small areas (about 22% of the force; source 004, report p.56)."""


def weights(table: dict[str, float], otherwise: float = 0.02) -> NDArray[np.float64]:
    """A weight for each of :data:`ALL_CATEGORIES`."""
    return np.array([table.get(category, otherwise) for category in ALL_CATEGORIES])
