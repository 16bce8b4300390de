"""The routes about materials."""

from rest_framework.request import Request

from materials.dispatch import enqueue, wake_worker, work_batch
from materials.errors import (
    DispatchFailed,
    DispatchForbidden,
    MaterialNotFound,
    ProcessFailed,
)
from materials.requests import DispatchBody, ProcessBody
from materials.responses import DispatchData, ProcessData
from stemcore.api.authentication import ServiceKey
from stemcore.api.response import Response
from stemcore.api.views import ApiViewSet, UserViewSet, raises
from stemcore.supabase.tokens import token_claims


class DispatchViewSet(UserViewSet):
    """No throttle: the web app deletes the upload on any 4xx, a 429 too."""

    tag = "Materials"
    failure = DispatchFailed

    @raises(DispatchForbidden, MaterialNotFound)
    async def dispatch_material(
        self, request: Request, body: DispatchBody
    ) -> Response[DispatchData]:
        """Have an uploaded material processed.

        Queues it with the user's own rights: its text becomes searchable soon. A 4xx means that it
        never will be, a 5xx that it is worth trying again.
        """
        claims = token_claims(str(request.auth))
        await enqueue(self.caller, claims, body.class_id, body.material_id)
        triggered = body.trigger_worker and await wake_worker()
        return Response({"enqueued": True, "triggered": triggered})


class ProcessViewSet(ApiViewSet):
    tag = "Materials"
    authentication_classes = [ServiceKey]
    failure = ProcessFailed

    async def process(self, request: Request, body: ProcessBody) -> Response[ProcessData]:
        """Work the queue of materials.

        For a timer: takes up to `batch_size` jobs and answers when they are done.
        """
        done = await work_batch(body.batch_size)
        return Response({"triggered": True, **done.as_data()})
