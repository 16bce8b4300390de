"""A stub model that calls tools for so many rounds before it answers, as a process.

    python -m benchmarks.graph.model --rounds 2 --delay-ms 10000

What a message asks to remember it has saved in the first round.
"""

import argparse
import json
import re
from functools import partial
from typing import Any

from tests.stubs import steps
from tests.stubs.providers import ProviderStub

WISH = re.compile(r"Remember that [^.\n]*\.")
TOOLS = (
    ("calculator", {"expression": "6.02e23 / 12"}),
    ("memory_search", {"query": "chlorophyll"}),
    ("grounding_context_read", {"part": "material"}),
)
ANSWER = json.dumps({"answer": "They are green.", "safety": "ok", "citations": []})


def react(rounds: int, delay_s: float, request: Any) -> steps.Step:
    """Calls while tools are on offer and there were fewer rounds, then the answer."""
    body = request.body
    done = sum(message["role"] == "assistant" for message in body["messages"])
    if "tools" not in body or body.get("tool_choice") == "none" or done >= rounds:
        return steps.answer(ANSWER, delay_s=delay_s)
    wish = WISH.search(request.user.rpartition("The message to answer now:")[2])
    if wish and not done:
        return steps.calls(("memory_save", {"text": wish[0]}), delay_s=delay_s)
    return steps.calls(*TOOLS, delay_s=delay_s)


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--delay-ms", type=float, default=0)
    options = parser.parse_args()
    stub = ProviderStub(record=False)
    stub.always(partial(react, options.rounds, options.delay_ms / 1000))
    stub.stand_alone()


if __name__ == "__main__":
    main()
