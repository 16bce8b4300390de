"""The routes of the reports."""

from typing import Any, TypedDict

from rest_framework.request import Request

from analytics.access import Reader
from analytics.brief import BriefReport, teaching_brief
from analytics.data_query import answer_question
from analytics.errors import AnalyticsFailed, DataQueryFailed, TeachingBriefFailed
from analytics.insights import class_insights
from analytics.payload import Insights
from analytics.requests import DataQueryBody, StoredReportBody
from stemcore.api.body import ClassBody
from stemcore.api.response import Response
from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet, UserViewSet


class ChartData(TypedDict):
    spec: dict[str, Any]


class ReportViewSet(ApiViewSet):
    """Base of the reports. The service key vouches for the body's user unless a token came."""

    throttle_classes = AI_LIMITS

    def reader(self, body: ClassBody) -> Reader:
        return Reader(self.user, body.user_id, body.class_id, body.sandbox)


class InsightsViewSet(ReportViewSet):
    failure = AnalyticsFailed

    async def show(self, request: Request, body: StoredReportBody) -> Response[Insights]:
        insights = await class_insights(self.reader(body), force_refresh=body.force_refresh)
        return Response(insights)


class TeachingBriefViewSet(ReportViewSet):
    failure = TeachingBriefFailed

    async def show(self, request: Request, body: StoredReportBody) -> Response[BriefReport]:
        report = await teaching_brief(self.reader(body), force_refresh=body.force_refresh)
        return Response(report)


class DataQueryViewSet(UserViewSet, ReportViewSet):
    failure = DataQueryFailed

    async def answer(self, request: Request, body: DataQueryBody) -> Response[ChartData]:
        chart = await answer_question(self.reader(body), body.query)
        return Response({"spec": chart.as_data()})
