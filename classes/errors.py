"""Why somebody is refused in, or kept out of, a class."""

from stemcore.errors import DomainError


class ForbiddenAccountType(DomainError):
    status = 403
    code = "forbidden_account_type"
    message = (
        "This account may not do that: classes are created by teachers and joined by students."
    )


class ProfileMissing(DomainError):
    status = 400
    code = "profile_missing"
    message = "This account has no profile yet. Finish signing up first."


class JoinCodeConflict(DomainError):
    status = 409
    code = "join_code_conflict"
    message = "join_code: is taken. Try another code."


class ClassNotFound(DomainError):
    status = 404
    code = "class_not_found"
    message = "No open class has this join code."


class ClassCreateError(DomainError):
    status = 502
    code = "class_create_error"
    message = "The class could not be created. Please try again."


class ClassJoinError(DomainError):
    status = 502
    code = "class_join_error"
    message = "The class could not be joined. Please try again."


class ClassAccessRequired(DomainError):
    """Also for a class that does not exist: a stranger learns nothing about which ones do."""

    status = 403
    code = "class_access_required"
    message = "You are not a member of this class."


class ClassArchived(DomainError):
    """What was said and made in an archived class can still be read."""

    status = 409
    code = "class_archived"
    message = "This class is archived: it can be read, but nothing new can be added."
