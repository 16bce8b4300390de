"""The console's figures: `python -m benchmarks.console [dashboard] [beside]` (four minutes)."""

import sys

from benchmarks.console import beside, dashboard

PARTS = {"dashboard": dashboard.main, "beside": beside.main}


def main() -> None:
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
