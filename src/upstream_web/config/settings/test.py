"""The tests: a fast password hasher, mail kept in memory, tasks run at once; the database by UPSTREAM_TEST_DATABASE."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("UPSTREAM_DATA", tempfile.mkdtemp(prefix="upstream-test-"))
if "UPSTREAM_TEST_DATABASE" in os.environ:
    os.environ["UPSTREAM_DATABASE"] = os.environ["UPSTREAM_TEST_DATABASE"]

from .base import *  # noqa: F403

SECRET_KEY = "only for tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # nothing here outlives the server, so no commit waits for the disk
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
Path(DATA, "files").mkdir(parents=True, exist_ok=True)
