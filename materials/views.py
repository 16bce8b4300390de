"""The routes about materials."""

from rest_framework.request import Request

from materials.dispatch import enqueue, wake_worker, work_batch
from materials.errors import DispatchFailed, ProcessFailed
from materials.requests import DispatchBody, ProcessBody
from materials.responses import DispatchData, ProcessData
from stemcore.api.authentication import ServiceKey
from stemcore.api.response import Response
from stemcore.api.views import ApiViewSet, UserViewSet
from stemcore.supabase.tokens import token_claims


class DispatchViewSet(UserViewSet):
    """No throttle: the web app deletes the upload on any 4xx, a 429 too."""

    failure = DispatchFailed

    async def dispatch_material(
        self, request: Request, body: DispatchBody
    ) -> Response[DispatchData]:
        claims = token_claims(str(request.auth))
        await enqueue(self.caller, claims, body.class_id, body.material_id)
        triggered = body.trigger_worker and await wake_worker()
        return Response({"enqueued": True, "triggered": triggered})


class ProcessViewSet(ApiViewSet):
    authentication_classes = [ServiceKey]
    failure = ProcessFailed

    async def process(self, request: Request, body: ProcessBody) -> Response[ProcessData]:
        done = await work_batch(body.batch_size)
        return Response({"triggered": True, **done.as_data()})
