"""The daily teaching brief: what a teacher should know and do today."""

from analytics.brief.generation import write_brief
from analytics.brief.states import BriefReport, teaching_brief

__all__ = ["BriefReport", "teaching_brief", "write_brief"]
