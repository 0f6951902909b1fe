"""Before a programme begins: how small a change would be seen of those who take part, and how many must take part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from upstream.assess.finding import Refused
from upstream.assess.groups import FEWEST
from upstream.assess.in_words import capital
from upstream.stats.power_of_shares import (
    MOST_PEOPLE,
    chance_beside_others,
    chance_beside_rate,
    people_needed,
    smallest_share,
)

if TYPE_CHECKING:
    from upstream.assess.finding import Better


@dataclass(frozen=True, slots=True)
class PlannedProgramme:
    """What would be seen of a programme.

    Attributes
    ----------
    what
        What happens to people: ``"reoffending"``.
    people, others
        How many take part, and how many others are followed for as long; None beside a published rate.
    rate
        Share to whom it happens without it, 0 to 1.
    better
        Which way is good.
    smallest
        The share nearest to the rate that is likely (80%) to be seen; None where none is.
    hoped, chance
        The relative change that is hoped for, 0 to 1, and the chance that it is seen.
    needed
        How many must take part (and as many others as are given for each) for it to be likely; None where more than
        :data:`upstream.stats.power_of_shares.MOST_PEOPLE`.
    """

    what: str
    people: int
    others: int | None
    rate: float
    better: Better
    smallest: float | None
    hoped: float
    chance: float
    needed: int | None


def programme_planned(
    people: int, rate: float, *, what: str, hoped: float = 0.2, others: int | None = None, better: Better = "lower"
) -> PlannedProgramme:
    """What would be seen with so many people, beside a published rate or beside others followed for as long."""
    for group in (people, *(() if others is None else (others,))):
        if group < FEWEST:
            raise Refused(
                f"{group} people are too few.", allowed=f"{FEWEST} or more", remedy="Plan for more, or for longer."
            )
    share = rate * (1 - hoped if better == "lower" else 1 + hoped)
    if not 0 < share < 1:
        raise Refused(
            f"A rate of {100 * rate:g}% that changes by {100 * hoped:g}% is {100 * share:.0f}%.",
            allowed="between 0 and 100%",
            remedy="Hope for less.",
        )

    def chance(share: float, group: int = people) -> float:
        if others is None:
            return chance_beside_rate(group, rate, share)
        return chance_beside_others(group, max(1, round(group * others / people)), rate, share)

    return PlannedProgramme(
        what,
        people,
        others,
        rate,
        better,
        smallest_share(chance, rate, fewer=better == "lower"),
        hoped,
        chance(share),
        people_needed(lambda group: chance(share, group)),
    )


def said_of_programme(made: PlannedProgramme) -> tuple[str, ...]:
    """The whole answer in sentences."""
    beside = f"{made.others:,} others" if made.others else "a published rate"
    way = "fall" if made.better == "lower" else "rise"
    if made.smallest is None:
        seen = f"no {way} is likely (80%) to be seen"
    else:
        size = f"by {100 * abs(1 - made.smallest / made.rate):.0f}%"
        seen = f"a {way} from {100 * made.rate:g}% to {100 * made.smallest:.1f}% ({size}) is likely (80%) to be seen"
    needed = f"more than {MOST_PEOPLE:,}" if made.needed is None else f"{made.needed:,}"
    as_many = ""
    if made.others:
        times = made.others / made.people
        as_many = f", and {'as many' if times == 1 else f'{times:.2g} times as many'} others"
    return (
        f"{capital(made.what)}, {made.people:,} people beside {beside}: {seen}; "
        f"one by {100 * made.hoped:.0f}% has a chance of {100 * made.chance:.0f}%.",
        f"For a {way} by {100 * made.hoped:.0f}% to be likely to be seen, {needed} people must take part{as_many}.",
        "A change that is not seen may be there all the same: with few people, no news is no news.",
    )
