"""The API put together: each area's router under its own address."""

from upstream_web.measures.api import router as measures
from upstream_web.problems.api import actions_router, plans_router
from upstream_web.programs.service import service
from upstream_web.signals.api import router as signals

service.add_router("/plans", plans_router)
service.add_router("/actions", actions_router)
service.add_router("/measures", measures)
service.add_router("/signals", signals)
