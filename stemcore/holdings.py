"""What the service itself holds of a person: calls, guests' sandboxes, and the console's log."""

from uuid import UUID

from stemcore.models import AiRequest, GuestAdmission, GuestSandbox, ProviderCall
from stemcore.people import Holding, register, rows


def _admissions(user_id: UUID) -> list[dict[str, object]]:
    sandboxes = GuestSandbox.objects.filter(user_id=user_id).values("id")
    return rows(GuestAdmission.objects.filter(sandbox_id__in=sandboxes))


def _forget_calls(user_id: UUID) -> int:
    """The rows stay for the bill, without a trace of the person."""
    calls = ProviderCall.objects.filter(user_id=user_id)
    return calls.update(user_id=None, sandbox_id=None, request_id="")


register(
    Holding(
        "AI calls", lambda user: rows(ProviderCall.objects.filter(user_id=user)), _forget_calls
    ),
    Holding("requests in work", _admissions),
    Holding(
        "platform's log of AI requests",
        lambda user: rows(AiRequest.objects.filter(user_id=user)),
    ),
    Holding("guest sandboxes", lambda user: rows(GuestSandbox.objects.filter(user_id=user))),
)
