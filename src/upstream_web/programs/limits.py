"""How much a program may ask for."""

from time import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle


class PerMinute(BaseThrottle):
    """So many requests a minute for each token, counted from the full minute on."""

    def allow_request(self, request: HttpRequest) -> bool:
        key = f"api:{request.auth.pk}:{int(time() // 60)}"
        if cache.add(key, 1, timeout=120):
            return settings.API_PER_MINUTE >= 1
        try:
            return cache.incr(key) <= settings.API_PER_MINUTE
        except ValueError:  # swept away between the two calls
            return True

    def wait(self) -> float:
        return 60 - time() % 60
