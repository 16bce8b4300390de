"""The gateway as it is, for the web app's own prompts."""

from django.conf import settings
from rest_framework.request import Request

from stemcore.api.authentication import ServiceKey
from stemcore.api.renderers import encode_each
from stemcore.api.response import Response
from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet
from stemcore.deadline import Deadline
from stemcore.llm.requests import EmbeddingsBody, GenerateBody
from stemcore.llm.responses import EmbeddingsData, TextData
from stemcore.providers import Call, Generation, ProviderError, embed, generate


class GenerateViewSet(ApiViewSet):
    """Text from the first provider that gives one."""

    tag = "LLM"
    authentication_classes = [ServiceKey]
    throttle_classes = AI_LIMITS
    failure = ProviderError

    async def generate(self, request: Request, body: GenerateBody) -> Response[TextData]:
        """Generate a text.

        From the first provider that gives one: the next is asked when one fails, within one
        deadline. The text comes unchanged.
        """
        generation = Generation(
            system=body.system,
            user=body.user,
            temperature=body.temperature,
            max_tokens=body.max_tokens,
            session_id=body.session_id,
            transforms=body.transforms,
        )
        call = Call(
            purpose="llm_generate",
            deadline=Deadline.for_request(body.timeout_ms, settings.AI_REQUEST_TIMEOUT_MS),
            provider_order=body.provider_order,
            default_provider=body.default_provider,
        )
        result = await generate(generation, call)
        return Response({**result.provenance(), "content": result.content})


class EmbeddingsViewSet(ApiViewSet):
    """Vectors from the first provider that gives them."""

    tag = "LLM"
    throttle_classes = AI_LIMITS
    guest_feature = "embedding"
    failure = ProviderError

    async def embeddings(self, request: Request, body: EmbeddingsBody) -> Response[EmbeddingsData]:
        """Embed texts.

        One vector for each text, in their order, all of one dimension.
        """
        call = Call(
            purpose="llm_embeddings",
            deadline=Deadline.for_request(body.timeout_ms, settings.AI_EMBEDDING_TIMEOUT_MS),
            provider_order=body.provider_order,
            default_provider=body.default_provider,
            user_id=self.user.id if self.user else None,
            sandbox_id=self.guest_sandbox(body.sandbox_id),
        )
        result = await embed(body.inputs, call)
        vectors = await encode_each(result.embeddings)
        return Response({**result.provenance(), "embeddings": vectors})
