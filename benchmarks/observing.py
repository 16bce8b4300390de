"""What watching costs a request: microseconds of CPU, with three units of work and one attempt.

    python -m benchmarks.observing [--times 20000]

Only the seam and its observers run, on a request that is there already; sent and written is
nothing. Metrics are measured both ways: in memory, and in the files that several processes share.
"""

import argparse
import asyncio
import os
import subprocess
import sys
from statistics import median
from time import process_time
from types import SimpleNamespace
from typing import Any

from benchmarks.figures import figure, tell

ROUNDS = 7
FORMS = ("off", "metrics", "metrics of several processes")


def cost_us(form: str, times: int) -> float:
    """The median of some rounds, in this process."""
    import benchmarks.django_setup  # noqa: F401 - before what needs Django
    from stemcore import observing
    from stemcore.database import SHORT
    from stemcore.database.runs import Run
    from stemcore.models import ProviderCall

    observing._observers = observers(form)
    answer = SimpleNamespace(status_code=200, exception=False)
    match = SimpleNamespace(route="v1/llm/generate")
    request: Any = SimpleNamespace(
        resolver_match=match, answer=answer, method="POST", headers={}, META={}
    )
    row = ProviderCall(
        provider="openai", purpose="llm_generate", kind="generation", status="ok",
        model="gpt-4o-mini", attempt=1, latency_ms=900, prompt_tokens=800, completion_tokens=200,
    )  # fmt: skip
    runs = [Run(SHORT, 1e12) for _ in range(3)]
    for run in runs:
        run.start()

    def once() -> None:
        with observing.request(request):
            for run in runs:
                with observing.unit("app.queries.messages", run):
                    pass
            with observing.attempt(row):
                pass
            observing.circuit("openai", "generation", is_open=False)

    async def in_a_loop() -> float:
        return median(timed(once, times) for _ in range(ROUNDS))

    return asyncio.run(in_a_loop())


def observers(form: str) -> tuple[Any, ...]:
    if form == "off":
        return ()
    from stemcore.observing.metrics import Metrics

    return (Metrics(),)


def timed(once: Any, times: int) -> float:
    started = process_time()
    for _ in range(times):
        once()
    return (process_time() - started) / times * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20_000)
    parser.add_argument("--form", choices=FORMS)
    options = parser.parse_args()
    if options.form:
        print(f"{cost_us(options.form, options.times):.1f}")
        return
    from stemcore.observing.folder import FOLDER, shared_folder

    found = []
    for form in FORMS:
        command = [sys.executable, "-m", "benchmarks.observing", "--form", form]
        command += ["--times", str(options.times)]
        with shared_folder():
            known = dict(os.environ)
            if form != FORMS[2]:
                del known[FOLDER]
            done = subprocess.run(command, env=known, check=True, capture_output=True, text=True)
        found.append(figure(f"a request, {form}", "µs CPU", float(done.stdout)))
    tell("observing", "python -m benchmarks.observing", found)


if __name__ == "__main__":
    main()
