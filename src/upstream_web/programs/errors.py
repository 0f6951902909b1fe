"""What went wrong, in words that whoever wrote the program can use; one shape for every error."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, Throttled, ValidationError
from pydantic import Field

from upstream.errors import UpstreamError

logger = logging.getLogger(__name__)


class Fault(Schema):
    """One thing that does not fit."""

    where: str
    words: str


class Problem(Schema):
    """Why a request was not answered."""

    title: str
    faults: list[Fault] = Field(default_factory=list)


REFUSALS: dict[int, type[Problem]] = dict.fromkeys((400, 401, 403, 404, 422, 429, 503), Problem)
"""What any operation may answer instead."""

WORDS = {
    401: "Send a token that works: Authorization: Bearer upstream_... Yours is missing, ended or too old.",
    403: "The person whose token this is may not do that.",
    404: "There is no such thing, or it is not open to the person whose token this is.",
    422: "The request does not fit. Each fault says where.",
    429: "Too many requests. Wait as many seconds as Retry-After says.",
    503: "The records cannot be read now. An operator finds the reason in the log of the site.",
}


def explain(api: NinjaAPI) -> None:
    """Give every error of the API its words."""

    def problem(
        status: int, title: str = "", faults: list[dict[str, str]] | None = None
    ) -> Callable[..., HttpResponse]:
        def answer(request: HttpRequest, error: Any) -> HttpResponse:
            body = {"title": title or WORDS[status], "faults": faults or []}
            response = api.create_response(request, body, status=status)
            if status == 401:
                response["WWW-Authenticate"] = "Bearer"
            return response

        return answer

    def unfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem(422, faults=[_fault(one) for one in error.errors])(request, error)

    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        faults = [{"where": field, "words": words} for field, rows in by_field.items() for words in rows]
        return problem(422, faults=faults)(request, error)

    def in_words(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, error.message)(request, error)

    def unreadable(request: HttpRequest, error: UpstreamError) -> HttpResponse:
        logger.error("%s cannot be answered: %s", request.path, error.sentence, exc_info=error)
        return problem(503)(request, error)

    handlers = {
        AuthenticationError: problem(401),
        AuthorizationError: in_words,
        PermissionDenied: problem(403),
        Http404: problem(404),
        ValidationError: unfit,
        Refused: refused,
        Throttled: problem(429),
        HttpError: in_words,
        UpstreamError: unreadable,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _fault(error: dict[str, Any]) -> dict[str, str]:
    where = ".".join(str(part) for part in error.get("loc", ()))
    return {"where": where, "words": error.get("msg", "It does not fit.")}
