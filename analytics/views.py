"""The routes of the reports."""

from rest_framework.request import Request
from typing_extensions import TypedDict

from analytics.access import Reader
from analytics.brief import BriefReport, teaching_brief
from analytics.data_query import answer_question
from analytics.errors import (
    AnalyticsFailed,
    AnalyticsForbidden,
    ClassNotFound,
    DataQueryFailed,
    TeachingBriefFailed,
)
from analytics.insights import class_insights
from analytics.payload import Insights
from analytics.requests import DataQueryBody, StoredReportBody
from chat.canvas.specs import ChartSpec
from stemcore.api.body import ClassBody
from stemcore.api.response import Response
from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet, UserViewSet, raises


class ChartData(TypedDict):
    spec: ChartSpec


class ReportViewSet(ApiViewSet):
    """Base of the reports. The service key vouches for the body's user unless a token came."""

    tag = "Analytics"
    throttle_classes = AI_LIMITS

    def reader(self, body: ClassBody) -> Reader:
        return Reader(self.user, body.user_id, body.class_id, body.sandbox)


class InsightsViewSet(ReportViewSet):
    failure = AnalyticsFailed

    @raises(ClassNotFound, AnalyticsForbidden)
    async def show(self, request: Request, body: StoredReportBody) -> Response[Insights]:
        """Show a class's insights.

        Figures of topics, levels and students, with words where a model found some. Kept for an
        hour; `force_refresh` makes them anew.
        """
        insights = await class_insights(self.reader(body), force_refresh=body.force_refresh)
        return Response(insights)


class TeachingBriefViewSet(ReportViewSet):
    failure = TeachingBriefFailed

    @raises(ClassNotFound, AnalyticsForbidden)
    async def show(self, request: Request, body: StoredReportBody) -> Response[BriefReport]:
        """Show today's teaching brief.

        `empty` until `force_refresh` asks for the first one. A failed attempt answers 200 with the
        status `error` and the brief that there was.
        """
        report = await teaching_brief(self.reader(body), force_refresh=body.force_refresh)
        return Response(report)


class DataQueryViewSet(UserViewSet, ReportViewSet):
    failure = DataQueryFailed

    @raises(ClassNotFound, AnalyticsForbidden)
    async def answer(self, request: Request, body: DataQueryBody) -> Response[ChartData]:
        """Ask a question about a class's figures.

        The answer is a chart of the figures, or one titled `No data available` where they do not
        answer the question.
        """
        chart = await answer_question(self.reader(body), body.query)
        return Response({"spec": chart})
