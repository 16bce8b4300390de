from django.urls import path

from stemcore.llm.views import LlmViewSet

urlpatterns = [
    path("generate", LlmViewSet.as_view({"post": "generate"})),
    path("embeddings", LlmViewSet.as_view({"post": "embeddings"})),
]
