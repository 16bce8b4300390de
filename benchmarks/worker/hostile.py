"""Proof that hostile files end, each with a reason, and hold nothing up (about 2 minutes).

    python -m benchmarks.worker.hostile [--seed 60]

Sixty files of `tests/materials/hostile.py` and twenty ordinary ones are queued at once for one
worker process. Every file must end `ready` or `failed` with a sentence, no minute may pass without
an end, the ordinary ones must have their chunks; the worker must live and stay under 700 MB with
its children.
"""

import argparse
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath

import psutil

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.worker.fleet import workers
from benchmarks.worker.platform import platform
from materials.models import Material
from tests import factories
from tests.materials import files
from tests.materials.hostile import hostile_files
from tests.materials.queue import chunks, enqueue, stored

ORDINARY = 20
ONE_FILE_S = 60.0
WORKER_BYTES = 700 * 2**20
PATIENCE_S = 900.0
ORDINARY_FILE = files.text_pdf("Velocity is distance over time.")


@dataclass
class Watched:
    """What was seen of the worker: its memory with its children, and how long it wrote nothing."""

    most_bytes: int = 0
    longest_s: float = 0.0


def memory(process: psutil.Process) -> int:
    total = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            total += one.memory_info().rss
    return total


def watch(worker: psutil.Process, waiting: list[Material]) -> Watched:
    """Until all have ended. Raises AssertionError when the worker ends or nothing goes on."""
    seen, last_end = Watched(), time.monotonic()
    until = last_end + PATIENCE_S
    while waiting:
        assert worker.is_running(), "the worker ended"
        assert time.monotonic() < until, f"{len(waiting)} files have not ended"
        seen.most_bytes = max(seen.most_bytes, memory(worker))
        left = [one for one in waiting if stored(one).status not in ("ready", "failed")]
        seen.longest_s = max(seen.longest_s, time.monotonic() - last_end)
        if len(left) < len(waiting):
            waiting, last_end = left, time.monotonic()
        time.sleep(0.1)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=60)
    hostile = hostile_files(parser.parse_args().seed)
    with platform() as (bucket, environ):
        classroom = factories.classroom(factories.user("teacher", "Tess Teacher"))
        ordinary = {f"ordinary {n}.pdf": ORDINARY_FILE for n in range(ORDINARY)}
        made = {}
        for name, content in {**hostile, **ordinary}.items():
            kind = PurePath(name).suffix[1:]
            made[name] = factories.material(classroom, status="pending", metadata={"kind": kind})
            bucket.files[made[name].storage_path] = content
            enqueue(made[name])
        with workers(1, environ) as crew:
            seen = watch(crew.process_of(0), list(made.values()))
        ready = 0
        for name, material in made.items():
            row = stored(material)
            ready += row.status == "ready"
            assert row.status == "ready" or row.metadata["warnings"], name
            assert row.status == "failed" or chunks(material), name
            assert name not in ordinary or row.status == "ready", name
            if name in hostile:
                told = " ".join(row.metadata["warnings"])
                print(f"{row.status:7} {name:42} {told[:110]}")
    assert seen.longest_s < ONE_FILE_S, f"nothing ended for {seen.longest_s:.0f} s"
    assert seen.most_bytes < WORKER_BYTES, f"{seen.most_bytes / 2**20:.0f} MB"
    print(
        f"{len(made)} files, {ready} ready, {len(made) - ready} failed with a reason; at most "
        f"{seen.most_bytes / 2**20:.0f} MB, at most {seen.longest_s:.1f} s without an end."
    )


if __name__ == "__main__":
    main()
