"""Figures that others quote, beside a worth of one's own: with source, age and why they are not comparable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from upstream.errors import BadInput
from upstream.harm.prices import PriceLevel, PublishedValue, price_level, price_years, published_values
from upstream.harm.weights import STANDING_WORDS


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure that is quoted, to be seen beside a worth.

    Attributes
    ----------
    value
        As it was published.
    level
        Its re-pricing to the prices of the worth; None for a return, which has no price year, and where the year
        wanted has no deflator.
    """

    value: PublishedValue
    level: PriceLevel | None

    @property
    def repriced(self) -> float | None:
        """Pounds in the prices of the worth; None where it is not re-priced."""
        return None if self.level is None else self.value.pounds * self.level.factor

    @property
    def source(self) -> str:
        """Where it is from, and how far it is checked."""
        return f"{self.value.source} ({STANDING_WORDS[self.value.standing]})"

    @property
    def age(self) -> str:
        """When it came out, and what its prices were taken to be."""
        if self.value.per == "pound":
            return f"Published in {self.value.published}; a return has no price year."
        if self.value.price_year:
            return f"Published in {self.value.published}, in prices of {self.value.price_year}."
        said = f"Published in {self.value.published}; its source does not say of which year its prices are"
        return f"{said}, taken as {self.level.of}." if self.level is not None else f"{said}."


def beside(keys: Iterable[str], to: str) -> tuple[Beside, ...]:
    """The figures of some keys, in prices of a financial year; in the order in which they are held."""
    wanted = set(keys)
    held = {one.key for one in published_values()}
    if not wanted <= held:
        raise BadInput(f"There is no quoted value {min(wanted - held)!r}.", allowed=", ".join(sorted(held)))
    return tuple(Beside(one, _level(one, to)) for one in published_values() if one.key in wanted)


def _level(of: PublishedValue, to: str) -> PriceLevel | None:
    """Prices that nobody named are taken as those of the financial year that begins in the year it came out."""
    year = of.price_year or f"{of.published}/{(of.published + 1) % 100:02d}"
    if of.per == "pound" or year not in price_years() or to not in price_years():
        return None
    return price_level(year, to)
