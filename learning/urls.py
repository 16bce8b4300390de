from django.urls import path

from learning.views import BlueprintViewSet, FlashcardsViewSet, QuizViewSet

urlpatterns = [
    path("blueprints/generate", BlueprintViewSet.as_view({"post": "generate"})),
    path("quiz/generate", QuizViewSet.as_view({"post": "generate"})),
    path("flashcards/generate", FlashcardsViewSet.as_view({"post": "generate"})),
]
