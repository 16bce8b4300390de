"""What the requests for reports may carry."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from stemcore.api.body import ClassBody

MAX_QUESTION = 500


class ReportBody(ClassBody):
    """What all carry. A sandbox id that is no UUID opens no class, so any text may stand there."""

    sandbox_id: str | None = None

    @property
    def sandbox(self) -> UUID | None:
        try:
            return UUID(self.sandbox_id or "")
        except ValueError:
            return None


class StoredReportBody(ReportBody):
    force_refresh: bool = False


class DataQueryBody(ReportBody):
    query: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
