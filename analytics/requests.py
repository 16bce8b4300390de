"""What the requests for reports may carry."""

from typing import Annotated

from pydantic import Field

from stemcore.api.body import ClassBody, Text, Truth
from stemcore.embedded.demo.people import CLASS_ID, TEACHER_ID

MAX_QUESTION = 500


class StoredReportBody(ClassBody):
    """A report on a class."""

    examples = {
        "Made anew": {"class_id": CLASS_ID, "user_id": TEACHER_ID, "force_refresh": True},
        "As it is stored": {"class_id": CLASS_ID, "user_id": TEACHER_ID},
    }

    force_refresh: Truth = False
    """Whether to make it anew though a fresh one is stored."""


class DataQueryBody(ClassBody):
    """A question about a class's figures."""

    examples = {
        "Scores by week": {
            "class_id": CLASS_ID,
            "user_id": TEACHER_ID,
            "query": "How did the average score go by week?",
        }
    }

    query: Annotated[Text, Field(max_length=MAX_QUESTION)]
    """The question, in the teacher's words."""
