"""Production: refuses to start without its secrets, and speaks only over TLS."""

import os

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403

if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured("UPSTREAM_SECRET_KEY is missing or short: set it to at least 40 random characters.")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("UPSTREAM_HOSTS is empty: set it to the site's host names, comma between.")

if not SITE_ADDRESS.startswith("https://"):
    raise ImproperlyConfigured("UPSTREAM_ADDRESS is missing: set it to the site's address, beginning with https://.")

# one proxy in front speaks TLS; without its word for the client's address all would share one count of failures
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("UPSTREAM_PROXIES", "1"))
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
