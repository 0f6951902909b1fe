"""What pages of signing in may use."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.socialaccount.adapter import get_adapter
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider to sign in with: its name, and the address that leads there."""

    name: str
    address: str


def signing_in(request: HttpRequest) -> dict[str, Callable[[], list[Provider]]]:
    """The identity providers that are set up, found only when a page asks."""

    def providers() -> list[Provider]:
        options = {"process": "login"}
        if request.GET.get("next"):
            options["next"] = request.GET["next"]
        return [
            Provider(provider.name, provider.get_login_url(request, **options))
            for provider in get_adapter().list_providers(request)
        ]

    return {"sign_in_providers": providers}
