"""Who a program is: the bearer of a token, for one scope."""

from django.http import HttpRequest
from ninja.errors import AuthorizationError
from ninja.security import HttpBearer

from upstream_web.programs.access import working_token
from upstream_web.programs.changes import note_use
from upstream_web.programs.models import ApiToken, Scope


class TokenFor(HttpBearer):
    """A token that is good for the scope. The request then is its owner's."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = working_token(token)
        if found is None:
            return None
        if self.scope not in found.scopes:
            raise AuthorizationError(403, f"This token may not “{self.scope.label}”. Make one that may.")
        note_use(token=found)
        request.user = found.user
        return found
