"""The whole document: the routes, and what all of them share."""

from pathlib import Path
from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.settings import patched_settings

INTRODUCTION = Path(__file__).with_name("introduction.md")

REQUEST_ID = {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": "^[\\x20-\\x7e]+$",
}

META = {
    "type": "object",
    "description": "About the answer. More keys may follow.",
    "required": ["request_id"],
    "properties": {
        "request_id": {
            "type": "string",
            "description": "The request's `x-request-id`, or one that was made for it.",
        },
        "retry_after_s": {
            "type": "integer",
            "description": "Seconds after which trying again makes sense.",
        },
        "quality": {
            "type": "object",
            "description": "Of quizzes and flashcards: what was asked for and what was found.",
            "required": ["asked", "returned", "findings", "cues", "topped_up"],
            "properties": {
                "asked": {"type": "integer"},
                "returned": {"type": "integer"},
                "findings": {
                    "type": "object",
                    "description": "Faults in the model's answers, counted by rule.",
                    "additionalProperties": {"type": "integer"},
                },
                "cues": {
                    "type": "object",
                    "description": "Wording cues that stayed in served items, counted by rule.",
                    "additionalProperties": {"type": "integer"},
                },
                "topped_up": {
                    "type": "boolean",
                    "description": "Whether missing items were asked for once more.",
                },
            },
        },
    },
}
ERROR = {
    "type": "object",
    "description": "What went wrong.",
    "required": ["message", "code"],
    "properties": {
        "message": {"type": "string", "minLength": 1, "description": "A sentence for people."},
        "code": {"type": "string", "description": "The word that programs branch on."},
        "details": {
            "type": "array",
            "maxItems": 20,
            "description": "With `validation_error`: the fields that do not fit.",
            "items": {"$ref": "#/components/schemas/FieldFault"},
        },
    },
}
FIELD_FAULT = {
    "type": "object",
    "required": ["field", "message"],
    "properties": {
        "field": {"type": "string", "description": "Dotted path of the field, or `body`."},
        "message": {"type": "string", "description": "What it must be."},
    },
}

SHARED = {
    "schemas": {
        "Meta": META,
        "Error": ERROR,
        "FieldFault": FIELD_FAULT,
    },
    "headers": {
        "X-Request-Id": {
            "description": "The same as `meta.request_id`.",
            "required": True,
            "schema": REQUEST_ID,
        },
        "Retry-After": {
            "description": "Seconds after which trying again makes sense, where that is known.",
            "schema": {"type": "integer", "minimum": 0},
        },
    },
    "parameters": {
        "X-Request-Id": {
            "name": "X-Request-Id",
            "in": "header",
            "description": "Names the request in the answer and in every log line. "
            "Without a fit one a UUID is made.",
            "schema": {"type": "string"},
        }
    },
    "securitySchemes": {
        "serviceKey": {
            "type": "apiKey",
            "in": "header",
            "name": "x-api-key",
            "description": "The key of the web app, `PYTHON_BACKEND_API_KEY`.",
        },
        "serviceKeyAsBearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "The same key as the bearer, where no user's token goes along.",
        },
        "userToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The user's Supabase access token, beside the service key.",
        },
    },
}

TAGS = {
    "Chat workspace": "A class's chat: sessions, messages, and their answers.",
    "Chat": "One grounded answer over a given context, and pictures beside answers.",
    "Learning content": "Blueprints, quizzes and flashcards from a class's materials.",
    "Analytics": "What a class's figures say, for its teachers.",
    "Classes": "Classes are made by teachers and joined by students.",
    "Materials": "Uploaded files become searchable.",
    "LLM": "The AI gateway itself.",
    "Health": "Is the service alive, and can it serve?",
}

SETTINGS = {
    "TITLE": "STEM learning platform: backend",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": [],  # enums stand where pydantic puts them
    "APPEND_COMPONENTS": SHARED,
    "TAGS": [{"name": name, "description": text} for name, text in TAGS.items()],
    "SERVERS": [{"url": "/", "description": "The service that serves this page."}],
}


class Incomplete(Exception):
    """The document cannot be written as it should be; the message has a line for each reason."""


def document() -> dict[str, Any]:
    """The OpenAPI document. Raises Incomplete when drf-spectacular warns of anything."""
    described = {**SETTINGS, "DESCRIPTION": INTRODUCTION.read_text()}
    with patched_settings(described), GENERATOR_STATS.silence():
        made: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    warnings = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    if warnings:
        raise Incomplete("\n".join(warnings))
    return made


def as_yaml(made: dict[str, Any]) -> str:
    """The document as text."""
    rendered: bytes = OpenApiYamlRenderer().render(made)
    return rendered.decode()
