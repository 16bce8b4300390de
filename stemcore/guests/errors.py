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


class GuestRateLimit(DomainError):
    status = 429
    code = "guest_rate_limit"
    message = "Guest chat limit reached."

    def __init__(self, feature: str) -> None:
        super().__init__(f"Guest {feature} limit reached.")


class GuestConcurrentLimit(DomainError):
    status = 503
    code = "guest_concurrent_limit"
    message = "Many guests are asking right now. Please try again in a moment."


class GuestRateLimitUnavailable(DomainError):
    status = 502
    code = "guest_rate_limit_unavailable"
    message = "The use of this guest session cannot be counted right now. Please try again."
