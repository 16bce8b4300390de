"""What the requests for reports may carry."""

from typing import Annotated

from pydantic import Field

from stemcore.api.body import ClassBody

MAX_QUESTION = 500


class StoredReportBody(ClassBody):
    force_refresh: bool = False


class DataQueryBody(ClassBody):
    query: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
