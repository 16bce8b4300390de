"""The stub of the providers, with a quiz for who asks for one.

python -m benchmarks.capacity.stub --delay-ms 1000
"""

import argparse
import json

from tests.learning.items import clean_questions
from tests.stubs.providers import ProviderStub, Received
from tests.stubs.steps import Step
from tests.stubs.wire import echo

QUESTIONS = 20
EMBEDDING_S = 0.05
ITEMS = [question.model_dump() for question in clean_questions()[20 : 20 + QUESTIONS]]
QUIZ = json.dumps({"questions": ITEMS})


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description="Stub of the AI providers, with quizzes.")
    parser.add_argument("--delay-ms", type=float, default=1000)
    delay_s = parser.parse_args().delay_ms / 1000

    def react(received: Received) -> Step:
        wanted = json.dumps(received.body.get("response_format"))
        text = QUIZ if '"questions"' in wanted else echo(received.user, as_json=True)
        return Step("answer", delay_s=delay_s, text=text)

    stub = ProviderStub(delay_s, EMBEDDING_S, record=False)
    stub.always(react)
    stub.stand_alone()


if __name__ == "__main__":
    main()
