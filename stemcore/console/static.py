"""The console's static files: named by what is in them, so that browsers keep them."""

from pathlib import Path
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """Files as `manage.py collectstatic` left them.

    What was not collected has its plain name, and is served from where it is installed.
    """

    def stored_name(self, name: str) -> str:
        try:
            stored: str = super().stored_name(name)
        except ValueError:
            return name
        return stored


class StaticFiles(WhiteNoiseMiddleware):
    """Django middleware: serves the files; that none is collected is no fault."""

    def add_files(self, root: Any, prefix: str | None = None) -> None:
        if Path(root).is_dir():
            super().add_files(root, prefix)
