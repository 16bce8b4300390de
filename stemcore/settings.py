"""Settings of the service, read from the environment once, at start.

Every variable stands with one comment line in `.env.example`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stemcore import env
from stemcore.console.appearance import UNFOLD  # noqa: F401  # the admin's look
from stemcore.embedded.platform import embedded_database
from stemcore.embedded.server import EmbeddedServerError
from stemcore.logs import configure_logging

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"

env.load_file(BASE_DIR / ".env")

# --- Django -------------------------------------------------------------------------------------

DEBUG = env.flag("DJANGO_DEBUG", False)
SECRET_KEY = env.text("DJANGO_SECRET_KEY")
ALLOWED_HOSTS = env.hosts("DJANGO_ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("DJANGO_CSRF_TRUSTED_ORIGINS")
if not DEBUG:
    if not SECRET_KEY:
        raise env.stop("DJANGO_SECRET_KEY", "must be set when DJANGO_DEBUG is off")
    if not ALLOWED_HOSTS:
        raise env.stop("DJANGO_ALLOWED_HOSTS", "must be set when DJANGO_DEBUG is off")
elif not SECRET_KEY:
    SECRET_KEY = "only-for-development-" + "0" * 40

# The API's document at /docs, to read and to try.
API_DOCS = env.flag("API_DOCS", DEBUG)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "stemcore.console.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "rest_framework",
    "stemcore",
    "classes",
    "materials",
    "learning",
    "chat",
    "analytics",
    *(["drf_spectacular_sidecar"] if API_DOCS else []),  # the files of Swagger UI
]

# The admin's middleware. API requests pass none of it: each class would cost a thread hop
# (`stemcore.asgi` has their one).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "stemcore.console.static.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "stemcore.console.door.Door",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "stemcore" / "templates"],  # ours win over the admin's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Of the staff; passwords that `manage.py staff` makes have 20 characters at random.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "UserAttributeSimilarityValidator": {},
    }.items()
]

ROOT_URLCONF = "stemcore.urls"
ASGI_APPLICATION = "stemcore.asgi.application"
APPEND_SLASH = False
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_FILES_DIR") or DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "stemcore.console.static.CollectedFiles"},
}
WHITENOISE_USE_FINDERS = True  # what was not collected is served from where it is installed
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = "stemcore.console.formats"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_AGE = env.number("STAFF_IDLE_HOURS", 2, least=1) * 3600
STAFF_SECOND_FACTOR = env.choice("STAFF_SECOND_FACTOR", ("off", "optional", "required"), "off")
OTP_TOTP_ISSUER = "STEM console"
OTP_TOTP_SYNC = False  # phones know the time: a code is good for its 30 s and one step beside
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "stemcore.console.failure.stale"
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
# Redirects to TLS, and TLS on other names of the domain, are the business of who runs them.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["stemcore.api.renderers.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["stemcore.api.parsers.JsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "stemcore.api.negotiation.JsonNegotiation",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "stemcore.api.authentication.ServiceKey",
        "stemcore.api.authentication.UserToken",
    ],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": [],
    "EXCEPTION_HANDLER": "stemcore.api.exceptions.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "stemcore.openapi.operation.Operation",  # loaded by manage.py openapi
    "UNAUTHENTICATED_USER": None,
    # How many proxies stand between a person and the web app; unset: X-Forwarded-For as it is.
    "NUM_PROXIES": env.number("THROTTLE_PROXIES", 0) if env.text("THROTTLE_PROXIES") else None,
}

# --- Database -----------------------------------------------------------------------------------

DATABASE_URL = env.text("DATABASE_URL")
# A transaction pooler takes no startup options, so there the role itself carries the search path.
DATABASE_POOL_MODE = env.choice("DATABASE_POOL_MODE", ("session", "transaction"), "session")
DATABASE_SEARCH_PATH = "stem,public,extensions"

if DATABASE_URL:
    DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL")}
elif DEBUG:
    try:
        DATABASES = {"default": embedded_database(DATA_DIR)}
    except EmbeddedServerError as error:
        raise env.stop("DATABASE_URL", f"is not set, and {error}") from None
else:
    raise env.stop("DATABASE_URL", "must be set when DJANGO_DEBUG is off")

DATABASES["default"].update(
    ENGINE="stemcore.database.postgres",
    CONN_MAX_AGE=None,
    DISABLE_SERVER_SIDE_CURSORS=True,
)
if DATABASE_POOL_MODE == "session":
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _given = _options.get("options", "")
    _options["options"] = f"{_given} -c search_path={DATABASE_SEARCH_PATH}".strip()

# --- Service ------------------------------------------------------------------------------------

# What this process answers; each of two processes may have a part of it.
SERVE = env.choice("SERVE", ("all", "api", "console"), "all")
SERVES_API = SERVE != "console"
SERVES_CONSOLE = SERVE != "api"
PYTHON_BACKEND_API_KEY = env.token("PYTHON_BACKEND_API_KEY")
PYTHON_BACKEND_ALLOW_UNAUTHENTICATED_REQUESTS = env.flag(
    "PYTHON_BACKEND_ALLOW_UNAUTHENTICATED_REQUESTS", False
)
PYTHON_BACKEND_LOG_PROVIDER_FAILURES = env.flag("PYTHON_BACKEND_LOG_PROVIDER_FAILURES", True)
BODY_LIMIT = 2 * 1024 * 1024
BLUEPRINT_BODY_LIMIT = 8 * 1024 * 1024
OPENAPI_FILE = BASE_DIR / "docs" / "openapi.yaml"
LOGGING_CONFIG = None
LOG_FORMAT = env.choice("LOG_FORMAT", ("json", "console"), "console" if DEBUG else "json")
LOG_LEVEL = env.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), "info")
configure_logging(LOG_FORMAT, LOG_LEVEL)

# --- Watching -----------------------------------------------------------------------------------

METRICS_TOKEN = env.token("METRICS_TOKEN")
OTLP_TRACES_URL = env.url("OTLP_TRACES_URL")
if OTLP_TRACES_URL and not env.is_installed("opentelemetry.exporter.otlp.proto.http"):
    raise env.stop("OTLP_TRACES_URL", "needs: pip install -r requirements-tracing.txt")

# --- Supabase -----------------------------------------------------------------------------------

SUPABASE_URL = env.url("SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_URL")
SUPABASE_SERVICE_ROLE_KEY = env.token("SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_SECRET_KEY")
SUPABASE_PUBLISHABLE_KEY = env.token(
    "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", "NEXT_PUBLIC_SUPABASE_ANON_KEY"
)
SUPABASE_JWT_SECRET = env.text("SUPABASE_JWT_SECRET")
SUPABASE_JWT_VERIFICATION = env.choice("SUPABASE_JWT_VERIFICATION", ("remote", "local"), "remote")

# --- Providers ----------------------------------------------------------------------------------

PROVIDER_NAMES = ("openrouter", "openai", "gemini")
AI_PROVIDER_DEFAULT = env.choice("AI_PROVIDER_DEFAULT", (*PROVIDER_NAMES, "offline"), "openrouter")
AI_REQUEST_TIMEOUT_MS = env.number("AI_REQUEST_TIMEOUT_MS", 30_000, least=1)
AI_EMBEDDING_TIMEOUT_MS = env.number("AI_EMBEDDING_TIMEOUT_MS", 30_000, least=1)


@dataclass(frozen=True)
class ProviderSettings:
    """How one provider is reached; a blank field is an unset one."""

    api_key: str = ""
    model: str = ""
    embedding_model: str = ""
    base_url: str = ""
    site_url: str = ""
    app_name: str = ""


def _provider(prefix: str, base_url: str = "") -> ProviderSettings:
    return ProviderSettings(
        api_key=env.token(f"{prefix}_API_KEY"),
        model=env.text(f"{prefix}_MODEL"),
        embedding_model=env.text(f"{prefix}_EMBEDDING_MODEL"),
        base_url=env.url(f"{prefix}_BASE_URL", default=base_url),
        site_url=env.header(f"{prefix}_SITE_URL"),
        app_name=env.header(f"{prefix}_APP_NAME"),
    )


PROVIDERS = {
    "openrouter": _provider("OPENROUTER", "https://openrouter.ai/api/v1"),
    "openai": _provider("OPENAI"),
    "gemini": _provider("GEMINI"),
}

# --- Materials ----------------------------------------------------------------------------------

MATERIAL_WORKER_TOKEN = env.token("MATERIAL_WORKER_TOKEN")
MATERIAL_WORKER_BATCH = env.number("MATERIAL_WORKER_BATCH", 3, least=1, most=25)
MATERIAL_WORKER_FUNCTION_URL = env.url(
    "MATERIAL_WORKER_FUNCTION_URL",
    default=f"{SUPABASE_URL}/functions/v1/material-worker" if SUPABASE_URL else "",
)
MATERIAL_WORKER_MODE = env.choice("MATERIAL_WORKER_MODE", ("edge", "local"), "edge")
MATERIAL_JOB_MAX_ATTEMPTS = env.number("MATERIAL_JOB_MAX_ATTEMPTS", 5, least=1)
MATERIAL_JOB_VISIBILITY_TIMEOUT_SECONDS = env.number(
    "MATERIAL_JOB_VISIBILITY_TIMEOUT_SECONDS", 300, least=1
)
MATERIAL_JOB_LOCK_MINUTES = env.number("MATERIAL_JOB_LOCK_MINUTES", 15, least=1)
CHUNK_TOKENS = env.number("CHUNK_TOKENS", 1000, least=50)
CHUNK_OVERLAP = env.number("CHUNK_OVERLAP", 100)
if CHUNK_OVERLAP >= CHUNK_TOKENS:
    raise env.stop("CHUNK_OVERLAP", "must be smaller than CHUNK_TOKENS")
PDF_TEXT_PAGE_LIMIT = env.number("PDF_TEXT_PAGE_LIMIT", 40, least=1)
EMBEDDING_DIM = env.number("EMBEDDING_DIM", 1536, least=1)
# Uploaded files lie here where the database is embedded, else in Supabase Storage.
MATERIAL_FILES_DIR: Path | None = None if DATABASE_URL else DATA_DIR / "files"

# --- Guests -------------------------------------------------------------------------------------

GUEST_MAX_CONCURRENT_AI_REQUESTS = env.number("GUEST_MAX_CONCURRENT_AI_REQUESTS", 20, least=1)
GUEST_LIMITS = {
    "chat": env.number("GUEST_CHAT_LIMIT", 50),
    "quiz": env.number("GUEST_QUIZ_LIMIT", 10),
    "flashcards": env.number("GUEST_FLASHCARDS_LIMIT", 10),
    "blueprint": env.number("GUEST_BLUEPRINT_LIMIT", 5),
    "embedding": env.number("GUEST_EMBEDDING_LIMIT", 15),
}

# --- Call log -----------------------------------------------------------------------------------

CALL_LOG_DAYS = env.number("CALL_LOG_DAYS", 90, least=2)
AI_PRICES = env.prices("AI_PRICES")

# --- Rates of requests --------------------------------------------------------------------------

# Counts are shared by all processes: in Redis, else exactly as well in Postgres.
CACHES: dict[str, dict[str, Any]] = {
    "default": env.redis_cache("CACHE_URL") or {"BACKEND": "stemcore.api.counters.PostgresCounters"}
}
RATELIMIT_FAIL_OPEN = True
THROTTLE_RATES: dict[str, str | None] = {
    "ai_user": env.rate("THROTTLE_AI_PER_USER", "6000/m"),
    "ai_service": env.rate("THROTTLE_AI_SERVICE", "off"),
    "join_user": env.rate("THROTTLE_JOIN_PER_USER", "30/m"),
    "join_address": env.rate("THROTTLE_JOIN_PER_ADDRESS", "1200/m"),
    "join_service": env.rate("THROTTLE_JOIN_SERVICE", "off"),
    "staff_account": env.rate("THROTTLE_STAFF_PER_ACCOUNT", "10/15m"),
    "staff_address": env.rate("THROTTLE_STAFF_PER_ADDRESS", "60/15m"),
}

# --- Demo ---------------------------------------------------------------------------------------

DEMO_STAFF_PASSWORD = env.text("DEMO_STAFF_PASSWORD")

if AI_PROVIDER_DEFAULT == "offline" and not DEBUG:
    print(
        "Warning: AI_PROVIDER_DEFAULT=offline answers with a stand-in, not with a model.",
        file=sys.stderr,
    )
