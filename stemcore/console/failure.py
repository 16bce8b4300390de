"""What staff see of a page that failed: that it did, and what to do; no word of why."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

BUSY = "The database did not answer in time. Try again in a moment."
BROKEN = "This page failed. Tell whoever runs the service when it was: the log has the reason."


def failed(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: 503 where the database was busy or away, else 500."""
    busy = isinstance(sys.exc_info()[1], OperationalError)
    said = {"words": BUSY if busy else BROKEN}
    return render(request, "console/failed.html", said, status=503 if busy else 500)
