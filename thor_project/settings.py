"""Django's settings, from the environment that `env` has read."""

from __future__ import annotations

from typing import Any

import environ as django_environ
from django.core.exceptions import ImproperlyConfigured

from thor_project import content_policy, env, log

try:
    ENV = env.read()
except env.EnvironmentFault as fault:
    raise ImproperlyConfigured(str(fault)) from None

BASE_DIR = env.ROOT
VAR_DIR = BASE_DIR / "var"
VERSION = "0.1.0"

LARGEST_FRAME_FROM_A_CLIENT = 65_536
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # a request's whole body; deploy/nginx.conf says the same
SLOW_CLIENT_SECONDS = ENV["SLOW_CLIENT_SECONDS"]
SOCKETS_PER_USER, REQUESTS_PER_MINUTE = ENV["SOCKETS_PER_USER"], ENV["REQUESTS_PER_MINUTE"]
REQUESTS_AT_ONCE = ENV["REQUESTS_AT_ONCE"]
PROXIES, TLS = ENV["PROXIES"], ENV["TLS"]
SOCKET_DOORKEEPER = "identity.doorkeeper.still_in"
SECRET_KEY, SECRET_KEY_FALLBACKS = env.secret_key(ENV["SECRET_KEY"]), ENV["SECRET_KEYS_BEFORE"]
DEBUG = ENV["DEBUG"]
ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"]
HOST, PORT = ENV["HOST"], ENV["PORT"]

FEED, FEED_SEED, WATCHLIST = ENV["FEED"], ENV["FEED_SEED"], ENV["WATCHLIST"]
REPLAY, REPLAY_SPEED, REPLAY_KEEP = ENV["REPLAY"], ENV["SPEED"], ENV["KEEP"]
BROKER, EMBEDDED_USER = ENV["BROKER"], ENV["EMBEDDED_USER"]
WS_FEATURES: dict[str, bool] = ENV["WS_FEATURES"]
TEMPO = ENV["TEMPO"]
JOBS_EXECUTOR, CELERY_APP = ENV["JOBS_EXECUTOR"], "thor_project.celery.app"
CELERY_BROKER_URL = ENV["CELERY_BROKER_URL"] or ENV["REDIS_URL"]
REDIS_URL = ENV["REDIS_URL"]
METRICS_TOKEN, METRICS_PORT = ENV["METRICS_TOKEN"], ENV["METRICS_PORT"]
PROBE_URL = ENV["PROBE_URL"]
EMBEDDED_SERVER = "thor_project.server.serve_embedded"
METRICS_SERVER = "thor_project.operations.metrics_server.serve_metrics"

INSTALLED_APPS = [
    "thor_project.operations",
    "daphne",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "realtime",
    "jobs",
    "identity",
    "cutover",
    "GlobalMarkets",
    "ThorTrading",
]
MIDDLEWARE = [
    "thor_project.operations.caching.PrivateAnswers",
    "thor_project.operations.requests.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "identity.limits.AddressLimit",
    "identity.one_credential.OneCredential",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cutover.middleware.RestByStage",
]
ROOT_URLCONF = "thor_project.urls"
ASGI_APPLICATION = "thor_project.asgi.application"
AUTH_USER_MODEL = "identity.User"
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["csp.context_processors.nonce"]},
    },
]


def _replay_database() -> str:
    stem = ENV["REPLAY"].rsplit("/", 1)[-1].split(".")[0]
    return f"sqlite:///{VAR_DIR}/replay-{stem}.sqlite3"


def _database() -> dict[str, Any]:
    url = ENV["DATABASE_URL"] or (_replay_database() if REPLAY else f"sqlite:///{VAR_DIR}/thor.sqlite3")
    database: dict[str, Any] = dict(django_environ.Env.db_url_config(url))
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
    else:
        database["OPTIONS"] = {"connect_timeout": 5} | database.get("OPTIONS", {})  # the URL's own, such as sslmode
        database["CONN_HEALTH_CHECKS"] = True
    database["CONN_MAX_AGE"] = None
    return database


VAR_DIR.mkdir(exist_ok=True)
DATABASES = {"default": _database()}
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": ENV["REDIS_URL"], "max_connections": 20}]},
        }
        if ENV["REDIS_URL"]
        else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
    )
}

LOG_LEVEL = ENV["LOG_LEVEL"].upper()
LOGGING = log.logging_settings(ENV["LOG_FORMAT"], LOG_LEVEL)
log.configure(ENV["LOG_FORMAT"])

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.exists() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

CSRF_TRUSTED_ORIGINS: list[str] = []
SESSION_ENGINE = "identity.sessions"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "thor_project.operations.problems.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = content_policy.POLICY
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS and PROXIES else None
# The proxy redirects to https, not we: health checks come from inside. Other names of the domain are not ours to bind.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "identity.authentication.TokenAuthentication",
        "identity.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["identity.permissions.ByRole"],
    "DEFAULT_THROTTLE_CLASSES": ["identity.limits.UserLimit"],
    "DEFAULT_RENDERER_CLASSES": ["realtime.rest.MsgspecRenderer"],
    "DEFAULT_PARSER_CLASSES": ["thor_project.operations.parsing.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "thor_project.operations.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
KNOX_TOKEN_MODEL = "identity.ApiToken"  # noqa: S105 - a model's name
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_PREFIX": "thor_"}
MIGRATION_MODULES = {"knox": None}  # its own table is swapped out, but its migrations would make it
SPECTACULAR_SETTINGS = {
    "TITLE": "Thor",
    "DESCRIPTION": "A self-hosted live trading desk: the same payloads by REST and by WebSocket. "
    "The socket is described by [asyncapi.yaml](/asyncapi.yaml).",
    "VERSION": VERSION,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "thor_project.openapi.tell_of_problems",
    ],
}
