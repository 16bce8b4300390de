"""Why a guest's request is refused."""

from stemcore.errors import DomainError


class GuestSandboxRequired(DomainError):
    status = 400
    code = "guest_sandbox_required"
    message = "sandbox_id: is required for guests."


class GuestSandboxForbidden(DomainError):
    status = 403
    code = "guest_sandbox_forbidden"
    message = "This guest session is not yours or has ended. Start a new one."


class GuestSandboxVerificationUnavailable(DomainError):
    status = 502
    code = "guest_sandbox_verification_unavailable"
    message = "The guest session cannot be checked right now. Please try again."
