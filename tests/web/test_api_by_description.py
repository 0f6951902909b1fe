"""The API asked all that its description allows, and much that it does not: no fault, no answer of another shape."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from factories.people import TeamFactory, person
from factories.problems import ActionFactory, PlanFactory
from factories.signals import SignalFactory
from fixtures_figures import MONTH
from upstream_web.config.wsgi import application
from upstream_web.measures.models import Calculation
from upstream_web.people.permissions import Permission
from upstream_web.programs import changes
from upstream_web.programs.models import Scope

pytestmark = pytest.mark.django_db
description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
BOUNDED = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

NOT_ASKED = [ignored_auth, negative_data_rejection, unsupported_method]
"""The token and the ids that exist are ours, so what was meant to be wrong with them is not; test_api asks for both."""


@dataclass(frozen=True, slots=True)
class Known:
    """What exists, so that not every question is of something absent."""

    secret: str
    plan: int
    action: int
    signal: int

    def id_for(self, path: str) -> object:
        """The id in a path."""
        of = {"plans": self.plan, "actions": self.action, "signals": self.signal}
        return of[path.removeprefix("/api/v1/").split("/")[0]]


@pytest.fixture
def kept_open() -> Iterator[None]:
    """Django's own test client lets requests leave the connection of the test open; so must these."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def known(kept_open: None, settings: LazySettings, ready: Calculation) -> Known:
    settings.API_PER_MINUTE = 1_000_000
    team = TeamFactory()
    owner = person(
        Permission.PLAN_START, Permission.MEASURE_READ, Permission.SENSITIVE_READ, Permission.SIGNAL_READ, team=team
    )
    plan = PlanFactory(team=team, owner=owner)
    secret = changes.make_token(by=owner, name="Everything", scopes=Scope.values, days=30).secret
    return Known(secret, plan.pk, ActionFactory(plan=plan).pk, SignalFactory(area=team.area).pk)


@description.given(real=st.booleans())
@description.parametrize()
@BOUNDED
def test_every_answer_is_as_described(case: schemathesis.Case, known: Known, real: bool) -> None:
    if real and "id" in (case.path_parameters or {}):
        case.path_parameters["id"] = known.id_for(case.operation.path)
    if real and "key" in (case.path_parameters or {}):
        case.path_parameters["key"], case.query = "crime_total", {**(case.query or {}), "month": MONTH}
    headers = {"Authorization": f"Bearer {known.secret}", "Accept-Encoding": "identity"}
    of_rules = [positive_data_acceptance] if case.method == "POST" else []  # blocked asks for a reason
    case.call_and_validate(headers=headers, excluded_checks=[*NOT_ASKED, *of_rules])
