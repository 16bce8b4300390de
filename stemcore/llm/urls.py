from django.urls import path

from stemcore.llm.views import EmbeddingsViewSet, GenerateViewSet

urlpatterns = [
    path("generate", GenerateViewSet.as_view({"post": "generate"})),
    path("embeddings", EmbeddingsViewSet.as_view({"post": "embeddings"})),
]
