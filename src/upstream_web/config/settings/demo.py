"""The demonstration on one's own machine: synthetic people, known passwords, loopback only. Never in production."""

from .base import *  # noqa: F403

DEMO = True
SECRET_KEY = SECRET_KEY or "demonstration only: signs nothing but sessions on this machine"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
SECOND_STEP_FOR = []  # demonstration accounts have known passwords anyway
