#!/usr/bin/env python3
"""Django's command line."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stemcore.settings")
    if sys.argv[1:2] == ["demo"]:
        # Before the settings are read: the demo's first start makes them.
        from stemcore.embedded.demo.environment import ensure_env_file, require_settings

        path = Path(__file__).resolve().parent / ".env"
        if not ensure_env_file(path):
            require_settings(path)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
