"""The one family of errors that reach a caller.

A domain function raises; one handler in `stemcore.api` makes the envelope. An app's own errors
subclass these in its `errors.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldFault:
    """One field of a request that does not fit: its dotted path and what it must be."""

    field: str
    message: str


class DomainError(Exception):
    """Root of the errors that a caller is told about.

    `status` is the HTTP status, `code` the word programs branch on, `message` the default
    sentence for people. `retry_after_s` becomes the `Retry-After` header and `meta.retry_after_s`.
    """

    status = 500
    code = "internal_error"
    message = "Something went wrong on our side. Please try again."

    def __init__(
        self,
        message: str | None = None,
        *,
        details: Sequence[FieldFault] = (),
        retry_after_s: int | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.details = tuple(details)
        self.retry_after_s = retry_after_s
        super().__init__(self.message)


class InvalidRequest(DomainError):
    """A body that does not fit its model."""

    status = 422
    code = "validation_error"
    message = "The request does not fit."

    @classmethod
    def of_field(cls, field: str, message: str) -> "InvalidRequest":
        """The error for one field; the sentence names it."""
        return cls(f"{field}: {message}", details=[FieldFault(field, message)])


class BlankField(InvalidRequest):
    """A field that is there but says nothing, where the contract asks for a 400."""

    status = 400


class InvalidJson(DomainError):
    status = 400
    code = "invalid_json"
    message = "The request body is not valid JSON."


class UnsupportedMediaType(DomainError):
    status = 415
    code = "unsupported_media_type"
    message = "Send the body as application/json."


class PayloadTooLarge(DomainError):
    status = 413
    code = "payload_too_large"
    message = "The request body is too large."


class BodyTooSlow(DomainError):
    status = 408
    code = "request_timeout"
    message = "The request body did not arrive in time."


class Forbidden(DomainError):
    status = 403
    code = "forbidden"
    message = "You may not do this."


class NotFound(DomainError):
    status = 404
    code = "not_found"
    message = "There is nothing here."


class MethodNotAllowed(DomainError):
    """`allowed` are the methods that the route answers; they become the `Allow` header."""

    status = 405
    code = "method_not_allowed"
    message = "This route does not answer that method."

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"Use {' or '.join(allowed)} on this route.")
        self.allowed = tuple(allowed)


class RateLimited(DomainError):
    status = 429
    code = "rate_limited"
    message = "Too many requests. Please wait and try again."


class ServiceEnds(DomainError):
    status = 503
    code = "service_ends"
    message = "The service is being restarted. Please try again."


class Unauthorized(DomainError):
    status = 401
    code = "unauthorized"
    message = "The service key is missing or wrong."


class BackendAuthMisconfigured(DomainError):
    status = 503
    code = "backend_auth_misconfigured"
    message = "The service has no key configured: set PYTHON_BACKEND_API_KEY."


class UserTokenRequired(DomainError):
    status = 401
    code = "user_token_required"
    message = "A user access token is required."


class UserAuthMisconfigured(DomainError):
    status = 503
    code = "backend_user_auth_misconfigured"
    message = "User tokens cannot be checked: set SUPABASE_URL and a Supabase key."


class InvalidUserToken(DomainError):
    status = 401
    code = "invalid_user_token"
    message = "The user access token is not valid. Please sign in again."


class UserAuthTimeout(DomainError):
    status = 504
    code = "user_auth_timeout"
    message = "Checking the user access token timed out. Please try again."


class UserAuthUnavailable(DomainError):
    status = 502
    code = "user_auth_unavailable"
    message = "The user access token cannot be checked right now. Please try again."


class UserIdMismatch(DomainError):
    status = 403
    code = "user_id_mismatch"
    message = "user_id does not match the signed-in user."
