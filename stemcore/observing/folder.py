"""Where several processes keep their numbers; needs no library."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder; prometheus_client reads it when it is imported."""


def make_folder() -> None:
    """Makes the folder that an operator has named; the library expects it to be there."""
    if given := os.environ.get(FOLDER):
        Path(given).mkdir(parents=True, exist_ok=True)


@contextmanager
def shared_folder() -> Iterator[None]:
    """A folder for the numbers of several processes, named in the environment that they inherit.

    One that an operator has named there is used, and stays.
    """
    if os.environ.get(FOLDER):
        yield
        return
    with TemporaryDirectory(prefix="stem-metrics-") as made:
        os.environ[FOLDER] = made
        try:
            yield
        finally:
            del os.environ[FOLDER]
