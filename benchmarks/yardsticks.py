"""Two servers that do nothing: what the machine, uvicorn and stock Django cost a request here.

    python -m benchmarks.yardsticks {uvicorn|django}

`uvicorn` answers from a bare ASGI function; `django` from an async view of a Django project with
no middleware, on Django's own ASGI handler. Figures of the service beside these two say what is
its own, whatever the machine.
"""

import argparse
import socket
from typing import Any

import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODY = b'{"ok":true}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


async def view(_: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, content_type="application/json")


urlpatterns = [path("", view)]


def stock_django() -> Any:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"])
    return get_asgi_application()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["uvicorn", "django"])
    served = bare if parser.parse_args().kind == "uvicorn" else stock_django()
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    server = uvicorn.Config(
        served, loop="uvloop", http="httptools", lifespan="off", log_level="error"
    )
    uvicorn.Server(server).run([listener])


if __name__ == "__main__":
    main()
