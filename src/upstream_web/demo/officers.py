"""Officers and sergeants of the demonstration's teams, by invented names."""

import tomllib
from pathlib import Path

import numpy as np

from upstream_web.demo.people import Cast
from upstream_web.people import changes as people_changes
from upstream_web.people.models import Role, Team, User

NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text("utf-8"))


def one_of(names: list[str], rng: np.random.Generator) -> str:
    return names[int(rng.integers(len(names)))]


def officers_of(cast: Cast, rng: np.random.Generator) -> dict[str, tuple[Team, Team, list[User], User]]:
    """Teams and people of each area: its neighbourhood and its intervention team, officers, and a sergeant."""
    found = {}
    roles = {role.key: role for role in Role.objects.all()}
    by = cast.people["administrator@demo.example"]
    for code in cast.areas:
        if code == "FORCE":
            continue
        team, other = cast.teams["safer neighbourhood", code], cast.teams["intervention and prevention", code]
        people = [cast.people["officer@demo.example"]] if code == "B" else []
        while len(people) < 5:
            people.append(
                _person(team if len(people) < 4 else other, roles["neighbourhood_officer"], "officer", by, rng)
            )
        sergeant = (
            cast.people["sergeant@demo.example"]
            if code == "B"
            else _person(team, roles["supervisor"], "sergeant", by, rng)
        )
        found[code] = (team, other, people, sergeant)
    return found


def _person(team: Team, role: Role, post: str, by: User, rng: np.random.Generator) -> User:
    name = f"{one_of(NAMES['first'], rng)} {one_of(NAMES['last'], rng)}"
    number = User.objects.count() + 1
    person = people_changes.add_person(
        email=f"person{number}@invented.example", name=name, post=post.capitalize(), by=by
    )
    people_changes.join(user=person, team=team, role=role, by=by, valid_from=team.valid_from)
    return person
