from django.urls import path

from chat.views import CanvasViewSet, GenerateViewSet, SendViewSet, WorkspaceViewSet

urlpatterns = [
    path("generate", GenerateViewSet.as_view({"post": "generate"})),
    path("canvas", CanvasViewSet.as_view({"post": "draw"})),
    *(
        path(f"workspace/{route}", WorkspaceViewSet.as_view({"post": action}))
        for route, action in {
            "participants": "participants",
            "sessions/list": "list_sessions",
            "sessions/create": "create_session",
            "sessions/rename": "rename_session",
            "sessions/archive": "archive_session",
            "messages/list": "list_messages",
        }.items()
    ),
    path("workspace/messages/send", SendViewSet.as_view({"post": "send_message"})),
]
