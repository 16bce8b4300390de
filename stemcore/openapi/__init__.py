"""The API's OpenAPI document, written from the views by drf-spectacular.

Only `manage.py openapi` imports this; the server hands out what that wrote, `docs/openapi.yaml`.

- `document`: the whole document
- `operation`: one route, as its viewset and action declare it
- `components`: our types as JSON schemas, by pydantic
- `refusals`: the errors of a route
"""
