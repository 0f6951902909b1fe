"""What an index of needs is made of: reviewed files, each version kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal, get_args

from upstream.errors import BadInput
from upstream.measures.crime_types import ASB
from upstream.stats.composite import Transformation
from upstream.toml_files import NotToml, parse

Counts = Literal["crimes", "harm", "victims_again", "deprivation", "file"]
Per = Literal["residents", "households", "none"]

PROTECTED: Final = (
    "age", "ages", "aged", "disabled", "disability", "gender", "sex", "male", "female", "pregnancy", "pregnant",
    "maternity", "race", "ethnic", "ethnicity", "nationality", "religion", "religious", "belief", "marriage", "married",
    "orientation",
)  # fmt: skip
"""Words of the protected characteristics, Equality Act 2010, section 4: never an input of an index."""
_DEFINITIONS: Final = resources.files("upstream.analyse").joinpath("definitions")
_NAME: Final = re.compile(r"([a-z_]+)_(\d+)\.toml")
_TEXTS: Final = ("key", "title", "question", "owner", "source", "about", "transformation")
_INDICATOR_FIELDS: Final = frozenset(
    {"key", "title", "why", "counts", "types", "domain", "column", "per", "weight", "more_is_need"}
)


@dataclass(frozen=True, slots=True)
class IndicatorOf:
    """One indicator.

    Attributes
    ----------
    key, title, why
        Its name, its words, and why it is part of the index.
    counts
        "crimes" or "harm" of some types, people who were "victims_again", a domain of "deprivation", or a "file".
    types
        Types as plans name them; empty: every crime.
    domain
        Of deprivation; its score, else its rank.
    column
        Of the file; empty: the key.
    per
        What a count is divided by.
    weight
        In any unit; weights are made to sum to 1.
    more_is_need
        Whether a higher value is more need.
    """

    key: str
    title: str
    why: str
    counts: Counts
    weight: float
    types: tuple[str, ...] = ()
    domain: str = ""
    column: str = ""
    per: Per = "none"
    more_is_need: bool = True


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """An index as reviewed: ``months`` counted, ``least_residents`` below which a small area is left out."""

    key: str
    version: int
    title: str
    question: str
    owner: str
    reviewed: dt.date
    next_review: dt.date
    source: str
    about: str
    transformation: Transformation
    months: int
    least_residents: int
    indicators: tuple[IndicatorOf, ...]

    @property
    def hash(self) -> str:
        """SHA-256 (16 hex digits) of everything that a rank depends on."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()[:16]

    def weighted(self, weights: Mapping[str, float]) -> IndexDefinition:
        """The same with other weights for some indicators; the key of one that is not there is refused."""
        keys = [one.key for one in self.indicators]
        if unknown := sorted(set(weights) - set(keys)):
            raise BadInput(f"{', '.join(unknown)}: no such indicator of {self.key}.", allowed=", ".join(keys))
        made = tuple(replace(one, weight=float(weights.get(one.key, one.weight))) for one in self.indicators)
        if any(not 0 <= one.weight < float("inf") for one in made) or not any(one.weight for one in made):
            raise BadInput("The weights cannot be used.", allowed="numbers from 0, at least one above 0")
        return replace(self, indicators=made)


def versions(key: str) -> tuple[int, ...]:
    """Numbers of the versions kept of an index, oldest first."""
    found = [_NAME.fullmatch(entry.name) for entry in _DEFINITIONS.iterdir()]
    return tuple(sorted(int(match[2]) for match in found if match and match[1] == key))


def load_index(key: str, version: int | None = None) -> IndexDefinition:
    """A version of an index that comes with Upstream; without a number the newest.

    Raises
    ------
    BadInput
        There is no such index or version.
    """
    known = versions(key)
    if not known or (version is not None and version not in known):
        named = [match[1] for entry in _DEFINITIONS.iterdir() if (match := _NAME.fullmatch(entry.name))]
        raise BadInput(
            f"There is no index {key}{f', version {version}' if known else ''}.",
            allowed=", ".join(map(str, known)) or ", ".join(sorted(set(named))),
        )
    entry = _DEFINITIONS.joinpath(f"{key}_{version or known[-1]}.toml")
    return read_index(entry.read_bytes(), entry.name)


def load_index_file(path: Path) -> IndexDefinition:
    """An index of the force's own, from its file."""
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", allowed="a definition of an index (TOML)")
    return read_index(path.read_bytes(), path.name)


def read_index(content: bytes, name: str) -> IndexDefinition:
    """An index from the text of its file.

    Raises
    ------
    BadInput
        A field is lacking, unknown or not of its kind, or an indicator is of a protected characteristic.
    """
    try:
        _, raw = parse(content)
    except NotToml as error:
        raise BadInput(f"{name} is {error.reason}.", allowed="a TOML file") from None
    wanted = {*_TEXTS, "version", "reviewed", "next_review", "months", "least_residents", "indicators"}
    if raw.keys() != wanted:
        odd = sorted(raw.keys() ^ wanted)
        raise BadInput(f"{name}: {odd[0]} is {'not known' if odd[0] in raw else 'lacking'}.", allowed=", ".join(wanted))
    _check_fields(raw, name)
    indicators = tuple(_indicator(one, name) for one in raw["indicators"])
    keys = [one.key for one in indicators]
    if len(indicators) < 2 or len(set(keys)) < len(keys):
        raise BadInput(f"{name} has {len(indicators)} indicators.", allowed="two or more, each with a key of its own")
    return IndexDefinition(**{**raw, "about": raw["about"].strip(), "indicators": indicators})


def _check_fields(raw: Mapping[str, Any], name: str) -> None:
    kinds: dict[str, type] = dict.fromkeys(_TEXTS, str) | dict.fromkeys(("version", "months", "least_residents"), int)
    kinds |= {"reviewed": dt.date, "next_review": dt.date, "indicators": list}
    for field, kind in kinds.items():
        if not isinstance(raw[field], kind) or isinstance(raw[field], bool):
            raise BadInput(f"{name} sets {field} to {raw[field]!r}.", allowed=f"a value of the kind {kind.__name__}")
    if raw["transformation"] not in get_args(Transformation):
        raise BadInput(
            f"{name} sets transformation to {raw['transformation']!r}.", allowed=" or ".join(get_args(Transformation))
        )
    if not 1 <= raw["months"] <= 60 or raw["least_residents"] < 1:
        raise BadInput(
            f"{name}: months or least_residents is out of range.", allowed="1 to 60 months, 1 or more people"
        )


def _indicator(raw: object, name: str) -> IndicatorOf:
    if not isinstance(raw, dict) or not {"key", "title", "why", "counts", "weight"} <= raw.keys():
        raise BadInput(f"{name} has an indicator that is not whole.", allowed="key, title, why, counts and weight")
    where = f"{name}, indicator {raw['key']}"
    if unknown := sorted(raw.keys() - _INDICATOR_FIELDS):
        raise BadInput(f"{where}: {unknown[0]} is not known.", allowed=", ".join(sorted(_INDICATOR_FIELDS)))
    found = IndicatorOf(**{**raw, "types": tuple(raw.get("types", ()))})
    if found.counts not in get_args(Counts) or found.per not in get_args(Per):
        raise BadInput(f"{where} counts {found.counts!r} per {found.per!r}.",
                       allowed=f"{', '.join(get_args(Counts))}; per {', '.join(get_args(Per))}")  # fmt: skip
    if isinstance(found.weight, bool) or not isinstance(found.weight, int | float) or not 0 <= found.weight < 1e9:
        raise BadInput(f"{where} has the weight {found.weight!r}.", allowed="a number from 0")
    if (found.counts == "deprivation") != bool(found.domain):
        raise BadInput(f"{where}: a domain belongs to deprivation, and deprivation has one.")
    if ASB in found.types and found.types != (ASB,):
        raise BadInput(
            f"{where} counts anti-social behaviour with crimes.", allowed="an indicator of its own: it is incidents"
        )
    refuse_protected(where, found.key, found.title, found.domain, found.column)
    return found


def refuse_protected(where: str, *texts: str) -> None:
    """Refuse an input that is named for a protected characteristic.

    Raises
    ------
    BadInput
        A word of one stands in one of the texts.
    """
    words = {word for text in texts for word in re.split(r"[^a-z]+", text.lower())}
    if named := sorted(words & set(PROTECTED)):
        raise BadInput(
            f"{where} is about {named[0]}, a protected characteristic.",
            allowed="what happens in a place; who lives there is shown beside the ranks and never decides them",
        )
