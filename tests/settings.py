"""Settings of the test suite: the service's own, over an environment that the suite alone makes.

Every variable that the service reads is set here, blank or not, so that neither a developer's
environment nor a `.env` file can change what the tests do or whom they call.
"""

import os
import re
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"

for name in re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE):
    os.environ[name] = ""
os.environ.update(
    DJANGO_DEBUG="true",
    DJANGO_SECRET_KEY="secret-of-the-test-suite-and-of-nothing-else-at-all",
    # Nothing answers there: the `database` fixture points the settings at a server of its own.
    DATABASE_URL="postgresql://stem_backend@/unset?host=/nonexistent",
    DATABASE_POOL_MODE=os.environ.get("TEST_POOL_MODE", ""),
    PYTHON_BACKEND_API_KEY="service-key-of-the-tests",
    # A name that can never resolve; tests that need an answer start a stub and point here.
    SUPABASE_URL="http://supabase.invalid",
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY="publishable-key-of-the-tests",
    SUPABASE_JWT_VERIFICATION="local",
    SUPABASE_JWT_SECRET="token-secret-of-the-tests-32-bytes-long!",
    LOG_LEVEL="info",
)

from stemcore.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["tests.hashing.OneRound"]
