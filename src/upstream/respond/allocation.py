"""Where posts or hours are put: equal, in proportion, by need or the best to be had, and what each costs the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from upstream.errors import BadInput
from upstream.respond.patrol import KM_AN_HOUR

Way = Literal["equal", "residents", "need", "best"]
Array = NDArray[np.float64]
Posts = NDArray[np.int64]

WAYS: Final[dict[Way, str]] = {
    "equal": "The same for every policing area",
    "residents": "By residents",
    "need": "By need",
    "best": "Most need met",
}
RETURN: Final = 0.5
"""What each further post in one place is worth, as a share of the one before it. An assumption, never an estimate: no
study gives it, so it is asked for and shown."""
_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place that posts may be put in.

    Attributes
    ----------
    code, name, group
        Of the place, and the policing area it is part of.
    need
        From 0: index score, demand, or expected days of harm.
    residents
        How many live there.
    travel
        Minutes from where a shift starts; they are lost twice a shift.
    rank
        1 the most need; for the rule of the first places.
    """

    code: str
    name: str
    group: str
    need: float
    residents: int
    travel: float = 0.0
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What any allocation must keep to.

    Attributes
    ----------
    posts
        Whole posts (officers, or hours) to be put.
    least_a_group, most_a_group
        Posts that every policing area has at least and at most; ``None``: no bound.
    most_a_place
        Posts in one place.
    shift
        Minutes of a shift, of which travel is lost.
    furthest
        Minutes of travel beyond which nobody is sent; ``None``: no bound.
    further_post
        What each further post in a place is worth, as a share of the one before, above 0 and at most 1.
    """

    posts: int
    least_a_group: int = 0
    most_a_group: int | None = None
    most_a_place: int = 2
    shift: float = 480.0
    furthest: float | None = None
    further_post: float = RETURN


@dataclass(frozen=True, slots=True)
class Allocation:
    """Posts by place, and what they come to.

    Attributes
    ----------
    way
        How they were put.
    posts
        Array (n,) of whole posts, in the order of the places.
    met
        Need met: each place's need by the return of its posts and the share of the shift that travel leaves.
    share_of_best
        Of the most that the same rules allow, 0 to 1.
    by_group
        Policing area to posts.
    gap
        How far the best can be from the true best, as a share of it; 0 is proved. ``None`` where nothing was searched.
    """

    way: str
    posts: Posts
    met: float
    share_of_best: float
    by_group: Mapping[str, int]
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one way costs, beside the others.

    Attributes
    ----------
    way
        The way.
    need_not_met
        Need that the best would meet and this does not.
    places
        Places with a post.
    residents_a_post
        Policing area to its residents for each of its posts; infinite without a post.
    need_a_post
        Policing area to its need for each of its posts; infinite without a post.
    moved
        Posts that stand elsewhere than in the best.
    """

    way: str
    need_not_met: float
    places: int
    residents_a_post: Mapping[str, float]
    need_a_post: Mapping[str, float]
    moved: int


def allocate(places: Sequence[Place], rules: Rules) -> tuple[Allocation, ...]:
    """The four ways side by side, each within the same rules.

    Question: where do N posts go, and what does each way of deciding cost?

    Parameters: ``places``, and the ``rules`` that every way keeps to.

    Assumes: that need can be added up, and that each further post in a place is worth ``further_post`` of the one
    before it. Within a policing area every way puts posts where they meet most need.

    When not to use: as a decision. Need met is not harm prevented: nobody has measured what a post prevents here.

    Source: whole posts by largest remainders (Hamilton); the best by integer programming, HiGHS: Huangfu and Hall
    (2018), Mathematical Programming Computation 10, 119-142.

    Raises
    ------
    BadInput
        No places, or rules that nothing can keep.
    """
    gains = _gains(places, rules)
    groups = sorted({place.group for place in places})
    bounds = _bounds(places, groups, rules)
    best, gap = _best(places, groups, gains, bounds, rules)
    most = _met(gains, best)
    made = []
    for way in ("equal", "residents", "need"):
        shares = _shares(way, places, groups)
        by_group = apportion(shares, rules.posts, *bounds)
        posts = _within_groups(places, groups, gains, by_group, _reached(places, rules))
        made.append(_allocation(WAYS[way], posts, places, gains, most, None))
    return (*made, _allocation(WAYS["best"], best, places, gains, most, gap))


def both_readings(places: Sequence[Place], posts: int, rules: Rules) -> tuple[Allocation, Allocation]:
    """The rule "top 10 LSOAs, equalling 2 officers per LPA", read both ways: one post in each place.

    The first reading takes the places of the first ranks wherever they lie; the second takes as many in each policing
    area. Both cannot hold at once unless the first ranks happen to be spread evenly.

    Source: West Mercia Police and Crime Panel, 7 September 2022, paragraph 34.
    """
    groups = sorted({place.group for place in places})
    if posts % len(groups) or not 1 <= posts <= len(places):
        raise BadInput(
            f"{posts} posts are not the same number in {len(groups)} policing areas.",
            allowed=f"a multiple of {len(groups)}, up to {len(places)}",
        )
    order = sorted(range(len(places)), key=lambda at: (places[at].rank or _by_need(places, at), places[at].code))
    each = posts // len(groups)
    first = order[:posts]
    spread = [at for group in groups for at in [i for i in order if places[i].group == group][:each]]
    if len(spread) < posts:
        raise BadInput(f"A policing area has fewer than {each} places.", allowed="a place for every post")
    free = replace(rules, posts=posts, least_a_group=0, most_a_group=None)
    gains = _gains(places, free)
    most = _met(gains, _best(places, groups, gains, _bounds(places, groups, free), free)[0])

    def reading(way: str, chosen: Sequence[int]) -> Allocation:
        return _allocation(way, _ones(len(places), chosen), places, gains, most, None)

    return reading(f"The first {posts} of all", first), reading(f"The first {each} of each policing area", spread)


def travel_from_middle(
    eastings: Array, northings: Array, groups: Sequence[str], residents: Array, *, km_an_hour: float = KM_AN_HOUR
) -> Array:
    """Minutes from the middle of each policing area to each of its places, (n,); its middle is that of its residents.

    Question: how much of a shift does the way take, where nobody says where shifts start?

    Parameters: metres on the National Grid, policing area and residents of each place; ``km_an_hour`` of a car.

    Assumes: straight roads at one speed, and shifts that start in the middle of the policing area.

    When not to use: where stations are known: give the minutes from them.

    Source: ours.
    """
    minutes = np.full(len(groups), np.nan)
    of = np.asarray(groups)
    for group in set(groups):
        own = of == group
        weight = residents[own] if residents[own].sum() else np.ones(int(own.sum()))
        middle = [np.average(axis[own], weights=weight) for axis in (eastings, northings)]
        metres = np.hypot(eastings[own] - middle[0], northings[own] - middle[1])
        minutes[own] = metres / 1000 / km_an_hour * 60
    return minutes


def costs(places: Sequence[Place], ways: Sequence[Allocation], best: Allocation) -> tuple[Cost, ...]:
    """What each way costs the others: need not met, and who has how few posts."""
    groups = sorted({place.group for place in places})
    residents = {group: sum(p.residents for p in places if p.group == group) for group in groups}
    need = {group: sum(p.need for p in places if p.group == group) for group in groups}
    return tuple(
        Cost(
            one.way,
            best.met - one.met,
            int((one.posts > 0).sum()),
            {group: _for_each(residents[group], one.by_group[group]) for group in groups},
            {group: _for_each(need[group], one.by_group[group]) for group in groups},
            int(np.maximum(best.posts - one.posts, 0).sum()),
        )
        for one in ways
    )


def apportion(shares: Array, posts: int, least: Posts, most: Posts) -> Posts:
    """Whole posts in proportion to shares, by largest remainders, within bounds; array as ``shares``.

    Who would have less than its least gets the least, who more than its most the most, and the rest is shared anew.
    """
    given = np.zeros(len(shares), np.int64)
    open_to = np.ones(len(shares), bool)
    left = posts
    while True:
        weights = np.where(open_to, shares, 0.0)
        if not weights.any():
            weights = open_to.astype(float)
        exact = left * weights / weights.sum() if open_to.any() else np.zeros(len(shares))
        short, over = open_to & (exact < least), open_to & (exact > most)
        if not short.any() and not over.any():
            break
        # whichever side is further out is fixed first, so that the total can still be kept
        low = float((least - exact)[short].sum()) >= float((exact - most)[over].sum())
        fixed, value = (short, least) if low and short.any() else (over, most)
        given[fixed] = value[fixed]
        left -= int(value[fixed].sum())
        open_to &= ~fixed
    whole = np.floor(exact).astype(np.int64)
    rest = left - int(whole[open_to].sum())
    order = sorted(np.flatnonzero(open_to), key=lambda at: (-(exact[at] - whole[at]), at))
    given[open_to] = whole[open_to]
    for at in [at for at in order if given[at] < most[at]][:rest]:
        given[at] += 1
    return given


def _for_each(amount: float, posts: int) -> float:
    return amount / posts if posts else float("inf")


def _by_need(places: Sequence[Place], at: int) -> int:
    return 1 + sum(other.need > places[at].need for other in places)


def _ones(n: int, chosen: Sequence[int]) -> Posts:
    posts = np.zeros(n, np.int64)
    posts[list(chosen)] = 1
    return posts


def _gains(places: Sequence[Place], rules: Rules) -> Array:
    """Need met by the first, second ... post in each place, (n, most_a_place); none where it is too far to go."""
    if not places or len({place.code for place in places}) < len(places):
        raise BadInput(f"{len(places)} places were given.", allowed="one or more, each once")
    if rules.posts < 1 or rules.most_a_place < 1 or not 0 < rules.further_post <= 1 or rules.shift <= 0:
        raise BadInput("The rules cannot be kept.", allowed="1 or more posts, a return above 0 and at most 1, a shift")
    need = np.array([place.need for place in places], np.float64)
    travel = np.array([place.travel for place in places], np.float64)
    if not np.isfinite(need).all() or np.any(need < 0) or not np.isfinite(travel).all() or np.any(travel < 0):
        raise BadInput("Need or travel cannot be used.", allowed="numbers from 0")
    left = np.where(_reached(places, rules), 1 - 2 * travel / rules.shift, 0.0)
    return need[:, None] * left[:, None] * rules.further_post ** np.arange(rules.most_a_place)


def _reached(places: Sequence[Place], rules: Rules) -> NDArray[np.bool_]:
    """Places near enough to be sent to, whatever their need."""
    furthest = rules.shift / 2 if rules.furthest is None else min(rules.furthest, rules.shift / 2)
    return np.array([place.travel <= furthest for place in places])


def _bounds(places: Sequence[Place], groups: Sequence[str], rules: Rules) -> tuple[Posts, Posts]:
    reached = _reached(places, rules)
    member = np.array([[place.group == group for place in places] for group in groups])
    room = rules.most_a_place * (member & reached).sum(axis=1)
    most = room if rules.most_a_group is None else np.minimum(room, rules.most_a_group)
    least = np.full(len(groups), rules.least_a_group, np.int64)
    if np.any(least > most) or not least.sum() <= rules.posts <= most.sum():
        raise BadInput(
            f"{rules.posts} posts cannot be put with {rules.least_a_group} or more in each of {len(groups)} areas.",
            allowed=f"{least.sum()} to {most.sum()} posts under these rules",
        )
    return least, most


def _shares(way: str, places: Sequence[Place], groups: Sequence[str]) -> Array:
    value: dict[str, Callable[[Place], float]] = {
        "equal": lambda _: 0.0, "residents": lambda place: float(place.residents), "need": lambda place: place.need,
    }  # fmt: skip
    return np.array([sum(value[way](p) for p in places if p.group == group) for group in groups])


def _within_groups(
    places: Sequence[Place], groups: Sequence[str], gains: Array, by_group: Posts, reached: NDArray[np.bool_]
) -> Posts:
    """The posts of each group where they meet most need: gains fall from post to post, so one at a time is best."""
    posts = np.zeros(len(places), np.int64)
    for group, wanted in zip(groups, by_group, strict=True):
        own = [at for at, place in enumerate(places) if place.group == group and reached[at]]
        offers = sorted((-gains[at, j], places[at].travel, at, j) for at in own for j in range(gains.shape[1]))
        for _, _, at, _ in offers[: int(wanted)]:
            posts[at] += 1
    return posts


def _met(gains: Array, posts: Posts) -> float:
    taken = np.arange(gains.shape[1]) < posts[:, None]
    return float(gains[taken].sum())


def _allocation(
    way: str, posts: Posts, places: Sequence[Place], gains: Array, most: float, gap: float | None
) -> Allocation:
    met = _met(gains, posts)
    groups = sorted({place.group for place in places})
    by_group = {group: int(sum(posts[at] for at, p in enumerate(places) if p.group == group)) for group in groups}
    return Allocation(way, posts, met, met / most if most else 1.0, by_group, gap)


def _best(
    places: Sequence[Place], groups: Sequence[str], gains: Array, bounds: tuple[Posts, Posts], rules: Rules
) -> tuple[Posts, float]:
    """Whole posts that meet most need, and the proven gap."""
    n, levels = gains.shape
    member = np.array([[place.group == group for place in places] for group in groups], float)
    every = np.ones((1, n * levels))
    by_group = np.repeat(member, levels, axis=1)
    reached = np.repeat(_reached(places, rules), levels).astype(float)
    found = milp(
        -gains.ravel(),
        integrality=np.ones(n * levels),
        bounds=Bounds(0, reached),
        constraints=[LinearConstraint(every, rules.posts, rules.posts), LinearConstraint(by_group, *bounds)],
        options={"time_limit": _SECONDS, "mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise BadInput("No allocation keeps these rules.", allowed="looser bounds, or fewer posts")
    posts = np.rint(found.x.reshape(n, levels)).sum(axis=1).astype(np.int64)
    return posts, float(found.mip_gap or 0.0)
