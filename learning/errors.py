"""What can go wrong when learning content is made, as the caller is told."""

from stemcore.errors import DomainError


class BlueprintFailed(DomainError):
    status = 502
    code = "blueprint_error"
    message = "The blueprint could not be generated. Please try again."


class QuizFailed(DomainError):
    status = 502
    code = "quiz_error"
    message = "The quiz could not be generated. Please try again."


class FlashcardsFailed(DomainError):
    status = 502
    code = "flashcards_error"
    message = "The flashcards could not be generated. Please try again."
