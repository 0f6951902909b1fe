"""Settings shared by every way of running the site. Secrets come from the environment only."""

import os
from pathlib import Path

import dj_database_url

DATA = Path(os.environ.get("UPSTREAM_DATA", "upstream-data")).resolve()
"""Where the site keeps what it writes: the SQLite database, uploaded files, the engine's store."""

ENGINE_SETTINGS = Path(os.environ.get("UPSTREAM_SETTINGS", DATA / "upstream.toml")).resolve()
"""The engine's own settings file: force, areas, and the folder of its store (by default `store` beside it)."""

SECRET_KEY = os.environ.get("UPSTREAM_SECRET_KEY", "")
DEBUG = False
DEMO = False
ALLOWED_HOSTS = [host for host in os.environ.get("UPSTREAM_HOSTS", "").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    # ours, bottom up
    "upstream_web.design",
    "upstream_web.audit",
    "upstream_web.search",
    "upstream_web.places",
    "upstream_web.people",
    "upstream_web.notices",
    "upstream_web.programs",
    "upstream_web.files",
    "upstream_web.runs",
    "upstream_web.intake",
    "upstream_web.measures",
    "upstream_web.evidence",
    "upstream_web.explore",
    "upstream_web.signals",
    "upstream_web.needs",
    "upstream_web.problems",
    "upstream_web.reports",
    "upstream_web.home",
    "upstream_web.demo",
    "upstream_web.config",  # the operator's commands
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",  # outside the headers: pages say no-store and get no ETag
    "upstream_web.config.middleware.security_headers",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "upstream_web.people.middleware.session_limits",
    "upstream_web.people.middleware.sign_in_required",
    "upstream_web.config.middleware.Refusals",
]

ROOT_URLCONF = "upstream_web.config.urls"
WSGI_APPLICATION = "upstream_web.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "upstream_web.design.environment.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "upstream_web.design.context.page",
                "upstream_web.people.context.signing_in",
                "upstream_web.notices.context.unread",
                "upstream_web.home.context.navigation",
            ],
        },
    },
    # libraries of ours bring a few templates in Django's own language
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("UPSTREAM_DATABASE", f"sqlite:///{DATA / 'upstream.sqlite3'}"), conn_max_age=60
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # readers do not wait for a writer, and a writer waits its turn instead of failing half way
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 0
else:
    # compiling a query takes PostgreSQL longer than any of ours runs: it took a search of 60 ms to 2 seconds
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")  # beside those of the address
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# one cache for all workers, or each would count failed attempts by itself; a migration of `people` makes the table
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "upstream_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# -- people and sign-in ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "upstream_web.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by administrators, who verify people
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,30/15m/ip", "reset_password": "20/m/ip,5/m/key"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {
    "login": "upstream_web.people.forms.signing_in.SignInForm",
    "reset_password": "upstream_web.people.forms.signing_in.AskPasswordLinkForm",
    "reset_password_from_key": "upstream_web.people.forms.signing_in.ChoosePasswordForm",
    "change_password": "upstream_web.people.forms.signing_in.ChangePasswordForm",
    "reauthenticate": "upstream_web.people.forms.signing_in.ConfirmForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("UPSTREAM_PROXIES", "0"))
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
MFA_ADAPTER = "upstream_web.people.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "upstream_web.people.forms.signing_in.CodeForm",
    "reauthenticate": "upstream_web.people.forms.signing_in.ConfirmCodeForm",
    "activate_totp": "upstream_web.people.forms.signing_in.AddAppForm",
    "add_webauthn": "upstream_web.people.forms.signing_in.AddKeyForm",
    "edit_webauthn": "upstream_web.people.forms.signing_in.RenameKeyForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators verify people
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Upstream"
SECOND_STEP_FOR = ["people.manage", "audit.read"]
"""Permissions that open only to accounts with a second step of signing in."""

# -- the force's identity provider (OpenID Connect) --------------------------------------------------------------
SOCIALACCOUNT_ADAPTER = "upstream_web.people.adapter.SocialAccountAdapter"
# there is one provider, chosen by the force: it vouches for the addresses of its people
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
OIDC_ISSUER = os.environ.get("UPSTREAM_OIDC_ISSUER", "")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": os.environ.get("UPSTREAM_OIDC_NAME", "your organisation's account"),
                "client_id": os.environ.get("UPSTREAM_OIDC_CLIENT", ""),
                "secret": os.environ.get("UPSTREAM_OIDC_SECRET", ""),
                "settings": {
                    "server_url": OIDC_ISSUER,
                    # Entra ID, for one, does not say whether it verified an address; list the domains it answers for
                    "verified_email": [d for d in os.environ.get("UPSTREAM_OIDC_DOMAINS", "").split(",") if d],
                },
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
SECOND_STEP_BY_PROVIDER = bool(os.environ.get("UPSTREAM_OIDC_SECOND_STEP"))
"""Whether the provider itself asks for a second step, so that none is needed here."""

# -- sessions ----------------------------------------------------------------------------------------------------
SESSION_UNUSED = 60 * 60
SESSION_WHOLE = 10 * 60 * 60
SESSIONS_AT_ONCE = 5
SESSION_COOKIE_AGE = 24 * 60 * 60  # longer than our own limits: whose form came too late must still be known
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "upstream_web.design.errors.form_too_old"

# -- words, times, files -----------------------------------------------------------------------------------------
SIGNALS_A_WEEK = int(os.environ.get("UPSTREAM_SIGNALS_A_WEEK", "10"))
"""How many signals of one hub become new in a week, most harm first; the rest wait, and can be seen."""

API_PER_MINUTE = 120
"""Requests a minute for each token."""
RETENTION_DAYS: dict[str, int] = {}
"""The force's own days instead of those in `audit/retention.toml`, by its keys."""

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "j F Y"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = 25 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "upstream_web.files.handlers.UpToTheLimit",
]

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("UPSTREAM_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("UPSTREAM_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("UPSTREAM_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("UPSTREAM_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = bool(os.environ.get("UPSTREAM_EMAIL_TLS"))
DEFAULT_FROM_EMAIL = os.environ.get("UPSTREAM_EMAIL_FROM", "upstream@localhost")
SITE_ADDRESS = os.environ.get("UPSTREAM_ADDRESS", "http://127.0.0.1:8765")

# -- headers -----------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSP_FORM_ACTION = ["/".join(OIDC_ISSUER.split("/")[:3])] if OIDC_ISSUER else []
"""Where a form may lead besides the site itself: signing in ends up at the identity provider."""
MAP_TILES = os.environ.get("UPSTREAM_MAP_TILES", "")
"""Pictures under the maps that move, from a server of one's own choice: an address with {z}, {x} and {y}. Without it
the maps have no ground and nothing is asked of anybody."""
MAP_ATTRIBUTION = os.environ.get("UPSTREAM_MAP_ATTRIBUTION", "")
