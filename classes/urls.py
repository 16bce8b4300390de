from django.urls import path

from classes.views import ClassCreateViewSet, ClassJoinViewSet

urlpatterns = [
    path("create", ClassCreateViewSet.as_view({"post": "create"})),
    path("join", ClassJoinViewSet.as_view({"post": "join"})),
]
