"""The demo's `.env`: keys that are made on the first start and kept."""

import os
import secrets
from pathlib import Path

from stemcore import env

MARK = "# Made by `manage.py demo`; `manage.py demo --reset` removes it."

NEEDED = (
    "DJANGO_DEBUG",
    "DJANGO_SECRET_KEY",
    "PYTHON_BACKEND_API_KEY",
    "SUPABASE_URL",
    "SUPABASE_JWT_SECRET",
    "DEMO_STAFF_PASSWORD",
)
"""Without these there is no demo; the rest is a matter of choice."""

_TEMPLATE = """{mark}
DJANGO_DEBUG=true
DJANGO_SECRET_KEY={django}
PYTHON_BACKEND_API_KEY={service}
# There is no Supabase project here: access tokens are signed with this secret and checked locally.
SUPABASE_URL=http://supabase.demo.invalid
SUPABASE_JWT_VERIFICATION=local
SUPABASE_JWT_SECRET={tokens}
# A stand-in that quotes the materials. For a model, name its provider here and add its key.
AI_PROVIDER_DEFAULT=offline
MATERIAL_WORKER_MODE=local
# Login of the demo's staff account `staff`.
DEMO_STAFF_PASSWORD={staff}
"""


def ensure_env_file(path: Path) -> bool:
    """Writes the demo's settings, readable by their owner alone, unless the file is there.

    Returns whether it was written.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w") as target:
        target.write(
            _TEMPLATE.format(
                mark=MARK,
                django=secrets.token_urlsafe(48),
                service=secrets.token_urlsafe(24),
                tokens=secrets.token_urlsafe(48),
                staff=secrets.token_urlsafe(9),
            )
        )
    return True


def require_settings(path: Path) -> None:
    """Ends the process where a file of somebody's own leaves out what the demo needs."""
    env.load_file(path)
    off = ("", *env.FALSE)
    lacking = [name for name in NEEDED if os.environ.get(name, "").strip().lower() in off]
    if lacking:
        raise SystemExit(
            f"{path.name} is not the demo's and lacks what it needs ({', '.join(lacking)}): move it"
            " away, start the demo, which makes a new one, and put your own lines there."
        )


def remove_env_file(path: Path) -> None:
    """Removes the file when the demo wrote it; somebody's own stays."""
    if path.is_file() and path.read_text().startswith(MARK):
        path.unlink()
