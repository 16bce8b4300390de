"""Fixtures of the chat's tests."""

from collections.abc import Iterator

import pytest

from tests.chat.gates import Gate
from tests.chat.workspace import chat_answer
from tests.provider_fixtures import Providers


@pytest.fixture
def gate(providers: Providers) -> Iterator[Gate]:
    """The next answer waits behind this gate; those after it come at once."""
    made = Gate(chat_answer("First answer"))
    providers.script(made)
    providers.always(chat_answer("Second answer"))
    yield made
    made.opened.set()
