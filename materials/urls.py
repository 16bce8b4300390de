from django.urls import path

from materials.views import DispatchViewSet, ProcessViewSet

urlpatterns = [
    path("dispatch", DispatchViewSet.as_view({"post": "dispatch_material"})),
    path("process", ProcessViewSet.as_view({"post": "process"})),
]
