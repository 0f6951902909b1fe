"""The bodies, areas, teams and people of the demonstration, made through the same `changes` as everybody's."""

import datetime
import tomllib
from dataclasses import dataclass
from pathlib import Path

from upstream_web.audit.changes import System
from upstream_web.people import changes
from upstream_web.people.models import Organisation, PolicingBodyForm, Role, Team, User
from upstream_web.places.changes import add_area
from upstream_web.places.models import Area

CAST = Path(__file__).with_name("cast.toml")
BEGIN = datetime.date(2018, 4, 1)
COMMISSIONERS_END = datetime.date(2028, 5, 4)
"""Commissioners' functions move at the end of their term, May 2028."""
KINDS = {"hub": Team.Kind.HUB, "performance": Team.Kind.PERFORMANCE, "safer neighbourhood": Team.Kind.NEIGHBOURHOOD}
EXTRAS = ("safer neighbourhood", "intervention and prevention")


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody made.

    areas : by code of the force's settings, "FORCE" for the whole
    organisations : by key of the cast
    teams : by name and area code
    people : the accounts with a role each, by e-mail address
    """

    areas: dict[str, Area]
    organisations: dict[str, Organisation]
    teams: dict[tuple[str, str], Team]
    people: dict[str, User]


def make_cast(settings: dict[str, object], password: str) -> Cast:
    """Make them all.

    settings : the force's `upstream.toml`: its key, name and areas
    """
    by = System("demonstration")
    cast = tomllib.loads(CAST.read_text("utf-8"))
    areas = _areas(settings, by)
    organisations = {
        row["key"]: changes.add_organisation(
            name=row["name"],
            kind=row["kind"],
            by=by,
            valid_from=BEGIN,
            area=areas["FORCE"] if row["key"] == "force" else None,
        )
        for row in cast["organisations"]
    }
    body = organisations["body"]
    form = PolicingBodyForm.Form
    changes.set_policing_body_form(organisation=body, form=form.COMMISSIONER, valid_from=BEGIN, by=by)
    changes.set_policing_body_form(organisation=body, form=form.BOARD, valid_from=COMMISSIONERS_END, by=by)
    teams: dict[tuple[str, str], Team] = {}
    people = {}
    for row in cast["people"]:
        organisation = organisations[row.get("organisation", "force")]
        team = _team(teams, row["team"], row.get("area", ""), organisation, areas, by)
        person = changes.add_person(email=row["email"], name=row["name"], post=row["post"], password=password, by=by)
        changes.join(user=person, team=team, role=Role.objects.get(key=row["role"]), by=by, valid_from=BEGIN)
        people[row["email"]] = person
    for code in areas:
        for name in EXTRAS if code != "FORCE" else ():
            _team(teams, name, code, organisations["force"], areas, by)
    return Cast(areas, organisations, teams, people)


def _areas(settings: dict[str, object], by: System) -> dict[str, Area]:
    force = settings["force"]
    top = add_area(code=force["key"].upper(), name=force["name"], kind=Area.Kind.FORCE, parent=None, by=by)
    found = {"FORCE": top}
    for row in settings["areas"]:
        found[row["code"]] = add_area(
            code=row["code"], name=row["name"], kind=Area.Kind.POLICING_AREA, parent=top, by=by
        )
    return found


def _team(
    teams: dict[tuple[str, str], Team],
    name: str,
    code: str,
    organisation: Organisation,
    areas: dict[str, Area],
    by: System,
) -> Team:
    if (name, code) not in teams:
        area = areas.get(code)
        shown = f"{area.name} {name} team" if area and code != "FORCE" else f"{name.capitalize()} team"
        kind = KINDS.get(name, Team.Kind.INTERVENTION if "intervention" in name else Team.Kind.OFFICE)
        kind = kind if organisation.kind == Organisation.Kind.FORCE else Team.Kind.PARTNER
        teams[name, code] = changes.add_team(
            name=shown, kind=kind, organisation=organisation, by=by, valid_from=BEGIN, area=area
        )
    return teams[name, code]
