"""What can go wrong in the chat, as the caller is told."""

from stemcore.errors import DomainError


class ChatWorkspaceFailed(DomainError):
    status = 502
    code = "chat_workspace_error"
    message = "The chat cannot be reached right now. Please try again."


class TeacherAccessRequired(DomainError):
    status = 403
    code = "teacher_access_required"
    message = "Only a teacher of this class may see this."


class OwnerNotEnrolled(DomainError):
    status = 404
    code = "owner_user_not_enrolled"
    message = "That user is not enrolled in this class."


class SessionNotFound(DomainError):
    status = 404
    code = "session_not_found"
    message = "There is no such chat session."


class OwnSessionNotFound(DomainError):
    """One answer for a session that is missing, somebody else's, or archived."""

    status = 404
    code = "not_found"
    message = "There is no such chat session."


class SessionOwnerMismatch(DomainError):
    status = 403
    code = "session_owner_mismatch"
    message = "That chat session belongs to somebody else."


class SendSessionOwnerMismatch(DomainError):
    status = 403
    code = "send_session_owner_mismatch"
    message = "Only the owner of a chat session can send messages to it."


class SessionArchived(DomainError):
    status = 409
    code = "session_archived"
    message = "This chat session is archived."


class InvalidCursor(DomainError):
    status = 400
    code = "invalid_cursor"
    message = "before_cursor: must be a next_cursor of an earlier answer."


class BlueprintRequired(DomainError):
    status = 409
    code = "blueprint_required"
    message = "The class has no published blueprint yet."


class ResponseGenerationFailed(DomainError):
    """No answer came; nothing was stored. The message is the provider's or the reader's."""

    status = 502
    code = "response_generation_failed"
    message = "The answer could not be generated. Please try again."


class ChatFailed(DomainError):
    status = 502
    code = "chat_error"
    message = "The answer could not be generated. Please try again."


class CanvasFailed(DomainError):
    status = 502
    code = "canvas_error"
    message = "The picture could not be generated. Please try again."
