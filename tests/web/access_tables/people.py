"""People, bodies, teams, roles, areas and links."""

from factories.access import ABSENT, ELSEWHERE, GONE, NOT_SHOWN, OPENS, REFUSED, SIGN_IN, Row, World
from factories.people import AreaFactory, MembershipFactory, OrganisationFactory, TeamFactory, UserFactory, person
from upstream_web.people.models import Organisation
from upstream_web.people.permissions import Permission


def world() -> World:
    force_area = AreaFactory(code="FORCE")
    north, south = AreaFactory(code="NORTH", parent=force_area), AreaFactory(code="SOUTH", parent=force_area)
    force = OrganisationFactory(name="Northshire Police", area=force_area)
    team = TeamFactory(organisation=force, area=north)
    colleague = UserFactory(name="Colleague")
    membership = MembershipFactory(user=colleague, team=team)
    council = OrganisationFactory(kind=Organisation.Kind.COUNCIL)
    people = {
        "anonymous": None,
        "stranger": person(Permission.PLAN_START, team=TeamFactory(organisation=council, area=north)),
        "colleague": person(Permission.PLAN_START, team=team),
        "administrator": person(Permission.PEOPLE_MANAGE, team=TeamFactory(organisation=force, area=force_area)),
        "of_north": person(Permission.PEOPLE_MANAGE, team=TeamFactory(organisation=force, area=north)),
        "of_south": person(Permission.PEOPLE_MANAGE, team=TeamFactory(organisation=force, area=south)),
        "auditor": person(Permission.AUDIT_READ, team=TeamFactory(organisation=force, area=force_area)),
    }
    kwargs = {"pk": colleague.pk, "team": team.pk, "body": force.pk, "membership": membership.pk, "what": "close"}
    kwargs |= {"key": membership.role.key, "code": "NORTH", "purpose": "action", "token": "made-up"}
    return World(people, kwargs)


STAFF = {"anonymous": SIGN_IN, "stranger": OPENS, "colleague": OPENS, "administrator": OPENS}
MANAGES = {"anonymous": SIGN_IN, "stranger": REFUSED, "colleague": REFUSED, "auditor": REFUSED, "administrator": OPENS}
OF_PERSON = {
    "anonymous": SIGN_IN, "stranger": ABSENT, "colleague": ABSENT, "auditor": ABSENT, "of_south": ABSENT,
    "of_north": OPENS, "administrator": OPENS,
}  # fmt: skip
OF_FORCE = {**OF_PERSON, "of_north": ABSENT}
TEAM, BODY = {"pk": "team"}, {"pk": "body"}

ROWS = [
    Row("people:people", STAFF),
    Row("people:add", MANAGES),
    Row("people:person", {"anonymous": SIGN_IN, "stranger": ABSENT, "colleague": OPENS, "auditor": OPENS}),
    Row("people:edit", OF_PERSON),
    Row("people:join", {**MANAGES, "of_south": OPENS}),
    Row("people:hand_over", OF_PERSON),
    Row("people:account", {**OF_PERSON, "of_north": ELSEWHERE, "administrator": ELSEWHERE}),
    Row("people:leave", OF_PERSON, {"pk": "membership"}),
    Row("people:roles", STAFF),
    Row("people:role", STAFF),
    Row("people:edit_role", OF_FORCE),
    Row("people:retention", MANAGES),
    Row("people:bodies", STAFF),
    Row("people:add_body", MANAGES),
    Row("people:body", STAFF, BODY),
    Row("people:edit_body", OF_FORCE, BODY),
    Row("people:set_form", OF_FORCE, BODY),
    Row("people:succeed", OF_FORCE, BODY),
    Row("people:end_body", OF_FORCE, BODY),
    Row("people:add_team", OF_FORCE, BODY),
    Row("people:team", {"anonymous": SIGN_IN, "stranger": ABSENT, "colleague": OPENS, "auditor": OPENS}, TEAM),
    Row("people:edit_team", OF_PERSON, TEAM),
    Row("people:end_team", OF_PERSON, TEAM),
    Row("people:areas", STAFF),
    Row("people:area", STAFF),
    Row("people:add_area", OF_PERSON),
    Row("people:rename_area", OF_PERSON),
    Row("people:end_area", OF_PERSON),
    Row("people:link", {"anonymous": GONE, "stranger": GONE}),
    Row("people:state_purpose", STAFF),
    Row("people:me", STAFF),
    Row("people:second_step", STAFF),
    Row("people:kept", {"anonymous": SIGN_IN, "stranger": ELSEWHERE}),
    Row("people:throw_kept_away", {"anonymous": SIGN_IN, "stranger": NOT_SHOWN}),
]
OPEN_TO_ALL_STAFF = {
    "people:role": "what roles allow is no secret; who has them is narrowed to whom one sees",
    "people:body": "which bodies there are is no secret",
    "people:area": "which areas there are is no secret",
    "people:link": "the link is its own proof; tried in test_people_links",
}
