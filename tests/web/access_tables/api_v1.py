"""The API: a session opens none of it. What a token opens is in test_api."""

from factories.access import ABSENT, NO_TOKEN, SIGN_IN, Row, World
from factories.people import TeamFactory, person
from factories.problems import PlanFactory
from upstream_web.people.permissions import Permission


def world() -> World:
    team = TeamFactory()
    people = {"anonymous": None, "stranger": person(*Permission), "colleague": person(*Permission, team=team)}
    return World(people, {"id": PlanFactory(team=team).pk, "key": "crime_total"})


NOBODY = dict.fromkeys(("anonymous", "stranger", "colleague"), NO_TOKEN)
OPERATIONS = (
    *("list_plans", "read_plan", "list_actions_of_plan", "list_actions", "read_action", "add_update"),
    *("list_measures", "list_figures", "list_signals", "read_signal"),
)

ROWS = [
    Row("api_v1:api-root", {"anonymous": SIGN_IN, "stranger": ABSENT}),
    *(Row(f"api_v1:{name}", NOBODY) for name in OPERATIONS),
]
