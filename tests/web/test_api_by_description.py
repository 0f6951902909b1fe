"""The API asked everything that its own description allows, and much that it does not: no fault, no word of another shape."""

import pytest
import schemathesis
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings

from factories.people import TeamFactory, person
from factories.problems import ActionFactory, PlanFactory
from upstream_web.config.wsgi import application
from upstream_web.people.permissions import Permission
from upstream_web.programs import changes
from upstream_web.programs.models import Scope
from upstream_web.programs.service import service

pytestmark = pytest.mark.django_db
