"""The offline provider: a small deterministic stand-in, so that the service runs without keys.

It understands nothing. It quotes the sentence of the given context that shares most words with
the question; what an app asks for in a form of its own, the app's maker makes of such sentences.
"""

import json
from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings

from stemcore.providers.base import Provider
from stemcore.providers.errors import FailureKind
from stemcore.providers.offline.embedding import hashed_words
from stemcore.providers.offline.makers import MAKERS, plain_answer
from stemcore.providers.offline.prompt import read_prompt
from stemcore.providers.types import Generation, Kind, Reply, Vectors


class Offline(Provider):
    name: ClassVar[str] = "offline"

    def model(self, kind: Kind) -> str:
        return "extractive" if kind == "generation" else "hashed-words"

    async def generate(self, generation: Generation) -> Reply:
        content = read_prompt(generation.user)
        schema = generation.answer_schema
        if schema is None:
            return Reply(plain_answer(content), None)
        if schema.name not in MAKERS:
            raise self.failed(FailureKind.REJECTED, "cannot give this kind of answer")
        return Reply(json.dumps(MAKERS[schema.name](content), ensure_ascii=False), None)

    async def embed(self, inputs: Sequence[str]) -> Vectors:
        return Vectors([hashed_words(text, settings.EMBEDDING_DIM) for text in inputs], None)
