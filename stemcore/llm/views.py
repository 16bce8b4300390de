"""The gateway as it is, for the web app's own prompts."""

from typing import Any
from uuid import UUID

from django.conf import settings

from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet
from stemcore.deadline import Deadline
from stemcore.llm.requests import EmbeddingsBody, GenerateBody, Routing
from stemcore.providers import Call, Generation, ProviderError, embed, generate


class LlmViewSet(ApiViewSet):
    """Text and embeddings from the first provider that gives them."""

    guest_features = {"embeddings": "embedding"}
    action_throttles = {"generate": AI_LIMITS, "embeddings": AI_LIMITS}
    failure = ProviderError

    async def generate(self, body: GenerateBody) -> dict[str, Any]:
        """Generates a text as the caller words it."""
        generation = Generation(
            system=body.system,
            user=body.user,
            temperature=body.temperature,
            max_tokens=body.max_tokens,
            session_id=body.session_id,
            transforms=body.transforms,
        )
        call = self._call("llm_generate", body, settings.AI_REQUEST_TIMEOUT_MS)
        result = await generate(generation, call)
        return {**result.provenance(), "content": result.content}

    async def embeddings(self, body: EmbeddingsBody) -> dict[str, Any]:
        """Embeds texts, one vector each."""
        call = self._call(
            "llm_embeddings", body, settings.AI_EMBEDDING_TIMEOUT_MS, self._sandbox(body)
        )
        result = await embed(body.inputs, call)
        return {**result.provenance(), "embeddings": result.embeddings}

    def _call(
        self, purpose: str, body: Routing, default_ms: int, sandbox_id: UUID | None = None
    ) -> Call:
        return Call(
            purpose=purpose,
            deadline=Deadline.for_request(body.timeout_ms, default_ms),
            provider_order=body.provider_order,
            default_provider=body.default_provider,
            user_id=self.user.id if self.user else None,
            sandbox_id=sandbox_id,
        )

    def _sandbox(self, body: EmbeddingsBody) -> UUID | None:
        """The sandbox that the guest guard has verified; that of anybody else says nothing."""
        guest = self.user is not None and self.user.is_anonymous
        return UUID(body.sandbox_id) if guest and body.sandbox_id else None
