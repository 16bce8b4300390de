"""Why a request about materials is refused, and why a material cannot be used.

The sentence of a MaterialFailed is what the teacher reads as the material's warning.
"""

from stemcore.errors import DomainError


class DispatchForbidden(DomainError):
    status = 403
    code = "forbidden"
    message = "Only teachers of the class may have its materials processed."


class MaterialNotFound(DomainError):
    status = 404
    code = "material_not_found"
    message = "There is no such material in this class."


class DispatchFailed(DomainError):
    status = 502
    code = "dispatch_error"
    message = "The material could not be queued. Please try again."


class ProcessFailed(DomainError):
    status = 502
    code = "material_process_error"
    message = "The material worker could not be reached. Please try again."


class MaterialFailed(Exception):
    """What trying again cannot heal. `message` tells the teacher what to do."""

    message = "This file could not be processed. Please upload it again."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or type(self).message
        super().__init__(self.message)


class ExtractionFailed(MaterialFailed):
    """No text can be had from the file."""


class UnsupportedKind(ExtractionFailed):
    message = "This kind of file is not supported. Please upload a PDF, DOCX or PPTX file."


class LegacyOffice(ExtractionFailed):
    message = (
        "This is a file of the old Word or PowerPoint format. Please save it as DOCX or PPTX "
        "and upload it again."
    )


class EncryptedFile(ExtractionFailed):
    message = (
        "This file is protected by a password. Please save a copy without a password and "
        "upload that."
    )


class BrokenFile(ExtractionFailed):
    message = (
        "This file is damaged or not what its name says. Please open it, save it again and "
        "upload the new copy."
    )


class NoText(ExtractionFailed):
    message = (
        "No text was found in this file. If it is a scan or made of pictures, please run text "
        "recognition (OCR) on it and upload the result."
    )


class EmbeddedBodies(NoText):
    message = (
        "The text of this document lies in other files placed inside it, which are not read. "
        "Please open it in Word, save it again as DOCX, and upload that."
    )


class UnreadableText(ExtractionFailed):
    message = (
        "The text of this file cannot be read by a program, because its fonts do not say which "
        "letters they show. Please run text recognition (OCR) on it and upload the result."
    )


class TooLarge(ExtractionFailed):
    message = "This file is too large to read. Please split it and upload the parts."


class TooSlow(ExtractionFailed):
    message = (
        "Reading this file took too long. Please split it, or save it again as a simpler file, "
        "and upload that."
    )


class ReaderCrashed(ExtractionFailed):
    """The parser itself fell over; whether the file or the parser is wrong cannot be known."""

    message = (
        "The program that reads files stopped at this one. Please open it, save it again as a "
        "simpler file and upload that."
    )


class WrongDimension(MaterialFailed):
    def __init__(self, found: int, expected: int) -> None:
        super().__init__(
            f"The embedding model gives {found} numbers a text where {expected} are needed. "
            "Please ask the operator to choose another embedding model."
        )


class NoEmbeddingProvider(MaterialFailed):
    message = (
        "No embedding provider is configured, so this file cannot be made searchable. Please ask "
        "the operator to configure one, then process the material again."
    )


class MaterialGone(MaterialFailed):
    message = "The material was deleted while it was being processed."


class FileGone(MaterialFailed):
    message = "The uploaded file is no longer there. Please upload it again."


class MaterialDelayed(Exception):
    """What has nothing to do with the file and may pass: try again later.

    `message` is for whoever waits, and for the teacher, for good, after the last attempt.
    """

    message = "This file could not be processed for now. Please try again later."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or type(self).message
        super().__init__(self.message)


class NoRoom(MaterialDelayed):
    message = "The server has no room on its disk to process this file. Please try again later."


class ReaderKilled(MaterialDelayed):
    """Ended from outside: a stop of the service, the system's want of memory, an operator."""

    message = "Reading this file was interrupted. Please try again later."


class ReaderStarved(MaterialDelayed):
    """The clock ran out though the parser had hardly been given the processor."""

    message = "The server was too busy to read this file. Please try again later."


class ReaderUnavailable(MaterialDelayed):
    """The process that reads could not be started, or said nothing that can be understood."""

    message = "The program that reads files could not be started. Please try again later."
