"""Settings, all read from the environment. A value that cannot work stops the start with a sentence."""

import re
import sys
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()


def must(condition: bool, sentence: str) -> None:
    """Raises: ImproperlyConfigured with `sentence`, unless `condition` holds."""
    if not condition:
        raise ImproperlyConfigured(sentence)


# What this installation is -------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
TESTING = "pytest" in sys.modules

SECRET_KEY = env.str("SECRET_KEY", default="only-for-development-" * 3 if DEBUG or TESTING else "")
must(len(SECRET_KEY) >= 50, "SECRET_KEY is missing or shorter than 50 characters. Set a long random one.")

SITE_NAME = env.str("SITE_NAME", default="Microcred")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
must(SITE_URL.startswith(("http://", "https://")), "SITE_URL has to start with http:// or https://.")
HTTPS = SITE_URL.startswith("https://")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Applications, one floor above the other -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "reviews",
    "submissions",
    "cohorts",
    "badges",
    "microcred",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_structlog",
    "simple_history",
    "csp",
]

MIDDLEWARE = [
    "microcred.middleware.arrival",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "microcred.middleware.RequestLog",
    "django_htmx.middleware.HtmxMiddleware",
    "microcred.middleware.SignInRequired",
    "microcred.middleware.reader_zone",
    "microcred.middleware.private_pages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "cohorts.seeing_as.SeeingAs",
]

ROOT_URLCONF = "microcred.urls"
WSGI_APPLICATION = "microcred.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "microcred.context.site",
                "cohorts.context.roles",
            ],
            "builtins": ["microcred.templatetags.ui", "microcred.templatetags.times"],
        },
    }
]
FORM_RENDERER = "microcred.forms.Renderer"

# Where things are kept -----------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'development.sqlite3'}")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if SQLITE:
    # Without IMMEDIATE, a tenth of the transactions that read before they write fail as "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="memory://" if TESTING else "redis://127.0.0.1:6379/0")
if REDIS_URL.startswith(("redis://", "rediss://")):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    must(TESTING and REDIS_URL == "memory://", "REDIS_URL has to start with redis:// or rediss://.")
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

STORAGE_URL = env.str("STORAGE_URL", default=f"file://{BASE_DIR / 'var' / 'documents'}")
STORAGES: dict[str, dict[str, Any]] = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}
if STORAGE_URL.startswith("file://"):
    MEDIA_ROOT = STORAGE_URL.removeprefix("file://")
    STORAGES["default"] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
else:
    must(STORAGE_URL.startswith("s3://"), "STORAGE_URL has to start with file:// or s3://.")
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": STORAGE_URL.removeprefix("s3://").strip("/"), "default_acl": "private"},
    }

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = not (DEBUG or TESTING)

# Uploads: one Word file a request, written to disk as it comes ------------------------------------------------------
UPLOAD_LIMIT_BYTES = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["submissions.uploads.LimitedUploadHandler"]
CLAMD_URL = env.str("CLAMD_URL", default="")
must(
    re.fullmatch(r"|tcp://[^/\s]+:\d{1,5}|unix:///\S+", CLAMD_URL) is not None,
    "CLAMD_URL has to be tcp://host:port or unix:///path/of/the/socket.",
)

# The worker ----------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 10,  # a worker that dies while it hands on lost tasks keeps the others from it so long
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Each is one pass of a sweep: rows in the database say what is due, so a missed or doubled tick changes nothing.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": float(seconds), "options": {"expires": 0.9 * seconds}}
    for name, task, seconds in (
        ("send what is owed", "microcred.tasks.send_owed", 60),
        ("check what waits", "submissions.tasks.check_waiting", 10),
        ("make missing copies", "submissions.tasks.make_missing_copies", 60),
        ("remove cut uploads", "submissions.tasks.remove_cut_uploads", 600),
        ("start due reviews", "submissions.tasks.start_due_reviews", 60),
        ("reminders", "cohorts.tasks.remind", 60),
        ("clear imports", "cohorts.tasks.clear_imports", 600),
        ("new work", "reviews.tasks.tell_of_new_work", 60),
        ("work of who left", "reviews.tasks.take_from_who_left", 60),
        ("scheduled releases", "reviews.tasks.release_scheduled", 60),
        ("waiting exports", "reviews.tasks.make_waiting_exports", 60),
        ("ended sessions", "microcred.tasks.forget_ended_sessions", 3600),
    )
}

# Mail ----------------------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "microcred.postman.Backend"
EMAIL_TIMEOUT = 30  # seconds for each step; all of a mail's fit into the lease of a message in the outbox
SENDING = env.bool("SENDING", default=True)
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", default=f"{SITE_NAME} <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# People and sign-in --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "microcred.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "microcred.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6}
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is confirmed by the code, or by the roster that invited it
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # the page answers alike; a stranger's inbox gets nothing
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",  # a district shares one address; what fails is counted more strictly
    "login_failed": "10/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,5/15m/key",
}
MFA_ADAPTER = "microcred.accounts.SecondStep"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow that on localhost only
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the roster that invited an address has vouched for it
SESSION_COOKIE_AGE = 30 * 24 * 3600

# Safety --------------------------------------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}

# Language and time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/New_York"  # what a reader sees who has not chosen a zone yet; instants are stored in UTC
DEFAULT_ZONE = TIME_ZONE

# Logs: one JSON object a line, without file names, tokens or mail bodies --------------------------------------------
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}

SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    try:
        import sentry_sdk
    except ImportError as missing:
        raise ImproperlyConfigured("SENTRY_DSN is set, but sentry-sdk is not installed.") from missing
    sentry_sdk.init(SENTRY_DSN, send_default_pii=False)
