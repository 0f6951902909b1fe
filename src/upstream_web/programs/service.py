"""The API itself: version 1. Areas add their routers in `config.api`; nothing is open without a token."""

from ninja import NinjaAPI

from upstream_web.programs.errors import explain
from upstream_web.programs.limits import PerMinute

DESCRIPTION = (
    "Plans, actions, measures and signals for programs. A program acts for the person who made its token, and sees "
    "what that person may see, by the same rules as the pages. "
    "Send the token in the header Authorization, after the word Bearer."
)

service = NinjaAPI(
    title="Upstream",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api_v1",
    docs_url=None,  # pages of our own: without outside assets, and readable without JavaScript
    openapi_url=None,
    throttle=[PerMinute()],
)
explain(service)
