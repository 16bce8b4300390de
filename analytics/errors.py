"""Why a report is refused or cannot be made."""

from stemcore.errors import DomainError


class ClassNotFound(DomainError):
    status = 404
    code = "class_not_found"
    message = "This class does not exist."


class AnalyticsForbidden(DomainError):
    status = 403
    code = "forbidden"
    message = "Only teachers and assistants of this class may see its analytics."


class AnalyticsFailed(DomainError):
    status = 502
    code = "analytics_error"
    message = "The insights could not be made. Please try again."


class TeachingBriefFailed(DomainError):
    status = 502
    code = "teaching_brief_error"
    message = "The teaching brief could not be made. Please try again."


class DataQueryFailed(DomainError):
    status = 502
    code = "data_query_error"
    message = "The question could not be answered. Please try again."
