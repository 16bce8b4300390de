from django.urls import path

from analytics.views import DataQueryViewSet, InsightsViewSet, TeachingBriefViewSet

urlpatterns = [
    path("class-insights", InsightsViewSet.as_view({"post": "show"})),
    path("class-teaching-brief", TeachingBriefViewSet.as_view({"post": "show"})),
    path("data-query", DataQueryViewSet.as_view({"post": "answer"})),
]
